using System.Collections.Immutable;
using Merging.Sequences;

namespace Merging.Text;

/// <summary>
/// Three-way merge of texts, line by line, with the result of <c>git merge-file</c>. Texts are bytes: nothing is decoded, and line ends are
/// kept as they are.
/// </summary>
public static class TextMerge
{
    /// <summary>Bytes that <see cref="IsBinary"/> looks at.</summary>
    public const int BinaryProbe = 8000;

    /// <summary>Whether git would take the content for binary: a zero byte stands among the first 8,000.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> content) => content[..Math.Min(content.Length, BinaryProbe)].Contains((byte)0);

    /// <summary>Counts lines; a last line without a line end counts.</summary>
    public static int CountLines(ReadOnlySpan<byte> text) => text.Count((byte)'\n') + (text.IsEmpty || text[^1] == '\n' ? 0 : 1);

    /// <summary>
    /// Merges the changes of both sides. Changes that overlap or touch conflict unless they are equal. Any bytes are taken, but binary
    /// files give no useful result; see <see cref="IsBinary"/>. The result refers to the three inputs, which must not change while the
    /// result is used.
    /// </summary>
    public static TextMergeResult Merge(
        ReadOnlyMemory<byte> @base, ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs, DiffAlgorithm algorithm = DiffAlgorithm.Myers)
    {
        var (baseLines, ourLines, theirLines) = (new Lines(@base), new Lines(ours), new Lines(theirs));
        var interner = new Interner(Math.Max(baseLines.Count, Math.Max(ourLines.Count, theirLines.Count)));
        var (b, o, t) = (NumbersOf(baseLines), NumbersOf(ourLines), NumbersOf(theirLines));

        // git merge-file joins conflicts with nothing but blank lines and punctuation between them; git merge does not.
        Func<int, bool>? isPlain = algorithm is DiffAlgorithm.Myers ? line => !HasLetterOrDigit(ourLines[line].Span) : null;
        var regions = SequenceMerge.Merge(b, o, t, interner.Count, algorithm, isPlain: isPlain);

        var chunks = ImmutableArray.CreateBuilder<TextChunk>(regions.Count);
        foreach (var r in regions)
            chunks.Add(new()
            {
                Part = r.Part,
                Base = new(r.Base, baseLines[r.Base]),
                Ours = new(r.Ours, ourLines[r.Ours]),
                Theirs = new(r.Theirs, theirLines[r.Theirs]),
            });
        return new(chunks.MoveToImmutable(), new(baseLines, ourLines, theirLines));

        int[] NumbersOf(Lines lines)
        {
            var numbers = new int[lines.Count];
            for (var i = 0; i < numbers.Length; i++) numbers[i] = interner.NumberOf(lines[i]);
            return numbers;
        }
    }

    private static bool HasLetterOrDigit(ReadOnlySpan<byte> line)
    {
        foreach (var c in line)
            if (char.IsAsciiLetterOrDigit((char)c)) return true;
        return false;
    }
}
