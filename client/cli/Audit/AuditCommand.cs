using System.CommandLine;
using Memento.Audit;
using Memento.Workspaces;

namespace Memento.Cli.Audit;

internal static class AuditCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var agent = new Option<string?>("--agent") { Description = "Only what this agent did.", HelpName = "NAME" };
        var session = new Option<string?>("--session") { Description = "Only what was done in this session.", HelpName = "SESSION" };
        var rollback = new Option<string?>("--rollback") { Description = "Only what this rollback did.", HelpName = "ROLLBACK" };
        var point = new Option<string?>("--point") { Description = "Only what was done to this rollback point.", HelpName = "POINT" };
        var conflict = new Option<string?>("--conflict") { Description = "Only what was done about this conflict.", HelpName = "CONFLICT" };
        var document = new Option<string?>("--document") { Description = "Only changes of and conflicts about this document, e.g. entity/parse.", HelpName = "KIND/ID" };
        var action = Options.OneOf<AuditAction>("--action", "Only this.");
        var since = Options.Time("--since", "Only what was done at or after:", terminal.Clock);
        var until = Options.Time("--until", "Only what was done at or before:", terminal.Clock);
        var command = new Command("audit", "List who did what to documents, rollback points, rollbacks and conflicts, newest first.") { agent, session, rollback, point, conflict, document, action, since, until };
        var paging = new PageOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var audit = client.Audit(globals.Workspace(line));
            var query = new AuditQuery
            {
                AgentId = line.GetValue(agent),
                SessionId = line.GetValue(session),
                OperationId = line.GetValue(rollback),
                RollbackPointId = line.GetValue(point),
                ConflictId = line.GetValue(conflict),
                Document = line.GetValue(document) is { } name ? DocumentKey.Parse(name, "document") : null,
                Action = line.Enum<AuditAction>(action),
                Since = line.Time(since, terminal.Clock),
                Until = line.Time(until, terminal.Clock),
            };
            return await paging.ShowAsync(
                globals, line, (limit, cursor) => audit.ListAsync(query with { Limit = limit, Cursor = cursor }, cancellationToken), MementoJson.Default.AuditEntry, MementoJson.Default.PageAuditEntry,
                items => AuditListing.Write(terminal, items), "Nothing that fits was done.", cancellationToken);
        });

        return command.WithExamples("memento audit --agent bob --since 7d", "memento audit --document entity/parse", "memento audit --rollback op-0199… --json");
    }
}
