using System.CommandLine;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Cli.Workspaces;

internal static class CreatePointCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var name = new Argument<string>("name") { Description = "What people call this moment.", HelpName = "NAME" };
        var description = new Option<string?>("--description") { Description = "More about it.", HelpName = "TEXT" };
        var session = new Option<string?>("--session") { Description = "The session that it belongs to.", HelpName = "SESSION" };
        var agent = new Option<string?>("--agent") { Description = "Who names it.", HelpName = "NAME" };
        var ttl = Options.Span("--ttl", "How long it is kept; 0s = for ever. [default: the server's] As");
        var pinned = new Option<bool>("--pinned") { Description = "Keep it until it is deleted." };
        var metadata = new Option<string?>("--metadata") { Description = "A JSON object to keep with it.", HelpName = "JSON" };
        var command = new Command("create", "Name this moment of the workspace. It costs the same whatever the workspace holds. Prints the id.") { name, description, session, agent, ttl, pinned, metadata };

        command.SetAction(async (line, cancellationToken) =>
        {
            var request = new CreateRollbackPoint
            {
                Name = line.GetRequiredValue(name),
                Description = line.GetValue(description),
                SessionId = line.GetValue(session),
                AgentId = line.GetValue(agent),
                TtlSeconds = line.Span(ttl),
                Pinned = line.GetValue(pinned),
                Metadata = line.GetValue(metadata) is { } json ? Parse(json) : null,
            };
            using var client = globals.Connect(line);
            var point = await client.Documents(globals.Workspace(line)).CreatePointAsync(request, cancellationToken: cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, point, MementoJson.Default.RollbackPoint);
            else
            {
                terminal.Out.WriteLine(point.RollbackPointId);   // alone on stdout, for $(…)
                terminal.Error.WriteLine($"{Format.Count(point.Documents, "document", "documents")}, {Format.Bytes(point.Bytes)}; {PointListing.Kept(point)}.");
            }

            return ExitCode.Done;
        });

        return command.WithExamples("memento points create \"before the refactoring\"", "point=$(memento points create nightly --ttl 4w --pinned)");
    }

    private static JsonText Parse(string json)
    {
        try
        {
            return JsonText.Parse(json);
        }
        catch (JsonException e)
        {
            throw new CommandException($"--metadata is not JSON: {e.Message}", ExitCode.WrongUsage, e);
        }
    }
}
