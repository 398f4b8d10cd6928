using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>What may follow what in the life of a rollback, and what it tells of itself meanwhile.</summary>
public sealed class RollbackOperationTests
{
    private static readonly DateTimeOffset Dawn = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private RollbackState _state = RollbackState.Empty;
    private DateTimeOffset _now = Dawn;

    private RollbackView View => _state.View!;

    [Fact]
    public void It_goes_from_pending_through_progress_to_completed()
    {
        Accept(Requested());
        Assert.Equal((RollbackStatus.Pending, 0, RollbackStrategy.Safe, ConflictStrategy.Abort), (View.Status, View.Progress, View.Strategy, View.ConflictStrategy));
        Accept(new RollbackFact.Started { At = _now, StartSeq = 9, Total = 40, RecoveryPointId = "rp-2" });
        Assert.Equal((RollbackStatus.InProgress, 40L, "rp-2", 9L), (View.Status, View.TotalChanges, View.RecoveryPointId, _state.StartSeq));
        Accept(new RollbackFact.Progressed { At = _now, Applied = 10, Total = 40, Seq = 11 });
        Assert.Equal((25, 10L), (View.Progress, View.AppliedChanges));
        Accept(new RollbackFact.Progressed { At = _now, Applied = 40, Total = 40, Seq = 12 });
        Assert.Equal(99, View.Progress);   // not done before it says so
        Accept(Finished(RollbackStatus.Completed));
        Assert.Equal((RollbackStatus.Completed, 100, 40L), (View.Status, View.Progress, View.AppliedChanges));
        Assert.Equal((Dawn, View.Log[^1].Timestamp), (View.CreatedAt, View.CompletedAt));
    }

    [Fact]
    public void One_that_came_to_nothing_says_that_nothing_is_changed_and_its_open_conflicts_need_nobody()
    {
        Accept(Requested());
        Accept(new RollbackFact.ConflictsFound { At = _now, Conflicts = [Conflict("c1"), Conflict("c2") with { Status = ConflictStatus.Resolved, Resolution = ConflictChoice.SmartMerge }] });
        Accept(new RollbackFact.Started { At = _now, StartSeq = 9, Total = 4 });
        Accept(new RollbackFact.Progressed { At = _now, Applied = 2, Total = 4, Seq = 11 });
        Accept(new RollbackFact.CancelRequested { At = _now });
        Accept(Finished(RollbackStatus.Cancelled));

        Assert.Equal((RollbackStatus.Cancelled, 0L, 50), (View.Status, View.AppliedChanges, View.Progress));
        Assert.Equal([ConflictStatus.Void, ConflictStatus.Resolved], _state.Conflicts.Select(c => c.Status));
        Assert.Equal([null, ConflictChoice.SmartMerge], View.Conflicts.Select(c => c.Resolution));
    }

    [Fact]
    public void What_comes_too_late_is_not_recorded()
    {
        Assert.False(May(Finished(RollbackStatus.Failed)));
        Accept(Requested());
        Assert.False(May(Requested()));
        Accept(new RollbackFact.CancelRequested { At = _now });
        Assert.False(May(new RollbackFact.CancelRequested { At = _now }));
        Assert.False(May(Finished(RollbackStatus.Completed)));   // it is to be cancelled
        Accept(Finished(RollbackStatus.Cancelled));
        Assert.False(May(Finished(RollbackStatus.Completed)));
        Assert.False(May(new RollbackFact.Progressed { At = _now, Applied = 1, Total = 2, Seq = 3 }));
        Assert.False(May(new RollbackFact.CancelRequested { At = _now }));
        Assert.False(May(new RollbackFact.Undone { At = _now, ByOperationId = "op-2" }));
    }

    [Fact]
    public void One_that_gave_up_does_not_go_forward_again()
    {
        Accept(Requested());
        Accept(new RollbackFact.Started { At = _now, StartSeq = 9, Total = 4 });
        Accept(new RollbackFact.GaveUp { At = _now, Error = new("X", "no") });

        Assert.Equal((RollbackStatus.InProgress, "no"), (View.Status, _state.GaveUpWith!.Message));
        Assert.False(May(new RollbackFact.GaveUp { At = _now, Error = new("Y", "other") }));
        Assert.False(May(new RollbackFact.CancelRequested { At = _now }));
        Assert.False(May(Finished(RollbackStatus.Completed)));
        Assert.Equal(Codes.RollbackConflict, RollbackOperation.CannotCancel(_state)!.Code);
        Accept(Finished(RollbackStatus.Failed));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("op-1", "op-1")]
    [InlineData("op-1/revert", "op-1")]
    public void What_it_takes_back_is_its_own(string? cause, string? operation) => Assert.Equal(operation, RollbackOperation.OperationOf(cause));

    [Fact]
    public void A_conflict_is_resolved_once_also_when_the_rollback_is_over()
    {
        Accept(Requested());
        Accept(new RollbackFact.ConflictsFound { At = _now, Conflicts = [Conflict("c1"), Conflict("c2")] });
        Accept(Finished(RollbackStatus.Completed));
        Accept(new RollbackFact.ConflictResolved { At = _now, ConflictId = "c1", Choice = ConflictChoice.Value, AgentId = "ann" });

        Assert.Equal((ConflictStatus.Resolved, ConflictChoice.Value, "ann"), (_state.Conflicts[0].Status, _state.Conflicts[0].Resolution, _state.Conflicts[0].ResolvedBy));
        Assert.Equal(ConflictStatus.Open, View.Conflicts[1].Status);
        Assert.False(May(new RollbackFact.ConflictResolved { At = _now, ConflictId = "c1", Choice = ConflictChoice.KeepCurrent }));
        Assert.False(May(new RollbackFact.ConflictResolved { At = _now, ConflictId = "c9", Choice = ConflictChoice.KeepCurrent }));
    }

