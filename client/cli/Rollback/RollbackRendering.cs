using Memento.Rollback;
using Spectre.Console;

namespace Memento.Cli.Rollback;

/// <summary>One rollback, for people.</summary>
internal static class RollbackRendering
{
    public static void Write(Terminal terminal, RollbackView r, bool withLog = false)
    {
        List<(string, string)> pairs =
        [
            ("Rollback", r.OperationId),
            ("Status", Format.Name(r.Status) + (r.IsOver ? "" : $", {r.Progress} %")),
            ("To", r.RollbackPointId),
            ("How", $"{Format.Name(r.Type)}, {Format.Name(r.Strategy)}, conflicts: {Format.Name(r.ConflictStrategy)}"),
        ];
        if (r.Selection is { IsEverything: false } selection) pairs.Add(("Only", Describe(selection)));
        if (r.UndoOf is { } undone) pairs.Add(("Undoes", undone));
        pairs.Add(("Changed", Changed(r)));
        if (r.ConflictCount > 0) pairs.Add(("Conflicts", Format.Number(r.ConflictCount) + (r.Conflicts.Count(c => c.Status is ConflictStatus.Open) is > 0 and var open ? $", {Format.Number(open)} open" : "")));
        if (r.RecoveryPointId is { } recovery) pairs.Add(("Before it", recovery));
        pairs.Add(("Asked for", Format.Time(r.CreatedAt) + (r.AgentId is { } agent ? $" by {Format.Clean(agent)}" : "")));
        if (r is { StartedAt: { } from, CompletedAt: { } to }) pairs.Add(("Took", Format.Duration(to - from)));
        if (r.UndoneBy is { } by) pairs.Add(("Undone by", by));
        if (r.Error is { } error) pairs.Add(("Error", $"{Format.Clean(error.Message)} ({error.Code})"));
        Tables.WritePairs(terminal, [.. pairs]);
        SettledListing.Write(terminal, r.Settled);
        if (r.Preview is { } preview)
        {
            terminal.Out.WriteLine();
            PreviewRendering.Write(terminal, preview);
        }
        else if (!r.Conflicts.IsEmpty)
        {
            ConflictListing.Write(terminal, r.Conflicts);
        }

        if (!withLog) return;
        terminal.Out.WriteLine();
        foreach (var entry in r.Log) Tables.Write(terminal, new Text(RollbackProgress.Line(entry), StyleOf(entry.Level)));
    }

    public static Style StyleOf(RollbackStatus status) => new(status switch
    {
        RollbackStatus.Completed => Color.Green,
        RollbackStatus.Failed => Color.Red,
        RollbackStatus.Cancelled => Color.Yellow,
        _ => Color.Blue,
    });

    private static Style StyleOf(LogSeverity level) => new(level switch { LogSeverity.Error => Color.Red, LogSeverity.Warn => Color.Yellow, _ => Color.Default });

    private static string Changed(RollbackView r)
    {
        var count = $"{Format.Number(r.AppliedChanges)} of {Format.Count(r.TotalChanges, "document", "documents")}";
        return r.Type is RollbackType.DryRun ? "nothing: a dry run"
            : r.AppliedChanges > 0 && r.Status is RollbackStatus.Cancelled or RollbackStatus.Failed ? $"{count}, then undone"
            : count;
    }

    private static string Describe(Selection s)
    {
        const int Most = 5;
        var parts = new List<string>();
        if (s.Agents is { Length: > 0 } agents) parts.Add($"by {Format.Few(agents, Most)}");
        if (s.Sessions is { Length: > 0 } sessions) parts.Add($"in {Format.Few(sessions, Most)}");
        if (s.Rollbacks is { Length: > 0 } rollbacks) parts.Add($"of {Format.Few(rollbacks, Most)}");
        if (s.Documents is { Length: > 0 } documents) parts.Add(Format.Few([.. documents.Select(Describe)], Most));
        if (s.Since is { } since) parts.Add($"since {Format.Time(since)}");
        if (s.Until is { } until) parts.Add($"until {Format.Time(until)}");
        if (s.MaxAgeSeconds is { } age) parts.Add($"in the last {Format.Duration(TimeSpan.FromSeconds(age))}");
        return string.Join("; ", parts);
    }

    private static string Describe(DocumentSelection d) =>
        string.Join(':', new[] { Format.Name(d.Type), string.Join(',', [.. d.Identifiers ?? [], .. d.Include ?? []]) }.Where(part => part.Length > 0)) + (d.Exclude is { Length: > 0 } but ? $" but {string.Join(',', but)}" : "");
}
