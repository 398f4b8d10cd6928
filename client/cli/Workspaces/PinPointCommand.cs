using System.CommandLine;
using Memento.Cli.Rollback;

namespace Memento.Cli.Workspaces;

internal static class PinPointCommand
{
    public static Command Create(GlobalOptions globals, bool pinned)
    {
        var terminal = globals.Terminal;
        var (id, by) = (PointsCommand.PointId(), RollbackCommand.By());
        var ttl = Options.Span("--ttl", "How long it is kept from now on, when it is not pinned; 0s = for ever. As");
        var command = pinned
            ? new Command("pin", "Keep a rollback point until it is deleted: it neither expires nor makes room for others.") { id, by }
            : new Command("unpin", "Let a rollback point expire, and make room for others.") { id, ttl, by };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var point = await client.Documents(globals.Workspace(line)).ChangePointAsync(line.GetRequiredValue(id), new() { Pinned = pinned, TtlSeconds = pinned ? null : line.Span(ttl), AgentId = line.GetValue(by) }, cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, point, MementoJson.Default.RollbackPoint);
            else terminal.Out.WriteLine($"{point.RollbackPointId}: {PointListing.Kept(point)}");
            return ExitCode.Done;
        });
        return pinned ? command.WithExamples("memento points pin rp-0199…") : command.WithExamples("memento points unpin rp-0199… --ttl 7d");
    }
}
