using System.Globalization;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

/// <summary>What a rollback would do, for people.</summary>
internal static class PreviewRendering
{
    private const int MaxNames = 8;

    public static void Write(Terminal terminal, RollbackPreview p)
    {
        var changes = p.ChangesByType.Where(c => c.Value > 0).Select(c => $"{Format.Number(c.Value)} to {c.Key}").ToArray();
        List<(string, string)> pairs =
        [
            ("Changes", Format.Count(p.TotalChanges, "document", "documents") + (changes.Length > 0 ? $": {string.Join(", ", changes)}" : "")),
            ("Conflicts", p.ConflictCount == 0 ? "none" : Format.Number(p.ConflictCount)),
            ("Recommended", $"{Format.Name(p.RecommendedStrategy)}: {Format.Clean(p.Reason)}"),
            ("Takes", "about " + Duration(p.EstimatedDurationMs)),
        ];
        foreach (var (kind, ids) in p.AffectedItems) pairs.Add((Capital(kind), Format.Few(ids, MaxNames)));
        if (!p.Dependencies.Required.IsEmpty) pairs.Add(("Would miss", Format.Few(p.Dependencies.Required, MaxNames)));
        if (!p.Dependencies.Affected.IsEmpty) pairs.Add(("Would point nowhere", Format.Few(p.Dependencies.Affected, MaxNames)));
        foreach (var circle in p.Dependencies.Circular.Take(3)) pairs.Add(("Need each other", Format.Few(circle, MaxNames)));
        pairs.Add(("Token", p.PreviewToken));
        Tables.WritePairs(terminal, [.. pairs]);
        SettledListing.Write(terminal, p.Settled);
        if (!p.Conflicts.IsEmpty) ConflictListing.WriteFound(terminal, p.Conflicts);
        if (p.ConflictCount > p.Conflicts.Length) terminal.Error.WriteLine($"Only the first {Format.Number(p.Conflicts.Length)} conflicts are shown.");
    }

    private static string Duration(long milliseconds) => milliseconds < 1_000 ? $"{Format.Number(milliseconds)} ms" : Format.Duration(TimeSpan.FromMilliseconds(milliseconds));

    private static string Capital(string kind) => char.ToUpper(kind[0], CultureInfo.InvariantCulture) + kind[1..].Replace('_', ' ');
}
