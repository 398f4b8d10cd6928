using System.CommandLine;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

/// <summary>Follows a rollback until it is over, with a bar on a terminal or its log elsewhere, and says how it ended.</summary>
internal sealed class RollbackFollowing(GlobalOptions globals, ParseResult line, IRollbackClient rollbacks)
{
    private readonly Terminal _terminal = globals.Terminal;

    /// <summary>Starts a rollback. Who stops that is told where to look whether it began.</summary>
    public async Task<RollbackView> BeginAsync(Func<Task<RollbackView>> start, CancellationToken cancellationToken)
    {
        try
        {
            return await start();
        }
        catch (MementoException e) when (e.Code is Codes.StalePreview)
        {
            Hint($"A new one: {globals.Again(line, "rollback preview")} and the same options");
            throw;
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"Stopped before the server answered; whether the rollback began is told by: {globals.Again(line, "rollback list")}", inner: e);
        }
    }

    /// <summary>After a start: prints one document, the rollback as it ended or, detached, as it began.</summary>
    public async Task<int> EndAsync(RollbackView started, bool detach, CancellationToken cancellationToken)
    {
        if (detach)
        {
            if (globals.Json(line)) JsonOutput.Write(_terminal, started, MementoJson.Default.RollbackView);
            else _terminal.Out.WriteLine(started.OperationId);
            Hint($"It goes on by itself. Follow it: {globals.Again(line, "rollback watch " + started.OperationId)}");
            return ExitCode.Done;
        }

        return await FollowAsync(started.OperationId, eachView: null, ExitCode.Failed, cancellationToken);
    }

    /// <summary>Prints each state of it, for programs.</summary>
    public Task<int> WatchAsync(string operationId, CancellationToken cancellationToken) =>
        FollowAsync(operationId, globals.Json(line) ? view => JsonOutput.Write(_terminal, view, MementoJson.Default.RollbackView) : null, ExitCode.Done, cancellationToken);

    /// <summary>0 if it is completed, 4 if conflicts stopped it, else 1.</summary>
    public static int CodeOf(RollbackView view) => view switch
    {
        { Status: RollbackStatus.Completed } => ExitCode.Done,
        { Error.Code: Codes.RollbackConflict or Codes.VersionConflict or Codes.StalePreview } => ExitCode.Conflict,
        _ => ExitCode.Failed,
    };

    private async Task<int> FollowAsync(string operationId, Action<RollbackView>? eachView, int ifInterrupted, CancellationToken cancellationToken)
    {
        RollbackView? last = null;
        try
        {
            await RollbackProgress.ShowAsync(_terminal, isSilent: eachView is not null, async report =>
            {
                await foreach (var view in rollbacks.WatchAsync(operationId, cancellationToken))
                {
                    last = view;
                    report(view);
                    eachView?.Invoke(view);
                }
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Hint($"Not watching any more; the rollback goes on.\n  Watch it again: {globals.Again(line, "rollback watch " + operationId)}\n  Stop and undo it: {globals.Again(line, "rollback cancel " + operationId)}");
            return ifInterrupted;
        }

        if (eachView is null && globals.Json(line)) JsonOutput.Write(_terminal, last!, MementoJson.Default.RollbackView);
        else if (eachView is null)
        {
            RollbackRendering.Write(_terminal, last!);
            Advise(last!);
        }

        return CodeOf(last!);
    }

    private void Advise(RollbackView view)
    {
        if (view.Conflicts.Any(c => c.Status is ConflictStatus.Open)) Hint($"Conflicts wait for somebody to decide: {globals.Again(line, "conflicts list --rollback " + view.OperationId)}");
        if (view is { Status: RollbackStatus.Completed, Type: not RollbackType.DryRun, RecoveryPointId: not null }) Hint($"To undo it: {globals.Again(line, "rollback undo " + view.OperationId)}");
    }

    private void Hint(string text)
    {
        if (!globals.Json(line)) _terminal.Error.WriteLine(text);
    }
}
