using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Merging.Text;

/// <summary>Lines of one version of a text.</summary>
/// <param name="Lines">Indexes of the lines; the first line is 0.</param>
/// <param name="Bytes">The lines' content, line ends included.</param>
public readonly record struct TextPiece(IndexRange Lines, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// A part of a merged text, in all three versions. When a conflict is split, each line of its base goes to one of the parts, which need not
/// be the part that the line belongs to.
/// </summary>
public sealed record TextChunk
{
    public required MergePart Part { get; init; }
    public required TextPiece Base { get; init; }
    public required TextPiece Ours { get; init; }
    public required TextPiece Theirs { get; init; }

    /// <summary>The piece of one side.</summary>
    public TextPiece this[MergeSide side] => side switch
    {
        MergeSide.Base => Base,
        MergeSide.Ours => Ours,
        _ => Theirs,
    };
}

/// <summary>The result of <see cref="TextMerge"/>: the text in parts, and the parts that are conflicts.</summary>
public sealed class TextMergeResult
{
    private const int MarkerLength = 7;

    private readonly LineEnds _lineEnds;

    internal TextMergeResult(ImmutableArray<TextChunk> chunks, LineEnds lineEnds)
    {
        _lineEnds = lineEnds;
        Chunks = chunks;
        Conflicts = [.. chunks.Where(chunk => chunk.Part is MergePart.Conflict)];
        Merged = Conflicts.IsEmpty ? Resolve(MergeSide.Ours) : null;
    }

    /// <summary>The whole text from top to bottom. Two neighbors are never both <see cref="MergePart.Common"/>.</summary>
    public ImmutableArray<TextChunk> Chunks { get; }

    /// <summary>The chunks that are conflicts, in order.</summary>
    public ImmutableArray<TextChunk> Conflicts { get; }

    /// <summary>The merged text; null if there are conflicts.</summary>
    public byte[]? Merged { get; }

    /// <summary>Returns the merged text with every conflict settled in favor of one side.</summary>
    public byte[] Resolve(MergeSide side) => Resolve(conflict => conflict[side].Bytes);

    /// <summary>
    /// Returns the merged text with every conflict replaced by the result of <paramref name="choose"/>, which is called once for each
    /// conflict, in order.
    /// </summary>
    public byte[] Resolve(Func<TextChunk, ReadOnlyMemory<byte>> choose)
    {
        var text = new ArrayBufferWriter<byte>();
        foreach (var chunk in Chunks)
            text.Write((chunk.Part switch
            {
                MergePart.Conflict => choose(chunk),
                MergePart.Theirs => chunk.Theirs.Bytes,
                _ => chunk.Ours.Bytes,
            }).Span);
        return text.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Returns the merged text with both versions of each conflict between the markers <c>&lt;&lt;&lt;&lt;&lt;&lt;&lt; ours</c>,
    /// <c>=======</c> and <c>&gt;&gt;&gt;&gt;&gt;&gt;&gt; theirs</c>, byte for byte as <c>git merge-file</c> writes it. Markers end as the
    /// lines around them do.
    /// </summary>
    public byte[] WithMarkers(string ourLabel, string theirLabel)
    {
        var text = new ArrayBufferWriter<byte>();
        foreach (var chunk in Chunks)
        {
            if (chunk.Part is not MergePart.Conflict)
            {
                text.Write((chunk.Part is MergePart.Theirs ? chunk.Theirs : chunk.Ours).Bytes.Span);
                continue;
            }

            var lineEnd = _lineEnds.Around(chunk);
            Marker('<', ourLabel);
            Piece(chunk.Ours.Bytes.Span);
            Marker('=', "");
            Piece(chunk.Theirs.Bytes.Span);
            Marker('>', theirLabel);

            void Marker(char c, string label) =>
                text.Write(Encoding.UTF8.GetBytes(new string(c, MarkerLength) + (label.Length == 0 ? "" : " " + label) + lineEnd));

            void Piece(ReadOnlySpan<byte> lines)
            {
                text.Write(lines);
                if (!lines.IsEmpty && lines[^1] != '\n') text.Write(Encoding.UTF8.GetBytes(lineEnd));
            }
        }

        return text.WrittenSpan.ToArray();
    }
}
