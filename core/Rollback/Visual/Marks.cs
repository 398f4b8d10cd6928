using System.Collections.Immutable;

namespace Memento.Rollback;

/// <summary>The changed pieces of two lines that stand beside each other.</summary>
/// <param name="Matched">Pieces that both have, those that are counted.</param>
internal readonly record struct Marks(ImmutableArray<DiffSpan> Left, ImmutableArray<DiffSpan> Right, int Matched)
{
    /// <param name="left">Pieces of the line before.</param>
    /// <param name="right">Pieces of the line after.</param>
    /// <param name="joined">Also mark the white space between two marked pieces: one long mark reads better than a row of short ones.</param>
    public static Marks Of(List<string> left, List<string> right, bool joined, WorkLeft work)
    {
        var match = Matching.Of(left, right, work);
        var (keptLeft, keptRight, matched) = (new bool[left.Count], new bool[right.Count], 0);
        for (var i = 0; i < match.Length; i++)
        {
            if (match[i] < 0) continue;
            (keptLeft[i], keptRight[match[i]]) = (true, true);
            if (!joined || !Tokens.IsSpace(left[i])) matched++;
        }

        return new(Spans(left, keptLeft, joined), Spans(right, keptRight, joined), matched);
    }

    /// <summary>The whole line, if there is anything in it.</summary>
    public static ImmutableArray<DiffSpan> Whole(string text) => text.Length > 0 ? [new(0, text.Length)] : [];

    private static ImmutableArray<DiffSpan> Spans(List<string> pieces, bool[] kept, bool joined)
    {
        var spans = ImmutableArray.CreateBuilder<DiffSpan>();
        var (start, end, at) = (-1, -1, 0);   // The span so far, and where the next piece starts.
        for (var i = 0; i < pieces.Count; i++)
        {
            var (from, isGap) = (at, kept[i]);
            at += pieces[i].Length;
            if (!isGap)
            {
                if (start < 0) start = from;
                end = at;
            }
            else if (start >= 0 && !(joined && Tokens.IsSpace(pieces[i])))
            {
                spans.Add(new(start, end - start));
                start = -1;
            }
        }

        if (start >= 0) spans.Add(new(start, end - start));
        return spans.ToImmutable();
    }
}
