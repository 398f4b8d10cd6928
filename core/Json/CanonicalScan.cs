using System.Buffers;

namespace Memento;

/// <summary>Finds where values of canonical text end, without a parser: it is known to be well formed and to have no white space.</summary>
internal static class CanonicalScan
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"[]{}"u8);
    private static readonly SearchValues<byte> Ends = SearchValues.Create(",]}"u8);

    /// <summary>The length of the string that the text starts with, quotation marks included.</summary>
    public static int StringLength(ReadOnlySpan<byte> text)
    {
        var at = 1;
        while (true)
        {
            at += text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (text[at] == '"') return at + 1;
            at += 2;
        }
    }

    /// <inheritdoc cref="ValueLength(ReadOnlySpan{byte}, out int)"/>
    public static int ValueLength(ReadOnlySpan<byte> text) => ValueLength(text, out _);

    /// <summary>The length of the value that the text starts with.</summary>
    /// <param name="depth">How deep it is nested: <c>[]</c> is one level, a number none.</param>
    public static int ValueLength(ReadOnlySpan<byte> text, out int depth)
    {
        depth = 0;
        if (text[0] == '"') return StringLength(text);
        if (text[0] is not ((byte)'[' or (byte)'{')) return text.IndexOfAny(Ends) is var end && end < 0 ? text.Length : end;

        var (at, open) = (1, 1);
        depth = 1;
        while (open > 0)
        {
            at += text[at..].IndexOfAny(Structure);
            if (text[at] == '"')
            {
                at += StringLength(text[at..]);
                continue;
            }

            open += text[at++] is (byte)'[' or (byte)'{' ? 1 : -1;
            depth = Math.Max(depth, open);
        }

        return at;
    }

    /// <summary>How deep the deepest of several values or members is nested.</summary>
    public static int Depth(ReadOnlySpan<byte> text)
    {
        var (deepest, open) = (0, 0);
        while (text.IndexOfAny(Structure) is var next && next >= 0)
        {
            text = text[next..];
            if (text[0] == '"')
            {
                text = text[StringLength(text)..];
                continue;
            }

            open += text[0] is (byte)'[' or (byte)'{' ? 1 : -1;
            deepest = Math.Max(deepest, open);
            text = text[1..];
        }

        return deepest;
    }

    /// <summary>Takes the next member, and the comma before it, off the front of the inside of an object. False at the end. The name is without its quotation marks.</summary>
    public static bool NextMember(ref ReadOnlyMemory<byte> inside, out ReadOnlyMemory<byte> name, out ReadOnlyMemory<byte> value)
    {
        (name, value) = (default, default);
        if (inside.IsEmpty) return false;
        if (inside.Span[0] == ',') inside = inside[1..];
        var length = StringLength(inside.Span);
        name = inside[1..(length - 1)];
        inside = inside[(length + 1)..];
        value = inside[..ValueLength(inside.Span)];
        inside = inside[value.Length..];
        return true;
    }

    /// <summary>Takes the next element, and the comma before it, off the front of the inside of an array. False at the end.</summary>
    public static bool NextElement(ref ReadOnlyMemory<byte> inside, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (inside.IsEmpty) return false;
        if (inside.Span[0] == ',') inside = inside[1..];
        value = inside[..ValueLength(inside.Span)];
        inside = inside[value.Length..];
        return true;
    }
}
