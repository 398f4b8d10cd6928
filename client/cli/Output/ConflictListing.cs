using Memento.Rollback;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>Conflicts as a table, or a few lines each where that does not fit.</summary>
internal static class ConflictListing
{
    private static readonly Column<ConflictView> Document = new("Document", c => new(Format.Clean(c.Key.ToString())), Least: 16);
    private static readonly Column<ConflictView> Type = new("Type", c => new(Format.Name(c.Type)));
    private static readonly Column<ConflictView> Reason = new("Why", c => new(Format.Clean(c.Reason)), Least: 24, CanGo: true);
    private static readonly Column<ConflictView> Confidence = new("Merge", c => new($"{c.Confidence} %"), IsNumber: true, CanGo: true);

    private static readonly Column<ConflictView>[] Columns =
    [
        new("Conflict", c => new(c.ConflictId)),
        Document,
        new("Status", c => new(Status(c), StyleOf(c))),
        Type,
        Confidence,
        new("Found", c => new(Format.Time(c.CreatedAt)), CanGo: true),
        new("Rollback", c => new(c.OperationId), CanGo: true),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<ConflictView> conflicts) => Listing.Write(terminal, conflicts, Columns, c =>
    {
        terminal.Out.WriteLine(c.ConflictId);
        Tables.Write(terminal, Tables.Indented(new Paragraph(Format.Clean(c.Key.ToString()) + " · ").Append(Status(c), StyleOf(c)).Append($" · {Format.Name(c.Type)} · merge {c.Confidence} %"), 2));
    });

    /// <summary>Those of a preview, which have no id to be settled by.</summary>
    public static void WriteFound(Terminal terminal, IReadOnlyList<ConflictView> conflicts) => Listing.Write(terminal, conflicts, [Document, Type, Reason, Confidence], c =>
        Tables.Write(terminal, Tables.Indented(new Text($"{Format.Clean(c.Key.ToString())} · {Format.Name(c.Type)} · {Format.Clean(c.Reason)}"), 2)));

    public static string Status(ConflictView c) => c.Resolution is { } choice ? Format.Name(choice) : Format.Name(c.Status);

    public static Style StyleOf(ConflictView c) => new(c.Status is ConflictStatus.Open ? Color.Yellow : Color.Green);
}
