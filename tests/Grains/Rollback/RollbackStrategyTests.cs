using Memento.Rollback;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

public sealed class SqliteRollbackStrategyTests(RollbackClusterFixture<SqliteTestDatabase> fixture) : RollbackStrategies(fixture.Cluster, fixture.Database), IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRollbackStrategyTests(RollbackClusterFixture<PostgreSqlTestDatabase> fixture)
    : RollbackStrategies(fixture.Cluster, fixture.Database), IClassFixture<RollbackClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>How rollbacks are carried out: at once, in batches, with looks before and after, by force, or not at all; previewed, cancelled and undone.</summary>
public abstract class RollbackStrategies(SessionCluster cluster, TestDatabase database)
{
    private readonly RollbackRig _rig = new(cluster);

    [Fact]
    public async Task Gradual_goes_in_batches_with_a_pause_after_each()
    {
        var point = await _rig.ChangeManyAsync();
        var rollback = await _rig.StartGradualAsync(point);

        var first = await ReachAsync(rollback, view => view.AppliedChanges > 0);
        Assert.Equal((RollbackStatus.InProgress, 10L, 25L, 40), (first.Status, first.AppliedChanges, first.TotalChanges, first.Progress));
        Assert.Equal(10, await _rig.CountOldAsync());
        var second = await _rig.AdvanceUntilAsync(rollback, Pause, view => view.AppliedChanges > 10);
        Assert.InRange(second.AppliedChanges, 20, 25);
        var last = await _rig.AdvanceUntilAsync(rollback, Pause, view => view.IsOver);

        Assert.Equal((RollbackStatus.Completed, 25L, 100), (last.Status, last.AppliedChanges, last.Progress));
        Assert.Equal(["10 of 25", "20 of 25", "25 of 25"], last.Log.Where(l => l.Message.Contains(" of 25 ", StringComparison.Ordinal)).Select(l => l.Message[..8]));
        Assert.Equal(point.Root, await _rig.RootAsync());
    }

    [Fact]
    public async Task Documents_with_a_higher_priority_go_first()
    {
        var point = await _rig.ChangeManyAsync();
        var selection = new Selection { Documents = [new() { Type = SelectedType.Entity }, new() { Type = SelectedType.Entity, Include = ["d2?"], Priority = 7 }] };
        var rollback = await _rig.StartGradualAsync(point, selection, batch: 5);
        await ReachAsync(rollback, view => view.AppliedChanges == 5);

        foreach (var i in Enumerable.Range(0, Many)) Assert.Equal(i >= 20, await _rig.ReadAsync(Doc(i)) == Old);
        await rollback.CancelAsync();
        await EndAsync(rollback);
    }

