using System.Globalization;
using Memento.Workspaces;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>Documents, and their versions, as a table, or a few lines each where that does not fit.</summary>
internal static class DocumentListing
{
    private static readonly Column<DocumentView>[] Columns =
    [
        new("Document", d => new(Name(d))),
        new("Version", d => new(Version(d.Etag)), IsNumber: true),
        new("Size", d => new(Format.Bytes(d.Length)), IsNumber: true, CanGo: true),
        new("Agent", d => new(Format.Clean(d.AgentId ?? "–")), Least: 8),
        new("Session", d => new(Format.Clean(d.SessionId ?? "–")), Least: 12, CanGo: true),
        new("Changed", d => new(Format.Time(d.At))),
    ];

    private static readonly Column<DocumentView>[] Versions =
    [
        new("Version", d => new(d.Seq.ToString(CultureInfo.InvariantCulture)), IsNumber: true),
        new("What", What),
        new("Agent", d => new(Format.Clean(d.AgentId ?? "–")), Least: 8),
        new("Session", d => new(Format.Clean(d.SessionId ?? "–")), Least: 12, CanGo: true),
        new("Rollback", d => new(d.Cause ?? "–"), CanGo: true),
        new("Size", d => new(Size(d)), IsNumber: true, CanGo: true),
        new("Changed", d => new(Format.Time(d.At))),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<DocumentView> documents) => Listing.Write(terminal, documents, Columns, d =>
    {
        terminal.Out.WriteLine(Name(d));
        Tables.Write(terminal, Tables.Indented(new Text($"version {Version(d.Etag)} · {Format.Bytes(d.Length)} · {Changed(d)}"), 2));
    });

    public static void WriteHistory(Terminal terminal, IReadOnlyList<DocumentView> versions) => Listing.Write(terminal, versions, Versions, d =>
    {
        var cause = d.Cause is { } rollback ? $" · by {rollback}" : "";
        Tables.Write(terminal, new Paragraph($"{d.Seq,6}  ").Append(Format.Name(d.Operation ?? WriteOutcome.Updated), StyleOf(d.Operation)).Append("\n"));
        Tables.Write(terminal, Tables.Indented(new Text($"{Changed(d)} · {Size(d)}{cause}"), 8));
    });

    /// <summary>Without the quotation marks that HTTP wants; commands take it either way.</summary>
    public static string Version(string? etag) => etag?.Trim('"') ?? "–";

    /// <summary>When, and by whom.</summary>
    public static string Changed(DocumentView d) => Format.Time(d.At) + (Format.Who(d.AgentId, d.SessionId) is { Length: > 0 } who ? " by " + who : "");

    public static Style StyleOf(WriteOutcome? outcome) => new(outcome switch
    {
        WriteOutcome.Created => Color.Green,
        WriteOutcome.Deleted => Color.Red,
        WriteOutcome.Updated => Color.Yellow,
        _ => Color.Default,
    });

    private static string Name(DocumentView d) => Format.Clean(new DocumentKey(d.Kind, d.Id).ToString());

    private static Text What(DocumentView d) => new(Format.Name(d.Operation ?? WriteOutcome.Updated), StyleOf(d.Operation));

    private static string Size(DocumentView d) => d.Hash is null ? "–" : Format.Bytes(d.Length);
}
