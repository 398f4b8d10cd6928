using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Memento.Workspaces;

namespace Memento.Cli.Workspaces;

internal static class GetDocumentCommand
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var document = DocumentsCommand.Document();
        var at = new Option<string?>("--at") { Description = "As it was at this rollback point.", HelpName = "POINT" };
        var output = new Option<string?>("--output", "-o") { Description = "Write the value to a file instead.", HelpName = "FILE" };
        var command = new Command("get", "Read a document. A terminal gets it with who and when, readable; a pipe or a file gets its bytes and nothing else.") { document, at, output };

        command.SetAction(async (line, cancellationToken) =>
        {
            var (key, file) = (line.Key(document), line.GetValue(output));
            using var client = globals.Connect(line);
            var read = await client.Documents(globals.Workspace(line)).GetDocumentAsync(key, line.GetValue(at), cancellationToken);
            if (file is not null)
            {
                await File.WriteAllBytesAsync(file, read.Value.Content, cancellationToken);
                if (!globals.Json(line)) terminal.Error.WriteLine($"{Format.Bytes(read.View.Length)} written to {Format.Clean(file)}");
            }

            if (globals.Json(line)) terminal.Out.WriteLine(Json(read, withValue: file is null));
            else if (file is null && terminal.OutIsTerminal) Show(terminal, read);
            else if (file is null) await terminal.WriteBytesAsync(read.Value.Content, cancellationToken);
            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento docs get entity/parse",
            "memento docs get file/src/main.c --at rp-0199… --output main.c",
            "memento docs get entity/parse --json | jq .value");
    }

    /// <summary>What a list says of the document, with its value: <c>value</c> if it is JSON, <c>base64</c> otherwise.</summary>
    private static string Json(Document document, bool withValue)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var member in JsonSerializer.SerializeToElement(document.View, MementoJson.Default.DocumentView).EnumerateObject()) member.WriteTo(writer);
            if (withValue && document.Value.IsJson)
            {
                writer.WritePropertyName("value");
                writer.WriteRawValue(document.Value.Content);
            }
            else if (withValue)
            {
                writer.WriteBase64String("base64", document.Value.Content);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Show(Terminal terminal, Document document)
    {
        var view = document.View;
        List<(string, string)> pairs = [("Document", Format.Clean(new DocumentKey(view.Kind, view.Id).ToString())), ("Version", DocumentListing.Version(view.Etag)), ("Changed", DocumentListing.Changed(view))];
        if (view.Cause is { } cause) pairs.Add(("Rollback", cause));
        if (view.ContentType is { } type) pairs.Add(("Type", Format.Clean(type)));
        pairs.Add(("Size", Format.Bytes(view.Length)));
        Tables.WritePairs(terminal, [.. pairs]);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(document.Value.IsJson ? Indented(document.Value.Content)
            : Utf8.IsValid(document.Value.Content) && !document.Value.Content.AsSpan().Contains((byte)0) ? Format.CleanLines(Encoding.UTF8.GetString(document.Value.Content).TrimEnd('\n'))
            : "(no text: use --output, or send it through a pipe)");
    }

    private static string Indented(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Readable)) document.RootElement.WriteTo(writer);
        return Format.CleanLines(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
