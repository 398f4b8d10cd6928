namespace Memento.Rollback;

/// <summary>A line of a text, and what it is compared by.</summary>
/// <param name="Text">Without its line end.</param>
/// <param name="Key">Lines with equal keys are equal.</param>
internal readonly record struct TextLine(string Text, LineEnding End, string Key)
{
    /// <summary>The lines of a text. Put together again with their line ends they are the text.</summary>
    /// <param name="isJson">A comma at the end of a line is not compared: it is there only because another member follows.</param>
    public static List<TextLine> Split(string text, bool isJson = false)
    {
        var lines = new List<TextLine>();
        for (var start = 0; start < text.Length;)
        {
            var lf = text.IndexOf('\n', start);
            if (lf < 0)
            {
                lines.Add(Of(text[start..], LineEnding.None, isJson));
                break;
            }

            var crLf = lf > start && text[lf - 1] == '\r';
            lines.Add(crLf ? Of(text[start..(lf - 1)], LineEnding.CrLf, isJson) : Of(text[start..lf], LineEnding.Lf, isJson));
            start = lf + 1;
        }

        return lines;
    }

    private static TextLine Of(string text, LineEnding end, bool isJson) => new(text, end, isJson && text.EndsWith(',') ? text[..^1] : text);
}
