using System.Globalization;
using Memento.Rollback;
using Memento.Sessions;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>How a diff lies on the screen.</summary>
internal enum DiffLayout
{
    /// <summary>Side by side if the terminal has 120 columns or more, else unified.</summary>
    Fit,
    /// <summary>What was removed above what was added.</summary>
    Unified,
    SideBySide,
}

/// <summary>A diff as people like to read it: what changed in one line, then the rows with their numbers, then what to do about it.</summary>
internal static class DiffRendering
{
    private const int LeastSideBySide = 120;
    private const string Between = " │ ";

    public static Style Faint { get; } = new(Color.Grey);

    /// <summary>Writes to stdout. A file or a pipe gets the unified form, which other programs can read.</summary>
    public static void Write(Terminal terminal, VisualDiffResult diff, bool judged = true) =>
        Write(terminal.OutConsole, diff, terminal.OutIsTerminal ? DiffLayout.Fit : DiffLayout.Unified, judged);

    /// <param name="judged">Say how alike the two are, and what to do about it.</param>
    public static void Write(IAnsiConsole console, VisualDiffResult diff, DiffLayout layout = DiffLayout.Fit, bool judged = true)
    {
        var width = console.Profile.Width;
        var lines = new DiffLines();
        AddHeading(lines, diff, width, judged);
        foreach (var note in diff.Notes) lines.AddWrapped(width, (note, Faint));
        console.Write(lines);
        if (diff.Identical) return;

        var sideBySide = layout is DiffLayout.SideBySide || layout is DiffLayout.Fit && width >= LeastSideBySide;
        if (!diff.Hunks.IsEmpty)
        {
            console.Write(Text.NewLine);
            var (left, right) = (Digits(diff, row => row.Left), Digits(diff, row => row.Right));
            foreach (var hunk in diff.Hunks)
            {
                lines = new();
                AddFold(lines, hunk.HiddenBefore);
                if (sideBySide) AddSideBySide(lines, hunk, width, left, right);
                else AddUnified(lines, hunk, DiffColumn.Of(width, left, right));
                console.Write(lines);
            }

            lines = new();
            AddFold(lines, diff.HiddenAfter);
            if (judged) lines.End();
            console.Write(lines);
        }

        if (!judged) return;
        lines = new();
        lines.AddWrapped(width, ("Recommended: ", null), (Format.Name(diff.Recommended), new Style(decoration: Decoration.Bold)), ($". {diff.Reason}", null));
        console.Write(lines);
    }

    private static void AddHeading(DiffLines lines, VisualDiffResult diff, int width, bool judged)
    {
        if (diff.Identical) lines.AddWrapped(width, ("No difference.", null));
        if (diff.Identical || diff.Binary) return;   // What is to be said of binary data is in its note.
        var heading = new List<(string, Style?)>();
        Count(diff.Added, "added", new(Color.Green));
        Count(diff.Removed, "removed", new(Color.Red));
        Count(diff.Changed, "changed", new(Color.Yellow));
        if (!judged)
        {
            if (heading.Count > 0) lines.AddWrapped(width, [.. heading[..^1]]);
            return;
        }

        heading.Add(($"{Math.Floor(diff.Similarity * 100).ToString("0", CultureInfo.InvariantCulture)} % alike · ", null));
        heading.Add(($"severity {Format.Name(diff.Severity)}", StyleOf(diff.Severity)));
        lines.AddWrapped(width, [.. heading]);

        void Count(int count, string what, Style style)
        {
            if (count > 0) heading.AddRange([($"{Format.Number(count)} {what}", style), (" · ", null)]);
        }
    }

    private static void AddUnified(DiffLines lines, DiffHunk hunk, DiffColumn column)
    {
        foreach (var (isEqual, rows) in Runs(hunk, row => row.Kind is DiffRowKind.Same or DiffRowKind.LineEnd))
        {
            if (isEqual)
            {
                foreach (var row in rows) AddLine(ShownLine.Both(row), row.Left!.Number, row.Right!.Number);
                continue;
            }

            foreach (var row in rows)
                if (row.Left is { } left) AddLine(ShownLine.Before(row), left.Number, null);
            foreach (var row in rows)
                if (row.Right is { } right) AddLine(ShownLine.After(row), null, right.Number);
        }

        void AddLine(ShownLine shown, int? left, int? right)
        {
            var parts = column.Wrap(shown);
            for (var part = 0; part < parts.Count; part++)
            {
                column.AddTo(lines, shown, parts, part, filled: false, left, right);
                lines.End();
            }
        }
    }

    private static void AddSideBySide(DiffLines lines, DiffHunk hunk, int width, int leftDigits, int rightDigits)
    {
        var half = (width - Between.Length) / 2;
        var (left, right) = (DiffColumn.Of(half, leftDigits), DiffColumn.Of(half, rightDigits));
        foreach (var (isBoth, rows) in Runs(hunk, row => row is { Left: not null, Right: not null }))
        {
            if (isBoth)
            {
                foreach (var row in rows) AddPair(row, row);
                continue;
            }

            // What is gone and what is new, beside each other: they are at the same place, though not alike.
            var (removed, added) = (rows.FindAll(row => row.Left is not null), rows.FindAll(row => row.Right is not null));
            for (var i = 0; i < Math.Max(removed.Count, added.Count); i++) AddPair(removed.ElementAtOrDefault(i), added.ElementAtOrDefault(i));
        }

        void AddPair(DiffRow? before, DiffRow? after)
        {
            var (l, r) = (before is null ? null : ShownLine.Before(before), after is null ? null : ShownLine.After(after));
            var (leftParts, rightParts) = (left.Wrap(l), right.Wrap(r));
            for (var part = 0; part < Math.Max(leftParts.Count, rightParts.Count); part++)
            {
                left.AddTo(lines, l, leftParts, part, filled: true, before?.Left?.Number);
                lines.Add(Between, Faint);
                right.AddTo(lines, r, rightParts, part, filled: false, after?.Right?.Number);
                lines.End();
            }
        }
    }

    private static void AddFold(DiffLines lines, int hidden)
    {
        if (hidden > 0) lines.Add($"⋯ {Format.Number(hidden)} {(hidden == 1 ? "line" : "lines")}", Faint).End();
    }

    /// <summary>Neighbours that agree on something, together.</summary>
    private static IEnumerable<(bool Is, List<DiffRow> Rows)> Runs(DiffHunk hunk, Predicate<DiffRow> what)
    {
        for (var i = 0; i < hunk.Rows.Length;)
        {
            var (@is, rows) = (what(hunk.Rows[i]), new List<DiffRow>());
            for (; i < hunk.Rows.Length && what(hunk.Rows[i]) == @is; i++) rows.Add(hunk.Rows[i]);
            yield return (@is, rows);
        }
    }

    private static int Digits(VisualDiffResult diff, Func<DiffRow, DiffLine?> side)
    {
        var last = diff.Hunks.SelectMany(hunk => hunk.Rows).Select(row => side(row)?.Number ?? 0).Max();
        return last.ToString(CultureInfo.InvariantCulture).Length;
    }

    private static Style StyleOf(Severity severity) => new(severity switch { Severity.Low => Color.Green, Severity.Medium => Color.Yellow, _ => Color.Red });
}
