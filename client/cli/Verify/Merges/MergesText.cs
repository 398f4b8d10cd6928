using System.Globalization;
using Spectre.Console;

namespace Memento.Cli.Verify.Merges;

/// <summary>Writes the results of <c>memento verify merges</c> for people.</summary>
internal static class MergesText
{
    private static Column<Row>[] Columns =>
    [
        new("Repository", row => new(Format.Clean(row.Name))),
        Number("Merges", row => row.Merges),
        Number("Files", row => row.Counts.Files),
        Number("Equal", row => row.Counts.Equal),
        Number("Conflict", row => row.Counts.Conflicts),
        Number("Different", row => row.Counts.Different),
        Number("by hand", row => row.Counts.HandEdited),
        Number("one side", row => row.Counts.OneSideKept),
        new("Percent", row => new(Percent(row.Counts)), IsNumber: true),
        Number("Git right", row => row.Counts.GitRight),
        Number("conflict here", row => row.Counts.ConflictsWhereGitIsRight),
        Number("different here", row => row.Counts.DifferentWhereGitIsRight),
        Number("Git conflict", row => row.Counts.GitConflicts),
        Number("equal here", row => row.Counts.Gains),
        Number("Git broken", row => row.Counts.GitBroken),
    ];

    private const string NothingToCompare = "nothing to compare: no merge commit has a JSON, YAML or TOML file that both parents changed";

    /// <param name="show">Files of each repository up to which they are written.</param>
    public static void Write(Terminal terminal, MergesReport report, int show)
    {
        List<Row> rows = [.. report.Repositories.Select(results => new Row(results.Repository, results.Merges, results.Counts))];
        if (rows.Count > 1) rows.Add(new("all", rows.Sum(row => row.Merges), report.Total));
        Listing.Write(terminal, rows, Columns, row => terminal.Out.WriteLine($"{row.Name}: {Summary(row.Counts)}"));
        foreach (var repository in report.Repositories) WriteRepository(terminal, repository, show);
        if (report.Interrupted) terminal.Out.WriteLine("Interrupted: these are the results so far.");
    }

    private static void WriteRepository(Terminal terminal, RepositoryMerges results, int show)
    {
        terminal.Out.WriteLine();
        var counts = results.Counts;
        var leftOut = results.Skipped.Count == 0 ? "" : " and that was not left out";
        List<(string, string)> pairs =
        [
            ("Repository", $"{Format.Clean(results.Repository)} up to {results.Head}"),
            ("Files", counts.Files == 0 ? NothingToCompare + leftOut
                : $"{Format.Number(counts.Json)} JSON, {Format.Number(counts.Yaml)} YAML, {Format.Number(counts.Toml)} TOML"),
        ];
        if (Merges(results) is { Length: > 0 } merges) pairs.Add(("Merges left out", merges));
        foreach (var skipped in results.Skipped)
        {
            var examples = Format.Few(skipped.Examples, skipped.Examples.Count);
            pairs.Add(($"Left out: {Reason(skipped.Reason)}", $"{Format.Number(skipped.Count)} ({examples})"));
        }

        var seconds = results.MergeSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        pairs.Add(("Time", $"{Format.Duration(TimeSpan.FromSeconds(results.DurationSeconds))}, of which {seconds} s for the merges"));
        Tables.WritePairs(terminal, [.. pairs]);

        foreach (var file in results.Files.Take(show)) WriteFile(terminal, file);
        var more = results.Files.Count + results.FilesLeftOut - Math.Min(show, results.Files.Count);
        if (more > 0) terminal.Out.WriteLine($"{Format.Count(more, "more file", "more files")} to look at: raise --show.");
    }

    private static void WriteFile(Terminal terminal, FileDetail file)
    {
        var remark = (file.IsHandEdited ? ", edited by hand" : "") + (file.IsOneSideKept ? ", one side was kept" : "");
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"{Format.Name(file.Verdict)}{remark}: {Format.Clean(file.File)} in {file.Commit} ({Git(file)})");
        foreach (var place in file.Places)
        {
            terminal.Out.WriteLine($"  at \"{Format.Clean(place.Pointer)}\"");
            WriteValue("base", place.Base);
            WriteValue("ours", place.Ours);
            WriteValue("theirs", place.Theirs);
            WriteValue("committed", place.Committed);
            WriteValue("merged", place.Merged);
        }

        foreach (var conflict in file.Conflicts)
            terminal.Out.WriteLine($"  at \"{Format.Clean(conflict.Pointer)}\": {Format.Clean(conflict.Why)}");

        void WriteValue(string name, string? json) => terminal.Out.WriteLine($"    {name,-9}  {Format.Clean(json ?? "–")}");
    }

    private static string Git(FileDetail file) => file.Git switch
    {
        _ when file.IsGitRight => "git's merge was committed",
        _ when file.IsHandEdited => "git's merge is the same as here",
        GitVerdict.Clean => "git merges it to something else than here, and than was committed",
        GitVerdict.Broken => "git merges it to a text that is not well-formed",
        _ => "git has conflicts",
    };

    private static string Merges(RepositoryMerges results)
    {
        var parts = new List<string>();
        Add(results.OneSided, "with changes on one side only");
        Add(results.SeveralBases, "with more than one merge base");
        Add(results.NoBase, "without a merge base");
        Add(results.Octopus, "with more than two parents");
        return string.Join(", ", parts);

        void Add(long count, string what)
        {
            if (count > 0) parts.Add($"{Format.Number(count)} {what}");
        }
    }

    private static string Reason(SkipReason reason) => reason switch
    {
        SkipReason.SameOnBothSides => "the same on both sides",
        SkipReason.DeletedByASide => "deleted by a side",
        SkipReason.NotInTheMerge => "not in the merge commit",
        SkipReason.UnreadableInTheMerge => "unreadable in the merge commit alone",
        SkipReason.NoRegularFile => "no regular file",
        SkipReason.Missing => "missing in a partial clone",
        SkipReason.TooLarge => "too large",
        SkipReason.Malformed => "not well-formed",
        SkipReason.TooDeep => "nested too deeply",
        _ => "no value of canonical JSON",
    };

    private static string Summary(FileCounts counts) => counts.Files == 0
        ? "nothing to compare"
        : $"{Format.Number(counts.Files)} files, {Format.Number(counts.Equal)} equal, {Format.Number(counts.Conflicts)} in conflict, "
        + $"{Format.Number(counts.Different)} different, {Percent(counts)}";

    private static string Percent(FileCounts counts) =>
        counts.Percent is { } percent ? percent.ToString("0.###", CultureInfo.InvariantCulture) + " %" : "–";

    private static Column<Row> Number(string heading, Func<Row, long> value) =>
        new(heading, row => new(Format.Number(value(row))), IsNumber: true);

    private readonly record struct Row(string Name, long Merges, FileCounts Counts);
}