    [Fact]
    public void Only_one_that_is_not_over_can_be_cancelled()
    {
        Accept(Requested());
        Assert.Null(RollbackOperation.CannotCancel(_state));
        Accept(Finished(RollbackStatus.Completed));
        Assert.Equal((Codes.RollbackConflict, RefusalKind.Conflict), (RollbackOperation.CannotCancel(_state)!.Code, RollbackOperation.CannotCancel(_state)!.Kind));
    }

    [Theory]
    [InlineData(RollbackStatus.Completed, RollbackType.Full, "rp", true)]
    [InlineData(RollbackStatus.Failed, RollbackType.Full, "rp", false)]
    [InlineData(RollbackStatus.Cancelled, RollbackType.Full, "rp", false)]
    [InlineData(RollbackStatus.Completed, RollbackType.DryRun, null, false)]
    [InlineData(null, RollbackType.Full, "rp", false)]
    public void Only_one_that_completed_and_may_have_changed_something_can_be_undone(RollbackStatus? end, RollbackType type, string? recovery, bool can)
    {
        Accept(Requested() with { Type = type });
        Accept(new RollbackFact.Started { At = _now, StartSeq = 1, Total = 1, RecoveryPointId = recovery });
        if (end is { } status) Accept(Finished(status));

        Assert.Equal(can, RollbackOperation.CannotUndo(_state) is null);
    }

    [Fact]
    public void One_that_was_undone_may_be_undone_by_another_if_that_came_to_nothing()
    {
        Accept(Requested());
        Accept(Finished(RollbackStatus.Completed));
        Accept(new RollbackFact.Undone { At = _now, ByOperationId = "op-2" });
        Assert.False(May(new RollbackFact.Undone { At = _now, ByOperationId = "op-2" }));
        Accept(new RollbackFact.Undone { At = _now, ByOperationId = "op-3" });
        Assert.Equal("op-3", View.UndoneBy);
    }

    [Fact]
    public void The_log_and_the_conflicts_that_are_shown_are_bounded()
    {
        Accept(Requested());
        for (var i = 0; i < 300; i++) Accept(new RollbackFact.Progressed { At = _now, Applied = i, Total = 300, Seq = i });
        Accept(new RollbackFact.ConflictsFound { At = _now, Conflicts = [.. Enumerable.Range(0, 150).Select(i => Conflict($"c{i}"))] });

        Assert.Equal(RollbackOperation.MaxLog, View.Log.Length);
        Assert.Contains("150 conflicts", View.Log[^1].Message, StringComparison.Ordinal);
        Assert.Equal((RollbackOperation.MaxShown, 150L, 150), (View.Conflicts.Length, View.ConflictCount, _state.Conflicts.Length));
    }

    [Fact]
    public void The_type_follows_from_the_selection_unless_it_is_said()
    {
        Assert.Equal(RollbackType.Full, RollbackOperation.TypeOf(new()));
        Assert.Equal(RollbackType.Full, RollbackOperation.TypeOf(new() { Selection = new() { Agents = [] } }));
        Assert.Equal(RollbackType.Partial, RollbackOperation.TypeOf(new() { Selection = new() { Documents = [new() { Type = SelectedType.Entity }] } }));
        Assert.Equal(RollbackType.Selective, RollbackOperation.TypeOf(new() { Selection = new() { Agents = ["ann"], Documents = [new() { Type = SelectedType.Entity }] } }));
        Assert.Equal(RollbackType.Selective, RollbackOperation.TypeOf(new() { Selection = new() { Since = Dawn } }));
        Assert.Equal(RollbackType.DryRun, RollbackOperation.TypeOf(new() { Type = RollbackType.DryRun }));
    }

    [Fact]
    public void Bad_requests_name_their_fields()
    {
        Assert.Null(RollbackOperation.Problem(new()));
        Bad(new() { BatchSize = 0 }, "batchSize");
        Bad(new() { BatchSize = 1_001 }, "batchSize");
        Bad(new() { DelayMs = -1 }, "delayMs");
        Bad(new() { AgentId = "" }, "agentId");
        Bad(new() { Type = RollbackType.Full, Selection = new() { Agents = ["ann"] } }, "selection");
        Bad(new() { Type = RollbackType.Partial }, "selection.documents");
        Bad(new() { Type = RollbackType.Selective, Selection = new() }, "selection");
        Bad(new() { BatchSize = 0, DelayMs = -1 }, "batchSize", "delayMs");
    }

    private static void Bad(StartRollback request, params string[] fields) => Assert.Equal(fields, RollbackOperation.Problem(request)!.Errors.Select(e => e.Field));

    private bool May(RollbackFact fact) => RollbackOperation.MayFollow(_state, fact);

    private void Accept(RollbackFact fact)
    {
        Assert.True(May(fact), fact.ToString());
        _state = RollbackOperation.Apply(_state, fact);
        Assert.Equal(fact.At, View.Log[^1].Timestamp);
        _now = _now.AddSeconds(1);
    }

    private RollbackFact.Requested Requested() => new() { At = _now, OperationId = "op-1", RollbackPointId = "rp-1", PointSeq = 3, Type = RollbackType.Full, Request = new() };

    private RollbackFact.Finished Finished(RollbackStatus status) => new() { At = _now, Status = status, Message = "it is over" };

    private static ConflictView Conflict(string id) => new()
    {
        ConflictId = id, OperationId = "op-1", Kind = DocumentKind.Entity, Id = id, Path = $"/entity/{id}", Type = ConflictType.ValueMismatch, Reason = "why", Status = ConflictStatus.Open, Confidence = 50, CreatedAt = Dawn,
    };
}
