using System.Collections.Immutable;
using System.Globalization;
using Memento.Journaling;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>
/// Carries a rollback out. Every step can be done again: the plan follows from the point, the selection and the seq at which it began; what
/// was changed already is seen in the workspace's history, because changes name their rollback. So after a crash it simply goes on, and
/// ends completed or with nothing changed.
/// </summary>
internal sealed class RollbackRun(
    GrainKey key, IGrainFactory grains, IWorkspaceIndex index, RollbackRules rules, RollbackPace pace, TimeProvider clock, Func<RollbackState> state,
    Func<RollbackFact, Task<bool>> append, Func<TimeSpan, CancellationToken, Task> pause)
{
    private const int MaxAttempts = 10;

    private readonly RollbackPlanner _planner = new(index, rules);
    private MergePolicySet? _policies;

    private RollbackState State => state();

    private RollbackView View => state().View!;

    private Author By => new(View.AgentId, null, key.Id);

    public async Task GoAsync(long stream, CancellationToken cancellationToken)
    {
        try
        {
            if (State.GaveUpWith is { } error) await FailAsync(stream, error, cancellationToken);
            else if (State.CancelRequested) await CancelAsync(stream, cancellationToken);
            else if (View.Type is RollbackType.DryRun) await TellAsync(cancellationToken);
            else
            {
                if (State.StartSeq == 0) await BeginAsync(stream, cancellationToken);
                await ApplyAsync(stream, cancellationToken);
            }
        }
        catch (MementoException e) when (e.Refusal.Kind is not (RefusalKind.Unavailable or RefusalKind.Overloaded) && e.Code is not Codes.StaleWriter)
        {
            // The others pass: a store that is away, or an append of which nobody knows what became. It goes on later.
            var error = new RollbackError(e.Code, e.Refusal.Message);
            if (State.StartSeq != 0) await append(new RollbackFact.GaveUp { At = clock.Now(), Error = error });   // first of all: interrupted from here on, it must not go forward again
            await FailAsync(stream, State.GaveUpWith ?? error, cancellationToken);
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        var request = new PreviewRollback
        {
            Selection = View.Selection,
            Strategy = View.Strategy,
            ConflictStrategy = View.ConflictStrategy,
            Dependencies = State.Request!.Dependencies,
            PoliciesVersion = View.PoliciesVersion ?? 0,
        };
        var workspace = await grains.GetGrain<IWorkspaceGrain>(key.Workspace).GetAsync();
        var preview = await grains.GetGrain<IRollbackQueryGrain>(key.Workspace).PreviewAsync(View.RollbackPointId, request).WaitAsync(cancellationToken);
        await append(new RollbackFact.Started { At = clock.Now(), StartSeq = workspace.ChangedSeq, Total = preview.TotalChanges });
        await append(new RollbackFact.Finished { At = clock.Now(), Status = RollbackStatus.Completed, Message = Foretell(preview), Preview = preview });
    }

    private string Foretell(RollbackPreview preview) => Strategy is ConflictStrategy.Abort && preview.Conflicts.Length > 0
        ? $"nothing would change: {Documents(preview.Conflicts.Length)} {(preview.Conflicts.Length == 1 ? "is" : "are")} in conflict, and the conflict strategy is abort; without that, {Documents(preview.TotalChanges)} would"
        : $"{Documents(preview.TotalChanges)} would change; nothing was changed";

    /// <summary>Plans, checks and sets the recovery point.</summary>
    private async Task BeginAsync(long stream, CancellationToken cancellationToken)
    {
        var workspace = await grains.GetGrain<IWorkspaceGrain>(key.Workspace).GetAsync();
        if (State.Request!.PreviewToken is { } token) PreviewToken.Check(token, key.Workspace, View.RollbackPointId, View.Selection, workspace.ChangedSeq);
        _ = (await RequestAsync(stream, workspace.ChangedSeq)).Checked(workspace.CompactedTo);
        var plan = await PlanAsync(stream, workspace.ChangedSeq, cancellationToken);
        await CheckAgeAsync(stream, cancellationToken);

        var strategy = Strategy;
        var conflicts = plan.Conflicts.ToImmutableArray();
        if (conflicts.Length > rules.Options.MaxConflicts)
            throw Conflicting($"{conflicts.Length} documents are in conflict; at most {rules.Options.MaxConflicts} are kept (Memento:Rollback:MaxConflicts). Select less, or choose skip or overwrite.");
        await RecordAsync(plan, strategy);
        if (strategy is ConflictStrategy.Abort && !conflicts.IsEmpty)
            throw Conflicting($"{(conflicts.Length == 1 ? "1 document is in conflict" : $"{conflicts.Length} documents are in conflict, the first")}: {Sentence(conflicts[0].Conflict!.Reason)} Nothing was changed.");

        var (apply, _) = plan.Settle(strategy);
        CheckSize(apply);
        if (View.Strategy is RollbackStrategy.Safe) await ReadBackAsync(stream, apply, cancellationToken);
        var recovery = apply.IsEmpty && conflicts.IsEmpty ? null : await grains.GetGrain<IWorkspaceWriter>(key.Workspace).CreateRecoveryPointAsync(key.Id, (long)rules.Options.RecoveryTtl.TotalSeconds);
        await append(new RollbackFact.Started
        {
            At = clock.Now(),
            StartSeq = workspace.ChangedSeq,
            Total = apply.Length,
            RecoveryPointId = recovery?.RollbackPointId,
            Settled = plan.Settled.IsEmpty ? default : plan.Settled,
        });
    }

    /// <summary>Changes the documents: at once, or in batches. What somebody else changes meanwhile is planned anew.</summary>
    private async Task ApplyAsync(long stream, CancellationToken cancellationToken)
    {
        var size = View.Strategy is RollbackStrategy.Gradual ? State.Request!.BatchSize ?? rules.Options.BatchSize : int.MaxValue;
        var delay = State.Request!.DelayMs is { } ms ? TimeSpan.FromMilliseconds(ms) : rules.Options.Delay;
        var workspace = grains.GetGrain<IWorkspaceGrain>(key.Workspace);
        var (attempt, planned, todo) = (0, -1L, ImmutableArray<PlannedChange>.Empty);
        while (!State.CancelRequested && View.RecoveryPointId is not null)   // without one, there was nothing to do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var now = await workspace.GetAsync();
            if (now.ChangedSeq != planned) (todo, planned) = (await LookAsync(stream, now, cancellationToken), now.ChangedSeq);
            if (todo.IsEmpty) break;

            var (batch, started) = (todo.Length <= size ? todo : todo[..size], clock.GetTimestamp());
            long seq;
            try
            {
                seq = await WriteAsync(stream, batch, By, cancellationToken);
                pace.Record(batch.Length, clock.GetElapsedTime(started));
            }
            catch (MementoException e) when (e.Code is Codes.VersionConflict)
            {
                if (++attempt == MaxAttempts) throw new MementoException(Refusal.Of(RefusalKind.Conflict, Codes.VersionConflict, $"Others changed the same documents {MaxAttempts} times while it began. Try again when they are quieter, or use the strategy gradual."));
                planned = -1;   // somebody was faster; look again
                continue;
            }

            todo = todo[batch.Length..];
            (attempt, planned) = (0, seq == now.Seq + 1 ? seq : -1);   // nobody in between: the plan still holds
            await append(new RollbackFact.Progressed { At = clock.Now(), Applied = View.AppliedChanges + batch.Length, Total = View.AppliedChanges + batch.Length + todo.Length, Seq = seq });
            if (!todo.IsEmpty && delay > TimeSpan.Zero) await pause(delay, cancellationToken);
        }

        if (!State.CancelRequested && View.Strategy is RollbackStrategy.Safe) await VerifyAsync(stream, cancellationToken);
        if (State.CancelRequested || (!await CompleteAsync() && State.CancelRequested)) await CancelAsync(stream, cancellationToken);
    }

    /// <summary>Plans the changes that are left to do, and records new conflicts and progress.</summary>
    private async Task<ImmutableArray<PlannedChange>> LookAsync(long stream, WorkspaceView workspace, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(stream, State.StartSeq, cancellationToken);
        await RecordAsync(plan, Strategy);
        if (Strategy is ConflictStrategy.Abort && plan.Conflicts.FirstOrDefault() is { } late) throw Conflicting($"Somebody changed a document meanwhile: {Sentence(late.Conflict!.Reason)} What was changed is undone.");
        var todo = plan.Settle(Strategy).Apply;
        if (plan.Done > View.AppliedChanges)   // changed, and interrupted before it was noted
            await append(new RollbackFact.Progressed { At = clock.Now(), Applied = plan.Done, Total = plan.Done + todo.Length, Seq = workspace.ChangedSeq });
        return todo;
    }

    /// <summary>Records conflicts that are not recorded yet.</summary>
    private async Task RecordAsync(RollbackPlan plan, ConflictStrategy strategy)
    {
        var known = State.Conflicts.ToLookup(c => c.Key);
        ImmutableArray<ConflictView> found = [.. plan.Conflicts
            .Where(c => !known[c.Key].Any(k => k.CurrentSeq == c.Current.Seq || k.Resolution == RollbackPlan.ChoiceOf(strategy, c.Conflict!)))
            .Select(c => ConflictView.Of(c, key.Id, key.ToString(), clock.Now(), strategy))];
        if (!found.IsEmpty) await append(new RollbackFact.ConflictsFound { At = clock.Now(), Conflicts = found });
    }

    private Task<bool> CompleteAsync()
    {
        var open = State.Conflicts.Count(c => c.Status is ConflictStatus.Open);
        var message = (View.AppliedChanges, open) switch
        {
            (0, 0) => "nothing had to be changed",
            (_, 0) when View.AppliedChanges < View.TotalChanges => $"{View.AppliedChanges} of {Documents(View.TotalChanges)} changed; the others had become so by somebody else's work",
            (_, 0) => $"{Documents(View.AppliedChanges)} changed",
            _ => $"{Documents(View.AppliedChanges)} changed, {(open == 1 ? "1 conflict is" : $"{open} conflicts are")} open",
        };
        return append(new RollbackFact.Finished { At = clock.Now(), Status = RollbackStatus.Completed, Message = message });
    }

    /// <summary>
    /// Looks whether everything is as planned: each document is read back, and after a full rollback that nobody interfered with, the hash
    /// of all must be the point's.
    /// </summary>
    private async Task VerifyAsync(long stream, CancellationToken cancellationToken)
    {
        var since = new List<DocumentVersion>();
        await index.ScanAsync(stream, State.StartSeq, long.MaxValue, since.Add, cancellationToken);
        if (since.Count == 0) return;
        var changes = await index.GetChangesAsync(stream, [.. since.Select(v => v.Seq).Distinct()], cancellationToken);
        var own = since.Where(v => changes[v.Seq].By.Cause == key.Id).ToArray();
        foreach (var some in own.Where(v => !v.IsDeleted).InChunks(v => v.Length)) await index.ReadValuesAsync(stream, some, cancellationToken);   // checked against their hashes

        var workspace = await grains.GetGrain<IWorkspaceGrain>(key.Workspace).GetAsync();
        var interfered = own.Length < since.Count || workspace.ChangedSeq != since[^1].Seq;
        if (View.Type is not RollbackType.Full || interfered || !State.Conflicts.IsEmpty) return;
        var point = await index.FindPointAsync(stream, View.RollbackPointId, cancellationToken);
        if (point is not null && point.Root != workspace.Root)
            throw new MementoException(Refusal.Of(RefusalKind.Damaged, Codes.SnapshotCorrupted, $"After the rollback all documents have the hash {workspace.Root}, not {point.Root} as at the point. What was changed is undone."));
    }

    private async Task CancelAsync(long stream, CancellationToken cancellationToken)
    {
        var undone = await RevertAsync(stream, cancellationToken);
        await append(new RollbackFact.Finished { At = clock.Now(), Status = RollbackStatus.Cancelled, Message = undone == 0 ? "cancelled; nothing was changed" : $"cancelled; {undone} changes were undone" });
    }

    private async Task FailAsync(long stream, RollbackError error, CancellationToken cancellationToken)
    {
        var undone = await RevertAsync(stream, cancellationToken);
        await append(new RollbackFact.Finished
        {
            At = clock.Now(), Status = RollbackStatus.Failed, Message = undone == 0 ? error.Message : $"{error.Message} ({undone} changes were undone)", Error = error,
        });
    }

    /// <summary>Undoes what this rollback changed so far, as if it had never begun. Others' later work stays.</summary>
    private async Task<int> RevertAsync(long stream, CancellationToken cancellationToken)
    {
        if (State.StartSeq == 0) return 0;
        var filter = SelectionFilter.Of(new() { Rollbacks = [key.Id] }, clock.Now());
        for (var attempt = 1; ; attempt++)
        {
            var wanted = new PlanRequest(stream, State.StartSeq, long.MaxValue, filter, null, GivenDependencies.Parse(null));
            var plan = await _planner.PlanAsync(wanted with { Policies = await PoliciesAsync() }, cancellationToken);
            var undo = plan.Settle(ConflictStrategy.Skip).Apply;
            if (undo.IsEmpty) return 0;
            try
            {
                await WriteAsync(stream, undo, By with { Cause = RollbackOperation.RevertCause(key.Id) }, cancellationToken);
                return undo.Length;
            }
            catch (MementoException e) when (e.Code is Codes.VersionConflict && attempt < MaxAttempts)
            {
                continue;   // somebody was faster; look again
            }
        }
    }

    private async Task<long> WriteAsync(long stream, ImmutableArray<PlannedChange> changes, Author by, CancellationToken cancellationToken)
    {
        var restored = changes.Where(c => c.Merged is null && !c.Deletes).Select(c => c.Target!).ToArray();
        var values = new Dictionary<DocumentKey, DocumentValue>(restored.Length);
        foreach (var some in restored.InChunks(v => v.Length))
        {
            var read = await index.ReadValuesAsync(stream, some, cancellationToken);
            for (var i = 0; i < some.Count; i++) values.Add(some[i].Key, read[i]);
        }

        return await grains.GetGrain<IWorkspaceWriter>(key.Workspace).ApplyAsync(by, [.. changes.Select(c => new DocumentOperation
        {
            Op = c.Deletes ? DocumentOp.Delete : DocumentOp.Put,
            Kind = c.Key.Kind,
            Id = c.Key.Id,
            Value = c.Deletes ? null : c.Merged ?? values[c.Key],
            IfMatch = c.Current.IsDeleted ? null : Etag.Of(c.Current.Seq),
            IfAbsent = c.Current.IsDeleted,
        })]);
    }

    private async Task<PlanRequest> RequestAsync(long stream, long startSeq)
    {
        var filter = SelectionFilter.Of(View.Selection, View.CreatedAt);
        var dependencies = GivenDependencies.Parse(State.Request!.Dependencies);
        return new(stream, State.PointSeq, startSeq, filter, key.Id, dependencies) { Policies = await PoliciesAsync() };
    }

    private async Task<RollbackPlan> PlanAsync(long stream, long startSeq, CancellationToken cancellationToken) =>
        await _planner.PlanAsync(await RequestAsync(stream, startSeq), cancellationToken);

    /// <summary>Returns the merge policies with which the rollback began. A rollback keeps them until its end.</summary>
    private async ValueTask<MergePolicySet> PoliciesAsync() =>
        _policies ??= await MergePolicyVersions.ReadAsync(grains, key.Workspace, View.PoliciesVersion);

    private ConflictStrategy Strategy => View.Strategy is RollbackStrategy.Force ? ConflictStrategy.Overwrite : View.ConflictStrategy;

    private async Task CheckAgeAsync(long stream, CancellationToken cancellationToken)
    {
        if (View.Strategy is RollbackStrategy.Force || View.UndoOf is not null || await index.FindPointAsync(stream, View.RollbackPointId, cancellationToken) is not { } point) return;
        var age = clock.Now() - point.CreatedAt;
        if (age > rules.Options.MaxAge)
            throw Conflicting($"The point is {age.TotalDays.ToString("0.#", CultureInfo.InvariantCulture)} days old; older than {rules.Options.MaxAge.TotalDays} days needs the strategy force (Memento:Rollback:MaxAge).");
    }

    private void CheckSize(ImmutableArray<PlannedChange> apply)
    {
        if (View.Strategy is not RollbackStrategy.Gradual && apply.Sum(c => c.Bytes) is var bytes && bytes > rules.Options.MaxAtomicBytes)
            throw new MementoException(Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"{bytes} bytes would change in one step; at most {rules.Options.MaxAtomicBytes} can (Memento:Rollback:MaxAtomicBytes). Use the strategy gradual."));
    }

    /// <summary>Everything that is needed must be readable before anything is changed.</summary>
    private async Task ReadBackAsync(long stream, ImmutableArray<PlannedChange> apply, CancellationToken cancellationToken)
    {
        foreach (var some in apply.Where(c => c.Merged is null && !c.Deletes).Select(c => c.Target!).InChunks(v => v.Length)) await index.ReadValuesAsync(stream, some, cancellationToken);
    }

    private static string Documents(long count) => count == 1 ? "1 document" : $"{count} documents";

    private static string Sentence(string text) => text.TrimEnd('.') + ".";

    private static MementoException Conflicting(string message) => new(Refusal.Of(RefusalKind.Conflict, Codes.RollbackConflict, message));
}
