using System.CommandLine;
using Memento.Workspaces;

namespace Memento.Cli.Workspaces;

/// <summary>Who changes documents, and which version is expected.</summary>
internal sealed class AuthorOptions
{
    private readonly Option<string?> _agent = new("--agent") { Description = "The agent that does it. One agent's work can be undone later.", HelpName = "NAME" };
    private readonly Option<string?> _session = new("--session") { Description = "The session in which it is done.", HelpName = "SESSION" };
    private readonly Option<string?> _ifMatch = new("--if-match") { Description = "Only if the document has this version; * = if there is one. Exit code 4 otherwise.", HelpName = "VERSION" };

    public AuthorOptions(Command command)
    {
        command.Add(_agent);
        command.Add(_session);
        command.Add(_ifMatch);
    }

    public Option IfMatch => _ifMatch;

    /// <summary>One operation, as a batch by the one who was named.</summary>
    public WriteDocuments Batch(ParseResult line, DocumentOperation operation) =>
        new() { AgentId = line.GetValue(_agent), SessionId = line.GetValue(_session), Operations = [operation with { IfMatch = line.GetValue(_ifMatch) }] };

    /// <summary>Says what became of the one document.</summary>
    public static void Show(GlobalOptions globals, ParseResult line, WriteResult written)
    {
        if (globals.Json(line))
        {
            JsonOutput.Write(globals.Terminal, written, MementoJson.Default.WriteResult);
            return;
        }

        var document = written.Documents[0];
        var version = document.Etag is { } etag ? $", version {DocumentListing.Version(etag)}" : "";
        globals.Terminal.Out.WriteLine($"{Format.Name(document.Outcome)} {Format.Clean(new DocumentKey(document.Kind, document.Id).ToString())}{version}");
    }
}
