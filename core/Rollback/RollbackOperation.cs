using System.Collections.Immutable;

namespace Memento.Rollback;

/// <summary>
/// The rules of a rollback's life: what may follow what. What it does to documents is in <see cref="Undoing"/> and the merges.
/// </summary>
public static class RollbackOperation
{
    /// <summary>Newest lines of the log that are kept.</summary>
    public const int MaxLog = 200;

    /// <summary>Conflicts that a view shows.</summary>
    public const int MaxShown = 100;

    /// <summary>The state after a fact. Total: whatever was once recorded can be applied.</summary>
    public static RollbackState Apply(RollbackState s, RollbackFact fact) => fact switch
    {
        RollbackFact.Requested f => s with
        {
            Request = f.Request, PointSeq = f.PointSeq,
            View = Say(f, LogSeverity.Info, $"{NamedEnumConverter<RollbackType>.NameOf(f.Type)} rollback to {f.RollbackPointId} asked for", new()
            {
                OperationId = f.OperationId,
                RollbackPointId = f.RollbackPointId,
                Type = f.Type,
                Strategy = f.Request.Strategy ?? RollbackStrategy.Safe,
                ConflictStrategy = f.Request.ConflictStrategy ?? ConflictStrategy.Abort,
                Selection = f.Request.Selection,
                Status = RollbackStatus.Pending,
                Progress = 0,
                TotalChanges = 0,
                AppliedChanges = 0,
                CreatedAt = f.At,
                AgentId = f.Request.AgentId,
                UndoOf = f.UndoOf,
                PoliciesVersion = f.PoliciesVersion,
            }),
        },
        RollbackFact.Started f => s with
        {
            StartSeq = f.StartSeq,
            View = Say(f, LogSeverity.Info, f.RecoveryPointId is null ? $"{f.Total} documents would change" : $"{f.Total} documents to change; recovery point {f.RecoveryPointId} set", s.View! with
            {
                Status = RollbackStatus.InProgress, TotalChanges = f.Total, RecoveryPointId = f.RecoveryPointId, StartedAt = f.At, Settled = f.Settled,
            }),
        },
        RollbackFact.Progressed f => s with
        {
            View = Say(f, LogSeverity.Info, $"{f.Applied} of {f.Total} documents changed (seq {f.Seq})", s.View! with
            {
                AppliedChanges = f.Applied, TotalChanges = f.Total, Progress = f.Total == 0 ? 0 : (int)Math.Min(99, 100 * f.Applied / f.Total),
            }),
        },
        RollbackFact.ConflictsFound f => WithConflicts(s, f, [.. s.Conflicts, .. f.Conflicts], LogSeverity.Warn, f.Conflicts.Length == 1 ? "1 conflict found" : $"{f.Conflicts.Length} conflicts found"),
        RollbackFact.ConflictResolved f => WithConflicts(s, f,
            [.. s.Conflicts.Select(c => c.ConflictId != f.ConflictId ? c : c with { Status = ConflictStatus.Resolved, Resolution = f.Choice, ResolvedAt = f.At, ResolvedBy = f.AgentId })],
            LogSeverity.Info, $"conflict {f.ConflictId} resolved: {NamedEnumConverter<ConflictChoice>.NameOf(f.Choice)}"),
        RollbackFact.CancelRequested => s with { CancelRequested = true, View = Say(fact, LogSeverity.Info, "asked to cancel", s.View!) },
        RollbackFact.GaveUp f => s with { GaveUpWith = f.Error, View = Say(f, LogSeverity.Error, $"cannot go on: {f.Error.Message}", s.View!) },
        RollbackFact.Undone or RollbackFact.Finished { Status: not RollbackStatus.Completed } when s.Conflicts.Any(c => c.Status is ConflictStatus.Open) => Apply(VoidConflicts(s), fact),
        RollbackFact.Finished f => s with
        {
            View = Say(f, f.Status is RollbackStatus.Completed ? LogSeverity.Info : f.Status is RollbackStatus.Failed ? LogSeverity.Error : LogSeverity.Warn, f.Message, s.View! with
            {
                Status = f.Status, Error = f.Error, AppliedChanges = f.Status is RollbackStatus.Completed ? s.View!.AppliedChanges : 0, Preview = f.Preview, CompletedAt = f.At, Progress = f.Status is RollbackStatus.Completed ? 100 : s.View!.Progress,
            }),
        },
        RollbackFact.Undone f => s with { View = Say(f, LogSeverity.Info, $"undone by {f.ByOperationId}", s.View! with { UndoneBy = f.ByOperationId }) },
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
    };

    /// <summary>
    /// Whether a fact still fits the state. What comes too late, because something else was recorded first, is not recorded.
    /// </summary>
    public static bool MayFollow(RollbackState s, RollbackFact fact) => fact switch
    {
        RollbackFact.Requested => s.View is null,
        RollbackFact.CancelRequested => s is { View.IsOver: false, CancelRequested: false, GaveUpWith: null },
        RollbackFact.GaveUp => s is { View.IsOver: false, GaveUpWith: null },
        RollbackFact.Finished { Status: RollbackStatus.Completed } => s is { View.IsOver: false, CancelRequested: false, GaveUpWith: null },
        RollbackFact.ConflictResolved f => s.Conflicts.Any(c => c.ConflictId == f.ConflictId && c.Status is ConflictStatus.Open),
        RollbackFact.Undone f => s.View is { Status: RollbackStatus.Completed } view && view.UndoneBy != f.ByOperationId,
        _ => s.View is { IsOver: false },
    };

