using System.Collections.Immutable;

namespace Memento.Rollback;

/// <summary>All rows of a comparison, from the top, and what was counted on the way.</summary>
internal sealed class RowBuilder(List<TextLine> before, List<TextLine> after, DiffGranularity granularity, bool isCoarse, VisualDiffOptions options, WorkLeft work)
{
    private readonly List<DiffRow> rows = new(Math.Max(before.Count, after.Count));
    private readonly int[] counts = new int[Enum.GetValues<DiffRowKind>().Length];
    private long matched;
    private bool skippedCharacters;

    public IReadOnlyList<DiffRow> Rows => rows;

    /// <summary>Lines were too long to be compared by character.</summary>
    public bool SkippedCharacters => skippedCharacters;

    public int Count(DiffRowKind kind) => counts[(int)kind];

    public RowBuilder Build()
    {
        var match = Matching.Of(before.ConvertAll(line => line.Key), after.ConvertAll(line => line.Key), work);
        var (i, j) = (0, 0);
        for (var next = 0; next < before.Count; next++)
        {
            if (match[next] < 0) continue;
            AddBlock(i, next, j, match[next]);
            (i, j) = (next, match[next]);
            Add(before[i].End == after[j].End ? DiffRowKind.Same : DiffRowKind.LineEnd, i++, j++);
            matched += counted(before[i - 1].Text);
        }

        AddBlock(i, before.Count, j, after.Count);
        return this;
    }

    /// <summary>See <see cref="VisualDiffResult.Similarity"/>.</summary>
    public double Similarity()
    {
        var all = before.Sum(line => counted(line.Text)) + after.Sum(line => counted(line.Text));
        return all == 0 ? 1 : Math.Min(1, 2.0 * matched / all);
    }

    /// <summary>How many pieces of a line count.</summary>
    private readonly Func<string, long> counted = granularity switch
    {
        DiffGranularity.Word => line => Tokens.Words(line).Count(word => !Tokens.IsSpace(word)),
        DiffGranularity.Character => line => Tokens.Characters(line).Count,
        _ => _ => 1,
    };

    /// <summary>Lines that only one side has, and in their place lines that only the other has.</summary>
    private void AddBlock(int leftStart, int leftEnd, int rightStart, int rightEnd)
    {
        if (isCoarse || leftStart == leftEnd || rightStart == rightEnd)
        {
            AddApart(leftStart, leftEnd, rightStart, rightEnd);
            return;
        }

        var byCharacter = granularity is DiffGranularity.Character && Fits(before, leftStart, leftEnd) && Fits(after, rightStart, rightEnd);
        skippedCharacters |= granularity is DiffGranularity.Character && !byCharacter;
        Func<string, List<string>> cut = byCharacter ? Tokens.Characters : Tokens.Words;
        var left = before[leftStart..leftEnd].ConvertAll(line => cut(line.Text));
        var right = after[rightStart..rightEnd].ConvertAll(line => cut(line.Text));
        // One line in place of one, where its pieces are what matters, is always a change of it.
        var isOneForOne = left.Count == 1 && right.Count == 1 && granularity is DiffGranularity.Word or DiffGranularity.Character;
        var pairs = LinePairs.Of(left, right, isOneForOne ? 0 : LinePairs.LeastAlike, work);

        var (i, j) = (0, 0);
        for (var next = 0; next < pairs.Length; next++)
        {
            if (pairs[next] < 0) continue;
            AddApart(leftStart + i, leftStart + next, rightStart + j, rightStart + pairs[next]);
            (i, j) = (next + 1, pairs[next] + 1);
            AddChanged(leftStart + next, left[next], rightStart + pairs[next], right[pairs[next]], byCharacter);
        }

        AddApart(leftStart + i, leftEnd, rightStart + j, rightEnd);
    }

    private bool Fits(List<TextLine> lines, int start, int end)
    {
        for (var i = start; i < end; i++)
            if (lines[i].Text.Length > options.MaxCharacterLine) return false;
        return true;
    }

    private void AddApart(int leftStart, int leftEnd, int rightStart, int rightEnd)
    {
        for (var i = leftStart; i < leftEnd; i++) Add(DiffRowKind.Removed, i, Matching.None);
        for (var j = rightStart; j < rightEnd; j++) Add(DiffRowKind.Added, Matching.None, j);
    }

    private void AddChanged(int i, List<string> left, int j, List<string> right, bool byCharacter)
    {
        if (work.Steps <= 0)
        {
            work.RanOut = true;
            Add(DiffRowKind.Changed, i, j, Marks.Whole(before[i].Text), Marks.Whole(after[j].Text));
            return;
        }

        var marks = Marks.Of(left, right, joined: !byCharacter, work);
        // Pieces of another kind than those that are counted count for nothing rather than for too much.
        matched += granularity switch
        {
            DiffGranularity.Word => marks.Matched,
            DiffGranularity.Character when byCharacter => marks.Matched,
            _ => 0,
        };
        Add(DiffRowKind.Changed, i, j, marks.Left, marks.Right);
    }

    private void Add(DiffRowKind kind, int i, int j, ImmutableArray<DiffSpan> left = default, ImmutableArray<DiffSpan> right = default)
    {
        counts[(int)kind]++;
        rows.Add(new() { Kind = kind, Left = i < 0 ? null : Line(before[i], i, left), Right = j < 0 ? null : Line(after[j], j, right) });
    }

    private static DiffLine Line(TextLine line, int index, ImmutableArray<DiffSpan> changed) =>
        new() { Number = index + 1, Text = line.Text, End = line.End, Changed = changed.IsDefault ? [] : changed };
}
