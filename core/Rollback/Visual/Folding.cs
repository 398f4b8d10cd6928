using System.Collections.Immutable;

namespace Memento.Rollback;

/// <summary>Leaves out equal rows that are far from a difference.</summary>
internal static class Folding
{
    public static (ImmutableArray<DiffHunk> Hunks, int HiddenAfter, int OmittedRows) Fold(IReadOnlyList<DiffRow> rows, VisualDiffOptions options)
    {
        var hunks = ImmutableArray.CreateBuilder<DiffHunk>();
        var (at, room) = (0, options.MaxRows);
        while (NextDifference(rows, at) is { } first)
        {
            if (room == 0) return (hunks.ToImmutable(), 0, rows.Count - at);
            var start = first - at <= options.ContextLines ? at : first - options.ContextLines;
            if (start == at + 1) start = at;   // "One line is hidden" takes the place of the line.

            var end = first + 1;
            while (NextDifference(rows, end) is { } next && next - end <= 2L * options.ContextLines + 1) end = next + 1;
            end = rows.Count - end <= options.ContextLines + 1L ? rows.Count : end + options.ContextLines;

            var shown = Math.Min(room, end - start);
            hunks.Add(new() { HiddenBefore = start - at, Rows = [.. Enumerable.Range(start, shown).Select(i => rows[i])] });
            if (shown < end - start) return (hunks.ToImmutable(), 0, rows.Count - start - shown);
            (at, room) = (end, room - shown);
        }

        return (hunks.ToImmutable(), rows.Count - at, 0);
    }

    private static int? NextDifference(IReadOnlyList<DiffRow> rows, int from)
    {
        for (var i = from; i < rows.Count; i++)
            if (IsShown(rows[i])) return i;
        return null;
    }

    /// <summary>A text that was saved with other line ends would show as a difference everywhere. A line end that is missing is a single place, and worth seeing.</summary>
    private static bool IsShown(DiffRow row) =>
        row.Kind is not DiffRowKind.Same && (row.Kind is not DiffRowKind.LineEnd || row.Left!.End is LineEnding.None || row.Right!.End is LineEnding.None);
}
