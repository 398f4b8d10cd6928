using System.Threading.Channels;
using Memento.Sessions;
using Memento.Workspaces;

namespace Memento.Cli.Git;

/// <summary>What to import.</summary>
/// <param name="Since">Only runs with a commit at or after this time (Unix seconds).</param>
/// <param name="Max">Only runs with one of the newest so many commits.</param>
/// <param name="Parallel">Sessions that are written at the same time.</param>
internal sealed record ImportSettings(string Path, long? Since, int? Max, int Parallel, bool DryRun);

/// <summary>Where an import tells how far it is.</summary>
internal interface IImportProgress
{
    /// <summary>A new stage began, e.g. "Reading the history".</summary>
    void Stage(string name);

    /// <summary>A remark worth a line.</summary>
    void Note(string text);

    /// <param name="done">Commits dealt with.</param>
    /// <param name="total">0 = not known yet.</param>
    void Report(long done, long total);
}

/// <summary>Brings a git history in as sessions, and its files as documents. Can be stopped at any moment and run again; the rules are in docs/import-git.md.</summary>
/// <param name="documents">Where the files go; null = they are left out.</param>
internal sealed class GitImport(ISessionClient sessions, IWorkspaceClient? documents, TimeProvider clock, IImportProgress progress)
{
    /// <summary>Runs the import. When it is stopped or fails, <paramref name="onSummary"/> still gets what was done until then.</summary>
    public async Task RunAsync(ImportSettings settings, Action<ImportSummary> onSummary, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var repository = await GitRepository.OpenAsync(settings.Path, cancellationToken);
        var summary = new ImportSummary { Workspace = sessions.Workspace, Repository = repository.Name, Shallow = repository.IsShallow, DryRun = settings.DryRun };
        if (repository.IsShallow) progress.Note("The clone is shallow: only the part of the history that it has is imported.");
        if (repository.Head is null)
        {
            progress.Note("The repository has no commits yet; there is nothing to import.");
            onSummary(summary);
            return;
        }

        progress.Stage("Reading the history");
        var history = await HistoryReader.ReadAsync(repository, read => progress.Report(read, 0), cancellationToken);
        progress.Stage("Comparing with the workspace");
        var there = new ImportedSessions(sessions);
        var imported = await there.ListAsync(cancellationToken);
        var all = RunPlanner.Plan(history, imported.Keys.ToHashSet());
        var runs = RunPlanner.Select(history, all, settings.Since, settings.Max);
        var plan = await ImportPlan.MakeAsync(history, runs, imported, id => there.CommitsAsync(id, cancellationToken), now);

        var counts = new ImportCounts();
        var files = documents is null ? null : new DocumentCounts();
        var (interrupted, seconds) = (true, 0.0);
        try
        {
            if (!settings.DryRun) await WriteAsync(repository, history, plan, counts, settings.Parallel, now, cancellationToken);
            seconds = clock.GetElapsedTime(started).TotalSeconds;
            if (documents is not null)
            {
                var sessionOf = SessionOf(history, all);
                await new DocumentImport(documents, progress).RunAsync(repository, history, sessionOf, RunPlanner.First(history, settings.Since, settings.Max), settings.DryRun, files!, cancellationToken);
            }

            interrupted = false;
        }
        finally
        {
            if (seconds == 0) seconds = clock.GetElapsedTime(started).TotalSeconds;
            var (created, resumed, recorded) = settings.DryRun
                ? (plan.Work.Count(w => w.Create), plan.Work.Count(w => !w.Create), plan.Missing)
                : (counts.Created, counts.Resumed, counts.Events);
            onSummary(summary with
            {
                Interrupted = interrupted,
                Commits = history.Commits.Count,
                Sessions = plan.Selected,
                SessionsCreated = created,
                SessionsResumed = resumed,
                SessionsUnchanged = plan.Selected - plan.Work.Count,
                SessionsDeleted = counts.Deleted,
                Events = recorded,
                EventsUnchanged = plan.Commits - plan.Missing,
                DurationSeconds = Math.Round(clock.GetElapsedTime(started).TotalSeconds, 3),
                EventsPerSecond = seconds > 0 ? Math.Round(recorded / seconds, 1) : 0,
                Documents = files,
            });
        }
    }

    /// <summary>The session of each commit.</summary>
    private static Func<int, string> SessionOf(History history, IReadOnlyList<Run> runs)
    {
        var firsts = new int[history.Commits.Count];
        foreach (var run in runs)
            foreach (var commit in run.Commits) firsts[commit] = run.First;
        return index => ImportedSessions.IdOf(history.Commits[firsts[index]].Id);
    }

    /// <summary>One reads git, several write. A session's batches all go to the same writer, which keeps their order; queues are short, so memory is bounded.</summary>
    private async Task WriteAsync(GitRepository repository, History history, ImportPlan plan, ImportCounts counts, int parallel, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (plan.Work.Count == 0) return;
        progress.Stage("Writing sessions");
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var queues = Enumerable.Range(0, Math.Min(parallel, plan.Work.Count)).Select(_ => Channel.CreateBounded<EventBatch>(2)).ToArray();
        Task[] all = [ReadAsync(), .. queues.Select(queue => DrainAsync(queue.Reader))];
        try
        {
            await Task.WhenAll(all);
        }
        catch when (all.SelectMany(t => t.Exception?.InnerExceptions ?? []).FirstOrDefault(e => e is not OperationCanceledException) is { } cause)
        {
            // The others only stopped because this one did.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        }

        async Task ReadAsync() => await StoppingOthersAsync(async () =>
        {
            var next = 0;
            var queue = queues[0];
            await foreach (var batch in EventBatches.ReadAsync(repository, history, plan.Work, now, failed.Token))
            {
                if (batch.IsFirst) queue = queues[next++ % queues.Length];
                await queue.Writer.WriteAsync(batch, failed.Token);
            }

            foreach (var done in queues) done.Writer.Complete();
        });

        async Task DrainAsync(ChannelReader<EventBatch> batches) => await StoppingOthersAsync(async () =>
        {
            var writer = new SessionWriter(sessions, history, repository.Name, counts);
            await foreach (var batch in batches.ReadAllAsync(failed.Token))
            {
                await writer.WriteAsync(batch, failed.Token);
                progress.Report(counts.Done, plan.Missing);
            }
        });

        async Task StoppingOthersAsync(Func<Task> work)
        {
            try
            {
                await work();
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }
    }
}
