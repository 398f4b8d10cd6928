using System.Text;
using Memento.Rollback;
using Memento.Tests.Storage;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

public sealed class SqliteRollbackUndoTests(RollbackClusterFixture<SqliteTestDatabase> fixture) : RollbackUndoings(fixture.Cluster, fixture.Database), IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRollbackUndoTests(RollbackClusterFixture<PostgreSqlTestDatabase> fixture)
    : RollbackUndoings(fixture.Cluster, fixture.Database), IClassFixture<RollbackClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>Rollbacks that are looked at first, and rollbacks that are undone.</summary>
public abstract class RollbackUndoings(SessionCluster cluster, TestDatabase database)
{
    private readonly RollbackRig _rig = new(cluster);

    [Fact]
    public async Task A_preview_counts_what_would_change_and_its_token_carries_it_out()
    {
        var point = await _rig.ChangeManyAsync();
        await _rig.WriteAsync(Ann, (Doc(0), null), ("file/new", "text"));

        var preview = await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new());
        Assert.Equal((26L, 1L, 24L, 1L), (preview.TotalChanges, preview.ChangesByType["create"], preview.ChangesByType["update"], preview.ChangesByType["delete"]));
        Assert.Equal(["new"], preview.AffectedItems["file"]);
        Assert.Equal(25, preview.AffectedItems["entity"].Length);
        Assert.Equal(RollbackStrategy.Safe, preview.RecommendedStrategy);

