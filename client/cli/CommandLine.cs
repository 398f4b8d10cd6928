using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Memento.Cli.Agents;
using Memento.Cli.Audit;
using Memento.Cli.Database;
using Memento.Cli.Git;
using Memento.Cli.Rollback;
using Memento.Cli.Sessions;
using Memento.Cli.Tasks;
using Memento.Cli.Verify;
using Memento.Cli.Verify.Merges;
using Memento.Cli.Workspaces;

namespace Memento.Cli;

/// <summary>The <c>memento</c> command.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command line and answers its exit code. Never throws for what a user can cause.</summary>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        var line = Build(new GlobalOptions(terminal)).Parse(args);
        if (line.Action is ParseErrorAction)
        {
            var command = string.Join(' ', Path(line.CommandResult));
            terminal.Error.WriteLine($"memento: {Problems(line)} See \"{command} --help\".");
            return ExitCode.WrongUsage;
        }

        try
        {
            // Signals are the program's, see Program.cs: a watch that is interrupted has done its work.
            return await line.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Out, Error = terminal.Error }, cancellationToken);
        }
        catch (Exception e) when (Failure.Of(e) is { } failure)
        {
            terminal.Error.WriteLine($"memento: {failure.Line}.");
            return failure.ExitCode;
        }
    }

    private static RootCommand Build(GlobalOptions globals)
    {
        var root = new RootCommand("The shared memory of a fleet of agents.")
        {
            SessionsCommand.Create(globals),
            DocumentsCommand.Create(globals),
            PointsCommand.Create(globals),
            RollbackCommand.Create(globals),
            ConflictsCommand.Create(globals),
            MergePoliciesCommand.Create(globals),
            AgentsCommand.Create(globals),
            TasksCommand.Create(globals),
            QueuesCommand.Create(globals),
            new Command("agent", "Be an agent.") { RunAgentCommand.Create(globals) },
            AuditCommand.Create(globals),
            StatsCommand.Create(globals),
            DatabaseCommand.Create(globals),
            new Command("import", "Bring in work from elsewhere.") { ImportGitCommand.Create(globals) },
            new Command("verify", "Compare with what git does, and with what people have committed.")
            {
                VerifyGitCommand.Create(globals), VerifyMergesCommand.Create(globals),
            },
        };
        globals.AddTo(root);
        Examples.Show(root);
        return root.WithExamples(
            "memento import git ~/src/project --workspace project",
            "memento sessions list --workspace project --agent \"Ada Lovelace\"",
            "memento sessions watch sess-0199… --json",
            "memento docs put entity/parse parse.json --agent ada",
            "memento points create \"before the refactoring\"",
            "memento points diff rp-0199…",
            "memento rollback run --point rp-0199… --agents bob");
    }

    /// <summary>All that is wrong; that a command is missing says nothing new about one that is not known.</summary>
    private static string Problems(ParseResult line)
    {
        var errors = line.Errors.Select(e => Format.Clean(e.Message)).ToArray();
        return string.Join(' ', errors.Length > 1 && line.UnmatchedTokens.Count > 0 ? errors[1..] : errors);
    }

    private static Stack<string> Path(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent)
            names.Push(command.Command is RootCommand ? "memento" : command.Command.Name);
        return names;
    }
}
