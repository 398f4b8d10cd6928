using System.CommandLine;
using Memento.Rollback;
using Memento.Workspaces;
using Spectre.Console;

namespace Memento.Cli.Rollback;

internal static class ShowConflictCommand
{
    private const int MaxPreview = 200;

    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = new Argument<string>("conflict") { Description = "The conflict's id.", HelpName = "CONFLICT" };
        var command = new Command("show", "Show a conflict: what is there now against what the rollback would bring back, and the ways to settle it.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var details = await client.Rollbacks(globals.Workspace(line)).GetConflictAsync(line.GetRequiredValue(id), cancellationToken);
            if (globals.Json(line))
            {
                JsonOutput.Write(terminal, details, MementoJson.Default.ConflictDetails);
                return ExitCode.Done;
            }

            Show(terminal, details);
            if (details.Conflict.Status is ConflictStatus.Open)
                terminal.Error.WriteLine($"Settle it: {globals.Again(line, $"conflicts resolve {Format.Name(details.Recommended)} {details.Conflict.ConflictId}{IfMatch(details)}")}");
            return ExitCode.Done;
        });
        return command.WithExamples("memento conflicts show conf-0199…");
    }

    private static string IfMatch(ConflictDetails details) => details.Recommended is not ConflictChoice.KeepCurrent && Later(details) is { } version ? $" --if-match {version}" : "";

    /// <summary>The document's version, if it changed since the conflict was found.</summary>
    private static long? Later(ConflictDetails details) => details.CurrentEtag is { } etag && Etag.Seq(etag) is { } seq && seq != details.Conflict.CurrentSeq ? seq : null;

    private static void Show(Terminal terminal, ConflictDetails details)
    {
        var c = details.Conflict;
        List<(string, string)> pairs =
        [
            ("Conflict", c.ConflictId),
            ("Document", Format.Clean(c.Key.ToString())),
            ("Why", $"{Format.Name(c.Type)}: {Format.Clean(c.Reason)}"),
            ("Status", ConflictListing.Status(c) + (c.ResolvedAt is { } at ? $", {Format.Time(at)}" : "") + (c.ResolvedBy is { } by ? $" by {Format.Clean(by)}" : "")),
            ("Rollback", c.OperationId),
        ];
        if (c.Status is ConflictStatus.Open && Later(details) is { } version) pairs.Add(("Version", $"{version} now; it changed since the conflict was found, so settling it needs --if-match {version}"));
        if (details.Places.IsEmpty && !c.Places.IsEmpty) pairs.Insert(3, ("Places", Format.Few(c.Places, 5)));
        Tables.WritePairs(terminal, [.. pairs]);
        PlaceRendering.Write(terminal, details.Places);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("What is there now (-), and what the rollback would bring back (+):");
        DiffRendering.Write(terminal, details.Diff, judged: false);
        if (c.Status is not ConflictStatus.Open) return;
        terminal.Out.WriteLine();
        Listing.Write(terminal, details.Options,
        [
            new("Choice", o => Name(o, details.Recommended)),
            new("Confidence", o => new(o.Confidence > 0 ? $"{o.Confidence} %" : "–"), IsNumber: true),
            new("What it means", o => new(o.Description), Least: 20),
            new("Result", o => new(Preview(o)), Least: 20, CanGo: true),
        ], o =>
        {
            Tables.Write(terminal, new Paragraph().Append(Format.Name(o.Choice) + (o.Choice == details.Recommended ? " (recommended)" : ""), StyleOf(o, details.Recommended)).Append(o.Confidence > 0 ? $"  {o.Confidence} %\n" : "\n"));
            Tables.Write(terminal, Tables.Indented(new Text(o.Description), 2));
        });
    }

    private static Text Name(ConflictOption option, ConflictChoice recommended) => new(Format.Name(option.Choice) + (option.Choice == recommended ? " *" : ""), StyleOf(option, recommended));

    private static Style StyleOf(ConflictOption option, ConflictChoice recommended) => option.Choice == recommended ? new(Color.Green, decoration: Decoration.Bold) : Style.Plain;

    /// <summary>The beginning of what the document would be.</summary>
    private static string Preview(ConflictOption option)
    {
        var text = Format.Clean(option.Preview?.Text ?? (option.Choice is ConflictChoice.Value ? "" : "(deleted, or no text)"));
        return text.Length > MaxPreview ? text[..MaxPreview] + "…" : text;
    }
}