    /// <summary>Why the operation cannot be used so, or null.</summary>
    public static Refusal? CannotCancel(RollbackState s) =>
        s.View!.IsOver ? Refusal.Of(RefusalKind.Conflict, Codes.RollbackConflict, $"{s.View.OperationId} is over: it is {Name(s.View.Status)}.")
        : s.GaveUpWith is { } error ? Refusal.Of(RefusalKind.Conflict, Codes.RollbackConflict, $"{s.View.OperationId} has failed, and takes back what it changed: {error.Message}")
        : null;

    /// <inheritdoc cref="CannotCancel"/>
    public static Refusal? CannotUndo(RollbackState s) =>
        !s.View!.IsOver ? Refusal.Of(RefusalKind.Conflict, Codes.RollbackConflict, $"{s.View.OperationId} is {Name(s.View.Status)}; cancel it instead.")
        : s.View.Type is RollbackType.DryRun || s.View.RecoveryPointId is null || s.View.Status is not RollbackStatus.Completed
            ? Refusal.Of(RefusalKind.Conflict, Codes.RollbackConflict, $"{s.View.OperationId} changed nothing that could be undone: it is {Name(s.View.Status)}.")
        : null;

    /// <summary>
    /// Whether an undoing undid something, or there was nothing to undo. One of which nothing came, because all was in conflict and stayed,
    /// can be tried again.
    /// </summary>
    public static bool CameAbout(RollbackView undo) => undo.Status is RollbackStatus.Completed
        && (undo.AppliedChanges > 0 || undo.ConflictCount == 0 || undo.Conflicts.Any(c => c is { Status: ConflictStatus.Resolved, Resolution: not ConflictChoice.KeepCurrent }));

    /// <summary>The cause of what a rollback takes back of its own changes.</summary>
    public static string RevertCause(string operationId) => operationId + Revert;

    /// <summary>The rollback that a cause names.</summary>
    public static string? OperationOf(string? cause) => cause?.EndsWith(Revert, StringComparison.Ordinal) is true ? cause[..^Revert.Length] : cause;

    private const string Revert = "/revert";

    /// <summary>Returns the reason why a request is invalid; null if it is valid.</summary>
    public static Refusal? Problem(StartRollback request)
    {
        var errors = new List<FieldError>();
        if (request.BatchSize is < 1 or > 1_000) errors.Add(new("batchSize", $"is {request.BatchSize}; must be from 1 to 1000"));
        if (request.DelayMs is < 0 or > 3_600_000) errors.Add(new("delayMs", $"is {request.DelayMs}; must be from 0 to 3600000"));
        if (request.AgentId is { } agent && Names.Problem(agent) is { } problem) errors.Add(new("agentId", problem));
        if (request.Type is RollbackType.Full && request.Selection is { IsEverything: false }) errors.Add(new("selection", "is given, and the type is full; leave it out, or ask for partial or selective"));
        if (request.Type is RollbackType.Partial && request.Selection?.Documents is not { Length: > 0 }) errors.Add(new("selection.documents", "is missing; a partial rollback says which documents"));
        if (request.Type is RollbackType.Selective && request.Selection is null or { IsEverything: true }) errors.Add(new("selection", "is empty; a selective rollback says whose or which changes"));
        return errors.Count == 0 ? null : Refusal.Invalid([.. errors]);
    }

    /// <summary>Returns the type of a rollback from its request.</summary>
    public static RollbackType TypeOf(StartRollback request) => request.Type
        ?? (request.Selection is null or { IsEverything: true } ? RollbackType.Full
            : request.Selection is { SelectsAuthors: false, Since: null, Until: null, MaxAgeSeconds: null } ? RollbackType.Partial
            : RollbackType.Selective);

    /// <summary>Conflicts of a rollback that did not come about, or was undone, need nobody's decision.</summary>
    private static RollbackState VoidConflicts(RollbackState s)
    {
        ImmutableArray<ConflictView> conflicts = [.. s.Conflicts.Select(c => c.Status is not ConflictStatus.Open ? c : c with { Status = ConflictStatus.Void })];
        return s with { Conflicts = conflicts, View = s.View! with { Conflicts = [.. conflicts.Take(MaxShown)] } };
    }

    private static RollbackState WithConflicts(RollbackState s, RollbackFact fact, ImmutableArray<ConflictView> conflicts, LogSeverity level, string message) => s with
    {
        Conflicts = conflicts,
        View = Say(fact, level, message, s.View! with { Conflicts = [.. conflicts.Take(MaxShown)], ConflictCount = conflicts.Length }),
    };

    private static RollbackView Say(RollbackFact fact, LogSeverity level, string message, RollbackView view) =>
        view with { Log = [.. view.Log.TakeLast(MaxLog - 1), new RollbackLogEntry(fact.At, level, message)] };

    private static string Name(RollbackStatus status) => NamedEnumConverter<RollbackStatus>.NameOf(status);
}
