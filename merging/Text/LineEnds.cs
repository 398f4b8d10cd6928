namespace Merging.Text;

/// <summary>Tells how a marker line must end: with CRLF only where all lines around the marker do.</summary>
internal sealed class LineEnds(Lines @base, Lines ours, Lines theirs)
{
    public string Around(TextChunk conflict)
    {
        if (EndsInCrLf(ours, Math.Max(0, conflict.Ours.Lines.Start - 1)) == false) return "\n";
        if (EndsInCrLf(theirs, Math.Max(0, conflict.Theirs.Lines.Start - 1)) == false) return "\n";
        return EndsInCrLf(@base, 0) == true ? "\r\n" : "\n";
    }

    /// <summary>Whether a line ends in CRLF; null if the text is empty or has a single line without an end.</summary>
    private static bool? EndsInCrLf(Lines text, int line)
    {
        if (text.Count == 0) return null;
        var bytes = text[line].Span;
        if (bytes[^1] == '\n') return bytes.Length > 1 && bytes[^2] == '\r';
        return line == 0 ? null : EndsInCrLf(text, line - 1);   // only the last line can be without an end
    }
}
