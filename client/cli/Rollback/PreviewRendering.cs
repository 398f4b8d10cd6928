using System.Collections.Immutable;
using System.Globalization;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

/// <summary>What a rollback would do, for people.</summary>
internal static class PreviewRendering
{
    private const int MaxNames = 8;

    /// <summary>Policies without effect that are shown; the JSON output has more.</summary>
    private const int MaxPolicies = 20;

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
        if (!p.UnusedPolicies.IsDefaultOrEmpty) WriteUnused(terminal, p.UnusedPolicies);
        if (!p.Conflicts.IsEmpty) ConflictListing.WriteFound(terminal, p.Conflicts);
        if (p.ConflictCount > p.Conflicts.Length) terminal.Error.WriteLine($"Only the first {Format.Number(p.Conflicts.Length)} conflicts are shown.");
    }

    private static void WriteUnused(Terminal terminal, ImmutableArray<UnusedPolicy> policies)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("Merge policies without effect here:");
        foreach (var policy in policies.Take(MaxPolicies))
        {
            var why = policy.Reason is UnusedPolicyReason.NoDocument
                ? "no merged document has such a name" : $"no merged document has a value at {Format.Clean(policy.Path ?? "")}";
            terminal.Out.WriteLine($"  #{policy.Index + 1} {Format.Clean(policy.Match)}: {why}");
        }

        if (policies.Length > MaxPolicies) terminal.Out.WriteLine($"  … and {policies.Length - MaxPolicies} more (--json shows them)");
    }

    private static string Duration(long milliseconds) => milliseconds < 1_000 ? $"{Format.Number(milliseconds)} ms" : Format.Duration(TimeSpan.FromMilliseconds(milliseconds));

    private static string Capital(string kind) => char.ToUpper(kind[0], CultureInfo.InvariantCulture) + kind[1..].Replace('_', ' ');
}
