namespace Merging.Text;

/// <summary>
/// A text cut into lines. A line goes up to and including its <c>\n</c>, which the last line may lack. A <c>\r</c> before the <c>\n</c>
/// is part of the line.
/// </summary>
internal sealed class Lines
{
    private readonly ReadOnlyMemory<byte> _text;
    private readonly List<int> _ends;

    public Lines(ReadOnlyMemory<byte> text)
    {
        _text = text;
        var span = text.Span;
        _ends = new(span.Count((byte)'\n') + 1);
        for (var at = 0; at < span.Length;)
        {
            var length = span[at..].IndexOf((byte)'\n') + 1;
            at = length == 0 ? span.Length : at + length;
            _ends.Add(at);
        }
    }

    public int Count => _ends.Count;

    public ReadOnlyMemory<byte> this[int line] => this[new IndexRange(line, 1)];

    public ReadOnlyMemory<byte> this[IndexRange lines] => _text[Offset(lines.Start)..Offset(lines.End)];

    private int Offset(int line) => line == 0 ? 0 : _ends[line - 1];
}
