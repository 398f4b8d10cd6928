using System.Diagnostics;

namespace Memento.Tasks;

/// <summary>A place in a trace, as W3C Trace Context writes it: <c>00-{32 hexadecimal digits of the trace}-{16 of the span}-{2 of flags}</c>, 55 characters.</summary>
public static class TraceParent
{
    public const int Length = 55;

    public static bool IsValid(string? text) => TryRead(text, out _);

    /// <summary>The span that it names; it is somebody else's.</summary>
    public static bool TryRead(string? text, out ActivityContext span)
    {
        span = default;
        return text is { Length: Length } && text[2] == '-' && text[35] == '-' && text[52] == '-' && ActivityContext.TryParse(text, null, isRemote: true, out span);
    }
}
