using Memento.Rollback;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>What changed between two moments, as people like to read it: a line for all, then each document with who, when and its lines.</summary>
internal static class PointDiffRendering
{
    private const int LeastRule = 4;

    private static readonly Column<DocumentChanges>[] Columns =
    [
        new("What", d => new(d.OperationName, d.Style)),
        new("Document", d => new(d.Name + (d.From is { } from ? $" (from {from})" : "")), Least: 24),
        new("Lines", d => new(d.Lines is var (more, less) ? $"+{Format.Number(more)} -{Format.Number(less)}" : "–"), IsNumber: true),
        new("Changes", d => new(Format.Number(d.Count)), IsNumber: true, CanGo: true),
        new("Who", d => new(d.Who.Length > 0 ? d.Who : "–"), Least: 12),
        new("When", d => new(d.When), CanGo: true),
    ];

    public static void Write(Terminal terminal, PointDiff diff, bool words = false)
    {
        WriteSummary(terminal, diff);
        var documents = DocumentChanges.Of(diff);
        foreach (var document in documents)
        {
            WriteHeader(terminal, document);
            if (words && document.Drawn?.Words is { } told) WriteWords(terminal, told);
            else if (document.Diff is { } lines) DiffRendering.Write(terminal, lines, judged: false);
        }

        var left = Changed(diff) - documents.Count(d => d.Diff is not null || d.Operation is DiffOperation.Move);
        if (left > 0) terminal.Error.WriteLine($"{Format.Count(left, "document is", "documents are")} not drawn; --stat and --json say more.");
    }

    public static void WriteTable(Terminal terminal, PointDiff diff)
    {
        WriteSummary(terminal, diff);
        var documents = DocumentChanges.Of(diff);
        if (documents.Count == 0) return;
        Listing.Write(terminal, documents, Columns, d =>
        {
            var lines = d.Lines is var (more, less) ? $" · +{Format.Number(more)} -{Format.Number(less)}" : "";
            terminal.Out.WriteLine(d.Name);
            Tables.Write(terminal, Tables.Indented(new Paragraph().Append(d.OperationName, d.Style).Append($"{(d.From is { } from ? $" from {from}" : "")}{lines}{Dot(d.Who)}{Dot(d.When)}"), 2));
        });
        if (diff.Truncated) terminal.Error.WriteLine($"Only the first {Format.Number(diff.Changes.Length)} of {Format.Number(diff.ChangeCount)} changes are looked at here.");
    }

    private static void WriteSummary(Terminal terminal, PointDiff diff)
    {
        var lines = new DiffLines();
        var heading = new List<(string, Style?)> { ($"{diff.From} → {diff.To}", new Style(decoration: Decoration.Bold)) };
        if (Changed(diff) == 0) heading.Add((" · No document differs.", null));
        Count(diff.Summary.Created, "created", Color.Green);
        Count(diff.Summary.Updated, "updated", Color.Yellow);
        Count(diff.Summary.Deleted, "deleted", Color.Red);
        Count(diff.Summary.Moved, "moved", Color.Blue);
        if (diff.ChangeCount > 0) heading.Add(($" · {Format.Count(diff.ChangeCount, "change", "changes")} in all", null));
        if (diff.Summary.Ignored > 0) heading.Add(($" · {Format.Count(diff.Summary.Ignored, "difference", "differences")} ignored", null));
        if (diff.Summary.TruncatedChanges > 0) heading.Add(($" · {Format.Count(diff.Summary.TruncatedChanges, "change is", "changes are")} shown as a whole, because of --depth", null));
        lines.AddWrapped(terminal.OutConsole.Profile.Width, [.. heading]);
        terminal.OutConsole.Write(lines);

        void Count(long count, string what, Color color)
        {
            if (count > 0) heading.AddRange([(" · ", null), ($"{Format.Number(count)} {what}", new Style(color))]);
        }
    }

    private static void WriteWords(Terminal terminal, SemanticDiff words)
    {
        foreach (var change in words.Changes) Tables.Write(terminal, Tables.Indented(new Text("• " + Format.Clean(change.Sentence)), 2));
        if (words.MoreChanges > 0) terminal.Out.WriteLine($"  and {Format.Count(words.MoreChanges, "change", "changes")} more");
    }

    private static void WriteHeader(Terminal terminal, DocumentChanges document)
    {
        var width = terminal.OutConsole.Profile.Width;
        var lines = new DiffLines();
        lines.End();
        var title = $"{document.OperationName} {document.Name}";
        var rule = terminal.OutIsTerminal && title.GetCellWidth() + 1 + LeastRule <= width ? new string('─', width - title.GetCellWidth() - 1) : "";
        lines.Add(document.OperationName, new(document.Style.Foreground, decoration: Decoration.Bold)).Add(" " + document.Name, new(decoration: Decoration.Bold)).Add(" " + rule, DiffRendering.Faint).End();
        var facts = string.Join(" · ", new[] { document.From is { } from ? $"from {from}" : "", document.Who, document.When }.Where(fact => fact.Length > 0));
        if (facts.Length > 0) lines.AddWrapped(width, (facts, DiffRendering.Faint));
        terminal.OutConsole.Write(lines);
    }

    private static long Changed(PointDiff diff) => diff.Summary.Created + diff.Summary.Updated + diff.Summary.Deleted + diff.Summary.Moved;

    private static string Dot(string fact) => fact.Length > 0 ? $" · {fact}" : "";
}