        var view = await _rig.RollBackAsync(point, new StartRollback { PreviewToken = preview.PreviewToken });
        Assert.Equal((RollbackStatus.Completed, 26L), (view.Status, view.AppliedChanges));
        await SessionCluster.RefusedAsync(Codes.StalePreview, () => _rig.Rollback().StartAsync(point.RollbackPointId, new() { PreviewToken = preview.PreviewToken }));
    }

    [Fact]
    public async Task Undoing_again_after_the_undoing_was_undone_undoes_it_again()
    {
        var point = await _rig.ChangeManyAsync();
        var rollback = (await _rig.RollBackAsync(point)).OperationId;
        var undo = (await _rig.Rollback(rollback).UndoAsync()).OperationId;
        await _rig.EndAsync(undo);
        var redo = (await _rig.Rollback(undo).UndoAsync()).OperationId;
        await _rig.EndAsync(redo);
        Assert.Equal(Many, await _rig.CountOldAsync());

        var again = await _rig.EndAsync((await _rig.Rollback(rollback).UndoAsync()).OperationId);

        Assert.Equal((RollbackStatus.Completed, (long)Many, 0), (again.Status, again.AppliedChanges, await _rig.CountOldAsync()));
        Assert.Equal(4, new[] { rollback, undo, redo, again.OperationId }.Distinct().Count());
        Assert.Equal(again.OperationId, (await _rig.Rollback(rollback).UndoAsync()).OperationId);
    }

    [Fact]
    public async Task One_that_had_nothing_to_do_needs_no_recovery_point_and_one_without_it_cannot_be_undone()
    {
        var point = await _rig.ChangeManyAsync();
        var nothing = await _rig.RollBackAsync(point, new Selection { Agents = ["nobody"] });
        var done = await _rig.RollBackAsync(point);
        await _rig.Workspace.DeletePointAsync(done.RecoveryPointId!);

        Assert.Equal((RollbackStatus.Completed, 0L, null), (nothing.Status, nothing.AppliedChanges, nothing.RecoveryPointId));
        await SessionCluster.RefusedAsync(Codes.RollbackConflict, () => _rig.Rollback(nothing.OperationId).UndoAsync());
        await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => _rig.Rollback(done.OperationId).UndoAsync());
    }

    [Fact]
    public async Task A_token_of_an_older_state_or_of_something_else_is_refused()
    {
        var point = await _rig.ChangeManyAsync();
        var other = new RollbackRig(cluster);
        await other.WriteAsync(Ann, ("a", Old));
        var theirs = await other.PointAsync();
        var token = (await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new())).PreviewToken;

        await SessionCluster.RefusedAsync(Codes.StalePreview, () => other.Rollback().StartAsync(theirs.RollbackPointId, new() { PreviewToken = token }));
        await SessionCluster.RefusedAsync(Codes.StalePreview, () => _rig.Rollback().StartAsync(point.RollbackPointId, new() { PreviewToken = token, Selection = Anns }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollback().StartAsync(point.RollbackPointId, new() { PreviewToken = "pv-nonsense" }));
        await _rig.PointAsync();   // names a moment, and changes no document
        await _rig.EndAsync((await _rig.Rollback().StartAsync(point.RollbackPointId, new() { Type = RollbackType.DryRun, PreviewToken = token })).OperationId);
        await _rig.WriteAsync(Bob, ("bobs", "{}"));
        await SessionCluster.RefusedAsync(Codes.StalePreview, () => _rig.Rollback().StartAsync(point.RollbackPointId, new() { PreviewToken = token }));
    }

    [Fact]
    public async Task Undoing_a_rollback_brings_back_what_was_there_before_and_can_be_undone()
    {
        var point = await _rig.ChangeManyAsync();
        await _rig.WriteAsync(Ann, ("new", "{}"), (Doc(3), null));
        var before = await _rig.RootAsync();
        var view = await _rig.RollBackAsync(point);

        var undo = await _rig.EndAsync((await _rig.Rollback(view.OperationId).UndoAsync("zoe")).OperationId);
        Assert.Equal((RollbackStatus.Completed, view.OperationId, "zoe"), (undo.Status, undo.UndoOf, undo.AgentId));
        Assert.Equal(before, await _rig.RootAsync());
        Assert.Equal(undo.OperationId, (await _rig.Rollback(view.OperationId).GetAsync()).UndoneBy);

        var again = await _rig.EndAsync((await _rig.Rollback(undo.OperationId).UndoAsync()).OperationId);
        Assert.Equal(RollbackStatus.Completed, again.Status);
        Assert.Equal(point.Root, await _rig.RootAsync());
    }

    [Fact]
    public async Task Undoing_a_rollback_keeps_the_work_that_was_done_since()
    {
        var point = await _rig.ChangeManyAsync();
        var view = await _rig.RollBackAsync(point);
        await _rig.WriteAsync(Bob, (Doc(0), """{"bob":1,"x":1}"""), (Doc(1), """{"x":7}"""), ("bobs", "{}"));

        var undo = await _rig.EndAsync((await _rig.Rollback(view.OperationId).UndoAsync()).OperationId);

        Assert.Equal((RollbackStatus.Completed, 1L), (undo.Status, undo.ConflictCount));
        await _rig.HasAsync((Doc(0), """{"bob":1,"x":2}"""), (Doc(1), """{"x":7}"""), (Doc(2), New), ("bobs", "{}"));
    }

    [Fact]
    public async Task Undoing_twice_is_one_undoing_also_at_once()
    {
        var point = await _rig.ChangeManyAsync();
        var before = await _rig.RootAsync();
        var rollback = _rig.Rollback((await _rig.RollBackAsync(point)).OperationId);

        var undoings = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => rollback.UndoAsync()));
        var id = Assert.Single(undoings.Select(u => u.OperationId).Distinct());
        var undo = await _rig.EndAsync(id);
        Assert.Equal(id, (await rollback.UndoAsync()).OperationId);

        Assert.Equal(before, await _rig.RootAsync());
        Assert.Single(undo.Log, line => line.Message.Contains("asked for", StringComparison.Ordinal));
        Assert.Single((await rollback.GetAsync()).Log, line => line.Message.Contains("undone by", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_undoing_that_failed_can_be_tried_again()
    {
        await _rig.WriteAsync(Ann, ("a", Old));
        var point = await _rig.PointAsync();
        var seq = (await _rig.WriteAsync(Ann, ("a", New))).Seq;
        var rollback = _rig.Rollback((await _rig.RollBackAsync(point)).OperationId);
        await _rig.DamageAsync(database, "a", seq);
        var failed = await _rig.EndAsync((await rollback.UndoAsync()).OperationId);
        Assert.Equal((RollbackStatus.Failed, Codes.SnapshotCorrupted), (failed.Status, failed.Error!.Code));
        await _rig.SetValueAsync(database, "a", seq, Encoding.UTF8.GetBytes(New));

        var undo = await _rig.EndAsync((await rollback.UndoAsync()).OperationId);

        Assert.Equal(RollbackStatus.Completed, undo.Status);
        await _rig.HasAsync(("a", New));
    }

    [Fact]
    public async Task An_undoing_of_which_nothing_came_is_no_undoing_and_can_be_tried_again()
    {
        await _rig.WriteAsync(Ann, ("a", Old));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Bob, ("a", New));
        var rollback = _rig.Rollback((await _rig.RollBackAsync(point)).OperationId);
        await _rig.WriteAsync(Ann, ("a", """{"x":7}"""));
        var first = await _rig.EndAsync((await rollback.UndoAsync()).OperationId);
        Assert.Equal((RollbackStatus.Completed, 0L, 1L), (first.Status, first.AppliedChanges, first.ConflictCount));
        Assert.Null((await rollback.GetAsync()).UndoneBy);
        await _rig.Rollback(first.OperationId).ResolveAsync(first.Conflicts[0].ConflictId, new() { Choice = ConflictChoice.KeepCurrent });
        await _rig.WriteAsync(Ann, ("a", Old));

        var second = await _rig.EndAsync((await rollback.UndoAsync()).OperationId);

        Assert.NotEqual(first.OperationId, second.OperationId);
        Assert.Equal(second.OperationId, (await rollback.GetAsync()).UndoneBy);
        await _rig.HasAsync(("a", New));
    }

    [Fact]
    public async Task What_settling_a_conflict_changed_is_undone_also_if_the_rollback_changed_nothing_itself()
    {
        await _rig.WriteAsync(Ann, ("a", Old));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("a", New));
        await _rig.WriteAsync(Bob, ("a", """{"x":3}"""));
        var view = await _rig.RollBackAsync(point, Anns, ConflictStrategy.AskUser);
        var rollback = _rig.Rollback(view.OperationId);
        await rollback.ResolveAsync(view.Conflicts[0].ConflictId, new() { Choice = ConflictChoice.UseRollback });
        await _rig.HasAsync(("a", Old));

        var undo = await _rig.EndAsync((await rollback.UndoAsync()).OperationId);

        Assert.Equal((RollbackStatus.Completed, 1L), (undo.Status, undo.AppliedChanges));
        await _rig.HasAsync(("a", """{"x":3}"""));
    }

    [Fact]
    public async Task Conflicts_of_a_rollback_that_was_undone_are_void()
    {
        await _rig.WriteAsync(Ann, ("a", Old), ("b", Old));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("a", New), ("b", New));
        await _rig.WriteAsync(Bob, ("b", """{"x":3}"""));
        var view = await _rig.RollBackAsync(point, Anns, ConflictStrategy.AskUser);
        var rollback = _rig.Rollback(view.OperationId);
        await _rig.EndAsync((await rollback.UndoAsync()).OperationId);

        var refused = await SessionCluster.RefusedAsync(Codes.RollbackConflict, () => rollback.ResolveAsync(view.Conflicts[0].ConflictId, new() { Choice = ConflictChoice.UseRollback }));

        Assert.Contains("void", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ConflictStatus.Void, (await rollback.GetAsync()).Conflicts.Single().Status);
        await _rig.HasAsync(("a", New), ("b", """{"x":3}"""));
    }
}
