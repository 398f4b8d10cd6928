using Memento.Cli.Rollback;
using Memento.Rollback;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>Rollbacks as a table, or a few lines each where that does not fit.</summary>
internal static class RollbackListing
{
    private static readonly Column<RollbackView>[] Columns =
    [
        new("Rollback", r => new(r.OperationId)),
        new("Status", r => new(Status(r), RollbackRendering.StyleOf(r.Status))),
        new("Changed", r => new(Changed(r)), IsNumber: true),
        new("Asked for", r => new(Format.Time(r.CreatedAt))),
        new("Type", r => new(Format.Name(r.Type)), CanGo: true),
        new("Strategy", r => new(Format.Name(r.Strategy)), CanGo: true),
        new("Conflicts", r => new(Format.Number(r.ConflictCount)), IsNumber: true, CanGo: true),
        new("By", r => new(Format.Clean(r.AgentId ?? "–")), Least: 8, CanGo: true),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<RollbackView> rollbacks) => Listing.Write(terminal, rollbacks, Columns, r =>
    {
        terminal.Out.WriteLine(r.OperationId);
        var conflicts = r.ConflictCount > 0 ? $" · {Format.Count(r.ConflictCount, "conflict", "conflicts")}" : "";
        Tables.Write(terminal, Tables.Indented(new Paragraph().Append(Status(r), RollbackRendering.StyleOf(r.Status))
            .Append($" · {Changed(r)} documents · {Format.Name(r.Type)}, {Format.Name(r.Strategy)} · {Format.Time(r.CreatedAt)}{conflicts}"), 2));
    });

    private static string Status(RollbackView r) => Format.Name(r.Status) + (r.IsOver ? "" : $" {r.Progress} %") + (r.UndoneBy is null ? "" : ", undone");

    private static string Changed(RollbackView r) => $"{Format.Number(r.AppliedChanges)} of {Format.Number(r.TotalChanges)}";
}
