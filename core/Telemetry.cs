using System.Diagnostics;

namespace Memento;

/// <summary>Where Memento's own figures and spans are found.</summary>
public static class Telemetry
{
    /// <summary>Name of the meter, and of the source of activities.</summary>
    public const string Name = "Memento";

    /// <summary>All activities of Memento, on servers and in agents.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>The span that the caller runs in, as W3C Trace Context writes it, or null.</summary>
    public static string? TraceParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;
}
