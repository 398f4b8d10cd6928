using System.Globalization;
using Memento.Sessions;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>Events as a table, or two lines each where that does not fit.</summary>
internal static class EventListing
{
    private static readonly Column<SessionEvent>[] Columns =
    [
        new("Seq", e => new(e.Seq.ToString(CultureInfo.InvariantCulture)), IsNumber: true),
        new("When", e => new(When(e))),
        new("Type", e => Tables.Type(e.Type)),
        new("Actor", e => new(Format.Clean(e.Actor)), Least: 12),
        new("What", e => new(EventText.What(e)), Least: 20),
        new("Lines", e => new(e.ChangeInfo.AffectedLines is { } lines ? Format.Number(lines) : ""), IsNumber: true, CanGo: true),
        new("Note", e => new(EventText.Note(e)), Least: 20),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<SessionEvent> events) => Listing.Write(terminal, events, Columns, e =>
    {
        const int Indent = 8;
        var note = EventText.Note(e);
        Tables.Write(terminal, new Paragraph($"{e.Seq,Indent - 2}  {When(e)}  ").Append(Format.Name(e.Type), Tables.StyleOf(e.Type)).Append($"  {Format.Clean(e.Actor)}\n"));
        Tables.Write(terminal, Tables.Indented(new Text(EventText.What(e) + (note.Length > 0 ? " – " + note : "")), Indent));
    });

    private static string When(SessionEvent e) => Format.Time(e.OccurredAt ?? e.Timestamp);
}
