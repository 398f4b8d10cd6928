using System.CommandLine;
using Memento.Storage;

namespace Memento.Cli.Database;

/// <summary>Works on the store itself, so that it can be made ready when no server can start.</summary>
internal static class DatabaseCommand
{
    public static Command Create(GlobalOptions globals) => new("db", "Check the database and bring it up to date, without a server.") { Check(globals), Migrate(globals) };

    private static Command Check(GlobalOptions globals)
    {
        var command = new Command("check", "Say whether the schema is the one that this program needs, and how big the database is. Changes nothing. Exit code 1 if the schema is not current.");
        var choice = new StoreChoice(globals.Terminal, command);
        command.SetAction(async (line, cancellationToken) =>
        {
            var options = choice.Read(line);
            if (options.Store is StoreKind.Sqlite && !File.Exists(options.DatabaseFile))
                throw new CommandException($"There is no database {options.DatabaseFile}; the server makes one when it starts, and so does \"memento db migrate\"", ExitCode.NotFound);

            var report = await DatabaseReport.MakeAsync(options, await Task.Run(SchemaMigrator.For(options).Check, cancellationToken), cancellationToken);
            Show(globals, line, report);
            return report.IsCurrent ? ExitCode.Done : ExitCode.Failed;
        });
        return command.WithExamples("memento db check", "memento db check --data /var/lib/memento --json", "Memento__ConnectionStrings__PostgreSql=… memento db check --store postgresql");
    }

    private static Command Migrate(GlobalOptions globals)
    {
        var command = new Command("migrate", "Bring the schema up to date. Refuses a database that is newer than this program, and an embedded one that a server has open.");
        var choice = new StoreChoice(globals.Terminal, command);
        command.SetAction(async (line, cancellationToken) =>
        {
            var options = choice.Read(line);
            var folder = Path.GetDirectoryName(options.DatabaseFile)!;
            using var alone = options.Store is StoreKind.Sqlite ? SqliteFileLock.Take(folder) : null;
            var progress = new Lines(globals.Terminal.Error);
            var status = await Task.Run(() => SchemaMigrator.For(options).Migrate(progress), cancellationToken);
            Show(globals, line, await DatabaseReport.MakeAsync(options, status, cancellationToken));
            return ExitCode.Done;
        });
        return command.WithExamples("memento db migrate", "Memento__ConnectionStrings__PostgreSql=… memento db migrate --store postgresql");
    }

    private static void Show(GlobalOptions globals, ParseResult line, DatabaseReport report)
    {
        if (globals.Json(line))
        {
            JsonOutput.Write(globals.Terminal, report, DatabaseJson.Default.DatabaseReport);
            return;
        }

        var schema = report switch
        {
            { IsNewer: true } => $"newer than this program: it has {string.Join(", ", report.Unknown)}",
            { IsCurrent: true } => $"current ({report.Applied[^1]})",
            _ => $"lacks {string.Join(", ", report.Pending)}; run \"memento db migrate\"",
        };
        Tables.WritePairs(globals.Terminal, ("Store", report.Store), ("Location", report.Location), ("Schema", schema), ("Size", Format.Bytes(report.SizeBytes)));
    }

    /// <summary>Writes at once and in order, which <see cref="Progress{T}"/> does not promise.</summary>
    private sealed class Lines(TextWriter writer) : IProgress<string>
    {
        public void Report(string value) => writer.WriteLine(Format.Clean(value));
    }
}
