using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Merging.Text;

/// <summary>Lines of one version of a text.</summary>
/// <param name="Lines">Which ones; the first line is 0.</param>
/// <param name="Bytes">What they say, line ends included.</param>
public readonly record struct TextPiece(Stretch Lines, ReadOnlyMemory<byte> Bytes);

/// <summary>A part of a merged text, in all three versions. The base of a conflict that was split can be uneven: together the parts have all of it that matters.</summary>
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

/// <summary>What <see cref="TextMerge"/> found: the text in parts, and those where both sides disagree.</summary>
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

    /// <summary>The whole text from top to bottom. Two neighbours are never both <see cref="MergePart.Common"/>.</summary>
    public ImmutableArray<TextChunk> Chunks { get; }

    /// <summary>Those chunks that are conflicts, in order.</summary>
    public ImmutableArray<TextChunk> Conflicts { get; }

    /// <summary>The merged text; null if there are conflicts.</summary>
    public byte[]? Merged { get; }

    /// <summary>The merged text with every conflict settled in favour of one side.</summary>
    public byte[] Resolve(MergeSide side) => Resolve(conflict => conflict[side].Bytes);

    /// <summary>The merged text with every conflict replaced by what <paramref name="choose"/> says. It is asked once for each, in order.</summary>
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
    /// The merged text with both versions of each conflict between the usual markers (<c>&lt;&lt;&lt;&lt;&lt;&lt;&lt; ours</c>, <c>=======</c>, <c>&gt;&gt;&gt;&gt;&gt;&gt;&gt; theirs</c>),
    /// byte for byte as <c>git merge-file</c> writes it. Markers end as the lines around them do.
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

            void Marker(char c, string label) => text.Write(Encoding.UTF8.GetBytes(new string(c, MarkerLength) + (label.Length == 0 ? "" : " " + label) + lineEnd));

            void Piece(ReadOnlySpan<byte> lines)
            {
                text.Write(lines);
                if (!lines.IsEmpty && lines[^1] != '\n') text.Write(Encoding.UTF8.GetBytes(lineEnd));
            }
        }

        return text.WrittenSpan.ToArray();
    }
}
