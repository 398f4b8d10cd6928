using Memento.Audit;
using Memento.Workspaces;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>Who did what, as a table, or a few lines each where that does not fit.</summary>
internal static class AuditListing
{
    private static readonly Column<AuditEntry>[] Columns =
    [
        new("When", e => new(Format.Time(e.At))),
        new("Who", e => new(Who(e)), Least: 8),
        new("Did", e => new(Format.Name(e.Action), StyleOf(e))),
        new("What", e => new(What(e)), Least: 24),
        new("Session", e => new(Format.Clean(e.SessionId ?? "–")), Least: 10, CanGo: true),
        new("Rollback", e => new(e.OperationId ?? "–"), CanGo: true),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<AuditEntry> entries) => Listing.Write(terminal, entries, Columns, e =>
    {
        Tables.Write(terminal, new Paragraph($"{Format.Time(e.At)} · {Who(e)} · ").Append(Format.Name(e.Action), StyleOf(e)));
        Tables.Write(terminal, Tables.Indented(new Text(What(e)), 2));
    });

    private static string Who(AuditEntry e) => e.AgentId is null ? "–" : Format.Clean(e.AgentId);

    private static string What(AuditEntry e)
    {
        var documents = e.Documents.Select(d => (d.Operation is { } done ? $"{Format.Name(done)} " : "") + Format.Clean(new DocumentKey(d.Kind, d.Id).ToString())).ToArray();
        if (documents.Length > 0) return Format.Few(documents, 3) + (e.DocumentCount > e.Documents.Length ? $" ({Format.Number(e.DocumentCount)} in all)" : "");
        return string.Join(' ', ((string?[])[e.RollbackPointId, e.Detail is { } detail ? Format.Clean(detail.Text) : null]).OfType<string>());
    }

    private static Style StyleOf(AuditEntry e) => new(e.Action switch
    {
        AuditAction.DocumentsChanged => Color.Default,
        AuditAction.ConflictsFound or AuditAction.RollbackCancelRequested or AuditAction.PointRemoved or AuditAction.StaleCallRefused => Color.Yellow,
        > AuditAction.HistoryCompacted => Color.Blue,
        _ => Color.Green,
    });
}
