using Memento.Workspaces;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>Rollback points as a table, or a few lines each where that does not fit.</summary>
internal static class PointListing
{
    private static readonly Column<RollbackPoint>[] Columns =
    [
        new("Point", p => new(p.RollbackPointId)),
        new("Name", p => new(Format.Clean(p.Name)), Least: 16),
        new("Created", p => new(Format.Time(p.CreatedAt))),
        new("Documents", p => new(Format.Number(p.Documents)), IsNumber: true, CanGo: true),
        new("Kept", p => new(Kept(p)), Least: 12, CanGo: true),
        new("Session", p => new(Format.Clean(p.SessionId ?? "–")), Least: 12, CanGo: true),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<RollbackPoint> points) => Listing.Write(terminal, points, Columns, p =>
    {
        terminal.Out.WriteLine(p.RollbackPointId);
        Tables.Write(terminal, Tables.Indented(new Text($"{Format.Clean(p.Name)} · {Format.Time(p.CreatedAt)} · {Format.Count(p.Documents, "document", "documents")} · {Kept(p)}"), 2));
    });

    public static void WriteOne(Terminal terminal, RollbackPoint p)
    {
        List<(string, string)> pairs = [("Point", p.RollbackPointId), ("Name", Format.Clean(p.Name))];
        if (p.Description is { Length: > 0 } description) pairs.Add(("Description", Format.Clean(description)));
        pairs.Add(("Created", Format.Time(p.CreatedAt) + (Format.Who(p.AgentId, p.SessionId) is { Length: > 0 } who ? " by " + who : "")));
        pairs.Add(("Kept", Kept(p)));
        pairs.Add(("Stands at", $"change {Format.Number(p.Seq)}"));
        pairs.Add(("Documents", $"{Format.Number(p.Documents)}, {Format.Bytes(p.Bytes)}"));
        pairs.Add(("Hash", p.Root));
        if (p.Sessions is { IsEmpty: false } sessions)
            pairs.Add(("Sessions", Format.Few([.. sessions.Select(s => $"{s.SessionId} at {s.Seq}")], 10) + (p.SessionsTruncated ? ", and others" : "")));
        if (p.Metadata is { } metadata) pairs.Add(("Metadata", Format.Clean(metadata.Text)));
        Tables.WritePairs(terminal, [.. pairs]);
    }

    /// <summary>How long it stays.</summary>
    public static string Kept(RollbackPoint p) => p.Pinned ? "pinned" : p.ExpiresAt is { } expires ? $"until {Format.Time(expires)}" : "does not expire";
}