    [Fact]
    public async Task What_refers_to_others_goes_before_them_and_comes_after_them_whatever_the_priority()
    {
        await _rig.WriteAsync(null, ("old", "{}"), ("relationship/old", """{"from":"old","to":"old"}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("relationship/old", null), ("relationship/new", """{"from":"new","to":"new"}"""), ("new", "{}"), ("old", null));
        await _rig.WriteAsync(Bob, ("bobs", "{}"));
        var selection = new Selection { Agents = [Ann], Documents = [new() { Type = SelectedType.Entity, Identifiers = ["new"], Priority = 9 }, new() { Type = SelectedType.Relationship, Identifiers = ["old"], Priority = 5 }, new() { Type = SelectedType.Entity }, new() { Type = SelectedType.Relationship }] };
        var rollback = await _rig.StartGradualAsync(point, selection, batch: 1);

        for (var step = 1; step <= 4; step++)
        {
            await _rig.AdvanceUntilAsync(rollback, step == 1 ? TimeSpan.Zero : Pause, view => view.AppliedChanges >= step);
            foreach (var name in (string[])["old", "new"]) Assert.False(await _rig.ReadAsync($"relationship/{name}") is not null && await _rig.ReadAsync(name) is null, $"{name} is missing after {step}");
        }

        await EndAsync(rollback);
        await _rig.HasAsync(("old", "{}"), ("new", null), ("relationship/new", null), ("bobs", "{}"), ("relationship/old", """{"from":"old","to":"old"}"""));
    }

    [Fact]
    public async Task Cancelled_between_two_batches_it_undoes_what_it_did_at_once()
    {
        var point = await _rig.ChangeManyAsync();
        var before = await _rig.RootAsync();
        var rollback = await _rig.StartGradualAsync(point);
        await ReachAsync(rollback, view => view.AppliedChanges == 10);

        await rollback.CancelAsync();
        var end = await EndAsync(rollback);   // the clock stands still: it does not wait for the pause to end

        Assert.Equal((RollbackStatus.Cancelled, 0L), (end.Status, end.AppliedChanges));
        Assert.Equal(before, await _rig.RootAsync());
        Assert.Contains("10 changes were undone", end.Log[^1].Message, StringComparison.Ordinal);
        await SessionCluster.RefusedAsync(Codes.RollbackConflict, () => rollback.CancelAsync());
        await SessionCluster.RefusedAsync(Codes.RollbackConflict, () => rollback.UndoAsync());
    }

    [Fact]
    public async Task Work_that_is_done_meanwhile_is_kept_wherever_it_is()
    {
        var point = await _rig.ChangeManyAsync();
        var rollback = await _rig.StartGradualAsync(point, conflicts: ConflictStrategy.AskUser);
        await ReachAsync(rollback, view => view.AppliedChanges == 10);
        await _rig.WriteAsync(Bob, (Doc(0), """{"bob":1,"x":1}"""), (Doc(24), """{"bob":1,"x":2}"""), ("bobs", "{}"));

        var end = await _rig.AdvanceUntilAsync(rollback, Pause, view => view.IsOver);

        Assert.Equal((RollbackStatus.Completed, 25L, 0L), (end.Status, end.AppliedChanges, end.ConflictCount));
        await _rig.HasAsync((Doc(0), """{"bob":1,"x":1}"""), (Doc(24), """{"bob":1,"x":1}"""), ("bobs", "{}"), (Doc(12), Old));
    }

    [Fact]
    public async Task Work_that_is_done_meanwhile_is_kept_when_it_is_cancelled_too()
    {
        var point = await _rig.ChangeManyAsync();
        var rollback = await _rig.StartGradualAsync(point);
        await ReachAsync(rollback, view => view.AppliedChanges == 10);
        await _rig.WriteAsync(Bob, (Doc(0), """{"bob":1,"x":1}"""), (Doc(24), """{"bob":1,"x":2}"""));

        await rollback.CancelAsync();
        await EndAsync(rollback);

        await _rig.HasAsync((Doc(0), """{"bob":1,"x":2}"""), (Doc(1), New), (Doc(24), """{"bob":1,"x":2}"""));
    }

    [Fact]
    public async Task A_conflict_that_arises_meanwhile_makes_abort_fail_with_nothing_changed_and_others_go_on()
    {
        var point = await _rig.ChangeManyAsync();
        var aborting = await _rig.StartGradualAsync(point);
        await ReachAsync(aborting, view => view.AppliedChanges == 10);
        await _rig.WriteAsync(Bob, (Doc(24), """{"x":3}"""));
        var before = await _rig.Cluster.Client.GetGrain<IWorkspaceQueryGrain>(_rig.Name).GetAsync(Key(Doc(24)));

        var failed = await _rig.AdvanceUntilAsync(aborting, Pause, view => view.IsOver);
        Assert.Equal((RollbackStatus.Failed, Codes.RollbackConflict, 0L), (failed.Status, failed.Error!.Code, failed.AppliedChanges));
        await _rig.HasAsync((Doc(0), New), (Doc(12), New), (Doc(24), """{"x":3}"""));
        Assert.Equal(before.View.Etag, (await _rig.Cluster.Client.GetGrain<IWorkspaceQueryGrain>(_rig.Name).GetAsync(Key(Doc(24)))).View.Etag);

        var asking = await _rig.StartGradualAsync(point, Anns, conflicts: ConflictStrategy.AskUser);
        var end = await _rig.AdvanceUntilAsync(asking, Pause, view => view.IsOver);
        Assert.Equal((RollbackStatus.Completed, 24L, 1L), (end.Status, end.AppliedChanges, end.ConflictCount));
    }

    [Theory]
    [InlineData(RollbackStrategy.Safe)]
    [InlineData(RollbackStrategy.Immediate)]
    [InlineData(RollbackStrategy.Gradual)]
    [InlineData(RollbackStrategy.Force)]
    public async Task A_damaged_value_that_is_needed_is_named_and_nothing_is_changed(RollbackStrategy strategy)
    {
        var seq = (await _rig.WriteAsync(Ann, [.. Enumerable.Range(0, 5).Select(i => (Doc(i), (string?)Old))])).Seq;
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, [.. Enumerable.Range(0, 5).Select(i => (Doc(i), (string?)New))]);
        var before = await _rig.RootAsync();
        Assert.Equal(1, await _rig.DamageAsync(database, Doc(3), seq));

        var view = await _rig.RollBackAsync(point, new StartRollback { Strategy = strategy, BatchSize = 2, DelayMs = 0 });

        Assert.Equal((RollbackStatus.Failed, Codes.SnapshotCorrupted, 0L), (view.Status, view.Error!.Code, view.AppliedChanges));
        Assert.Contains($"entity/{Doc(3)}", view.Error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await _rig.RootAsync());
        var check = await _rig.Rollbacks.CheckAsync(point.RollbackPointId, TestContext.Current.CancellationToken);
        Assert.False(check.Healthy);
        Assert.Contains(Doc(3), Assert.Single(check.Damaged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_force_goes_back_to_an_old_point()
    {
        await _rig.WriteAsync(Ann, ("a", Old));
        var point = await _rig.PointAsync(ttl: 0);
        await _rig.WriteAsync(Ann, ("a", New));
        cluster.Clock.Advance(TimeSpan.FromDays(8));

        foreach (var strategy in (RollbackStrategy[])[RollbackStrategy.Safe, RollbackStrategy.Immediate, RollbackStrategy.Gradual])
        {
            var refused = await _rig.RollBackAsync(point, strategy: strategy);
            Assert.Equal((RollbackStatus.Failed, Codes.RollbackConflict), (refused.Status, refused.Error!.Code));
            Assert.Contains("force", refused.Error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(RollbackStrategy.Force, (await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new())).RecommendedStrategy);
        Assert.Equal(RollbackStatus.Completed, (await _rig.RollBackAsync(point, strategy: RollbackStrategy.Force)).Status);
        Assert.Equal(point.Root, await _rig.RootAsync());
    }

    [Fact]
    public async Task Force_overwrites_conflicts_but_not_what_is_protected()
    {
        await _rig.WriteAsync(null, ("a", Old), ("protected/p", Old));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("a", New), ("protected/p", New));
        await _rig.WriteAsync(Bob, ("a", """{"x":3}"""));

        var view = await _rig.RollBackAsync(point, Anns, strategy: RollbackStrategy.Force);

        Assert.Equal((RollbackStatus.Completed, 2L, 1L), (view.Status, view.ConflictCount, view.AppliedChanges));
        await _rig.HasAsync(("a", Old), ("protected/p", New));
    }

    [Fact]
    public async Task A_dry_run_tells_what_it_would_do_and_does_nothing()
    {
        var point = await _rig.ChangeManyAsync();
        await _rig.WriteAsync(Bob, ("bobs", "{}"), (Doc(0), """{"x":3}"""));
        var before = await _rig.Workspace.GetAsync();

        var view = await _rig.RollBackAsync(point, new StartRollback { Type = RollbackType.DryRun, Selection = Anns, ConflictStrategy = ConflictStrategy.Skip });

        Assert.Equal((RollbackStatus.Completed, 24L, 0L, null), (view.Status, view.TotalChanges, view.AppliedChanges, view.RecoveryPointId));
        Assert.Equal((24L, 1L), (view.Preview!.TotalChanges, view.Preview.ConflictCount));
        Assert.Equal(before, await _rig.Workspace.GetAsync());
        await SessionCluster.RefusedAsync(Codes.RollbackConflict, () => _rig.Rollback(view.OperationId).UndoAsync());
    }

    [Fact]
    public async Task Five_thousand_documents_go_back_in_one_rollback()
    {
        const int documents = 5_000;
        await InThousandsAsync(Old);
        var point = await _rig.PointAsync();
        await InThousandsAsync(New);

        var view = await _rig.RollBackAsync(point, strategy: RollbackStrategy.Safe);
        Assert.Equal((RollbackStatus.Completed, 5_000L), (view.Status, view.AppliedChanges));
        Assert.Equal(point.Root, await _rig.RootAsync());
        var undo = await _rig.EndAsync((await _rig.Rollback(view.OperationId).UndoAsync()).OperationId);
        Assert.Equal(5_000, undo.AppliedChanges);

        var gradual = await _rig.RollBackAsync(point, new StartRollback { Strategy = RollbackStrategy.Gradual, BatchSize = 50, DelayMs = 0 });
        Assert.Equal((RollbackStatus.Completed, 5_000L), (gradual.Status, gradual.AppliedChanges));
        Assert.Equal(point.Root, await _rig.RootAsync());

        async Task InThousandsAsync(string value)
        {
            foreach (var some in Enumerable.Range(0, documents).Chunk(1_000)) await _rig.WriteAsync(Ann, [.. some.Select(i => ($"d{i}", (string?)value))]);
        }
    }
}
