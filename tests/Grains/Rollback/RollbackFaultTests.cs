using Memento.Journaling;
using Memento.Rollback;
using Memento.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

/// <summary>Appends that fail, activations that end and silos that restart in the middle of a rollback: it ends completed or with nothing changed, and each document is changed once.</summary>
public sealed class RollbackFaultTests(RollbackClusterFixture<SqliteTestDatabase> fixture) : IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>, IDisposable
{
    private const int Few = 6;

    private readonly SessionCluster _cluster = fixture.Cluster;

    public void Dispose() => _cluster.Faults.Heal();

    [Theory]
    [InlineData(Codes.DatabaseNotReady, false, RollbackStrategy.Gradual)]
    [InlineData(Codes.DatabaseNotReady, true, RollbackStrategy.Gradual)]
    [InlineData(Codes.DatabaseNotReady, false, RollbackStrategy.Safe)]
    [InlineData(Codes.DatabaseNotReady, true, RollbackStrategy.Safe)]
    [InlineData(Codes.StaleWriter, false, RollbackStrategy.Gradual)]
    public async Task Whichever_append_fails_and_whether_it_landed_or_not_it_goes_on_and_completes(string code, bool lands, RollbackStrategy strategy)
    {
        var fails = true;
        for (var number = 1; fails; number++)
        {
            Assert.InRange(number, 1, 30);
            var (rig, point) = await ChangeFewAsync();
            var rollback = rig.Rollback();
            var failed = FailAt(rig, number, code, lands);
            await RepeatAsync(() => rollback.StartAsync(point.RollbackPointId, new() { Strategy = strategy, BatchSize = 2, DelayMs = 0 }));

            var view = await rig.SweepUntilOverAsync(rollback);

            fails = failed();
            Assert.True(view.Status is RollbackStatus.Completed, $"{number}: {view.Error?.Message}");
            Assert.Equal((100, (long)Few), (view.Progress, view.AppliedChanges));
            Assert.Equal(point.Root, await rig.RootAsync());
            await EachOnceAsync(rig, view.OperationId, Few);
            Assert.Single(view.Log, line => line.Message.Contains("asked for", StringComparison.Ordinal));
            Assert.Single(view.Log, line => line.Message.Contains("recovery point", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_append_of_a_cancellation_fails_nothing_is_changed_in_the_end(bool lands)
    {
        var fails = true;
        for (var number = 1; fails; number++)
        {
            Assert.InRange(number, 1, 30);
            var (rig, point) = await ChangeFewAsync();
            var before = await rig.RootAsync();
            var rollback = await rig.StartGradualAsync(point, batch: 4);
            await ReachAsync(rollback, view => view.AppliedChanges == 4);
            var failed = FailAt(rig, number, Codes.DatabaseNotReady, lands);
            await RepeatAsync(() => rollback.CancelAsync());

            var view = await rig.SweepUntilOverAsync(rollback);

            fails = failed();
            Assert.Equal((RollbackStatus.Cancelled, 0L), (view.Status, view.AppliedChanges));
            Assert.Equal(before, await rig.RootAsync());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_append_of_a_failure_fails_nothing_is_changed_in_the_end(bool lands)
    {
        var fails = true;
        for (var number = 1; fails; number++)
        {
            Assert.InRange(number, 1, 30);
            var (rig, point) = await ChangeFewAsync();
            var rollback = await rig.StartGradualAsync(point, Anns, batch: 4);
            await ReachAsync(rollback, view => view.AppliedChanges == 4);
            await rig.WriteAsync(Bob, (Doc(5), """{"x":3}"""));   // in conflict, and the strategy is abort
            var before = await rig.ReadAsync(Doc(0));
            var failed = FailAt(rig, number, Codes.DatabaseNotReady, lands);

            var view = await AdvanceAndSweepAsync(rig, rollback);

            fails = failed();
            Assert.Equal((RollbackStatus.Failed, 0L, Codes.RollbackConflict), (view.Status, view.AppliedChanges, view.Error!.Code));
            Assert.Equal(Old, before);
            for (var i = 0; i < Few - 1; i++) Assert.Equal(New, await rig.ReadAsync(Doc(i)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Conflicts_that_were_found_before_a_failure_are_there_once(bool lands)
    {
        var fails = true;
        for (var number = 1; fails; number++)
        {
            var (rig, point) = await ChangeFewAsync();
            await rig.WriteAsync(Bob, (Doc(0), """{"x":3}"""), (Doc(1), """{"x":3}"""));
            var failed = FailAt(rig, number, Codes.DatabaseNotReady, lands);
            var rollback = rig.Rollback();
            await RepeatAsync(() => rollback.StartAsync(point.RollbackPointId, new() { Selection = Anns, ConflictStrategy = ConflictStrategy.AskUser }));

            var view = await rig.SweepUntilOverAsync(rollback);

            fails = failed();
            Assert.Equal((RollbackStatus.Completed, 2L, 4L), (view.Status, view.ConflictCount, view.AppliedChanges));
            Assert.Equal(2, (await rig.ConflictsAsync()).Length);
        }
    }

    [Fact]
    public async Task While_the_store_is_away_it_waits_and_then_goes_on()
    {
        var (rig, point) = await ChangeFewAsync();
        var rollback = await rig.StartGradualAsync(point, batch: 2);
        await ReachAsync(rollback, view => view.AppliedChanges == 2);
        _cluster.Faults.OnAppend = (_, _) => Task.FromException(JournalFaults.Unreachable());
        var sweeper = _cluster.Services.GetRequiredService<RollbackSweeper>();
        for (var i = 0; i < 5; i++)
        {
            _cluster.Clock.Advance(Pause);
            await sweeper.SweepAsync(SweepShare.All, CancellationToken.None);
        }

        _cluster.Faults.Heal();
        var view = await AdvanceAndSweepAsync(rig, rollback);

        Assert.Equal((RollbackStatus.Completed, (long)Few), (view.Status, view.AppliedChanges));
        Assert.Equal(point.Root, await rig.RootAsync());
        await EachOnceAsync(rig, view.OperationId, Few);
    }

    [Fact]
    public async Task When_its_activation_ends_the_next_one_goes_on()
    {
        var rig = new RollbackRig(_cluster);
        var point = await rig.ChangeManyAsync();
        var rollback = await rig.StartGradualAsync(point);
        await ReachAsync(rollback, view => view.AppliedChanges == 10);

        await _cluster.DeactivateAsync(rollback);
        await _cluster.DeactivateAsync(rig.Workspace);
        Assert.Equal(RollbackStatus.InProgress, (await rollback.GetAsync()).Status);
        var view = await AdvanceAndSweepAsync(rig, rollback);

        Assert.Equal((RollbackStatus.Completed, (long)Many), (view.Status, view.AppliedChanges));
        Assert.Equal(point.Root, await rig.RootAsync());
        await EachOnceAsync(rig, view.OperationId, Many);
    }

    [Fact]
    public async Task One_whose_activation_ended_can_be_cancelled_without_waiting_to_be_found()
    {
        var rig = new RollbackRig(_cluster);
        var point = await rig.ChangeManyAsync();
        var before = await rig.RootAsync();
        var rollback = await rig.StartGradualAsync(point);
        await ReachAsync(rollback, view => view.AppliedChanges == 10);
        await _cluster.DeactivateAsync(rollback);

        await rollback.CancelAsync();

        Assert.Equal(RollbackStatus.Cancelled, (await EndAsync(rollback)).Status);
        Assert.Equal(before, await rig.RootAsync());
    }

    [Theory]
    [InlineData(RollbackStrategy.Gradual)]
    [InlineData(RollbackStrategy.Safe)]
    public async Task After_a_restart_the_silo_finds_it_by_itself(RollbackStrategy strategy)
    {
        await using var database = new SqliteTestDatabase();
        await database.InitializeAsync();
        FakeTimeProvider clock;
        string workspace, id;
        Memento.Workspaces.RollbackPoint point;
        await using (var cluster = await SessionCluster.StartAsync(database))
        {
            var rig = new RollbackRig(cluster);
            (clock, workspace, point) = (cluster.Clock, rig.Name, await rig.ChangeManyAsync());
            var rollback = rig.Rollback();
            id = (await rollback.StartAsync(point.RollbackPointId, new() { Strategy = strategy, BatchSize = 10, DelayMs = (int)Pause.TotalMilliseconds })).OperationId;
            if (strategy is RollbackStrategy.Gradual) await ReachAsync(rollback, view => view.AppliedChanges == 10);
        }

        await using (var cluster = await SessionCluster.StartAsync(database, clock: clock, sweeping: true))
        {
            var rig = new RollbackRig(cluster, workspace);
            await JournalRig.UntilAsync(async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(5));
                return (await rig.Rollbacks.ListAsync()).Items.Single(view => view.OperationId == id).IsOver;   // the table: asking the grain would wake it
            }, "the rollback is over");

            Assert.Equal((RollbackStatus.Completed, (long)Many), ((await rig.Rollback(id).GetAsync()).Status, (await rig.Rollback(id).GetAsync()).AppliedChanges));
            Assert.Equal(point.Root, await rig.RootAsync());
            await EachOnceAsync(rig, id, Many);
        }
    }

    private async Task<(RollbackRig Rig, Memento.Workspaces.RollbackPoint Point)> ChangeFewAsync()
    {
        var rig = new RollbackRig(_cluster, SessionCluster.NewId());
        await rig.WriteAsync(null, [.. Enumerable.Range(0, Few).Select(i => (Doc(i), (string?)Old))]);
        var point = await rig.PointAsync();
        await rig.WriteAsync(Ann, [.. Enumerable.Range(0, Few).Select(i => (Doc(i), (string?)New))]);
        return (rig, point);
    }

    /// <summary>Makes one append of the workspace or of its rollbacks fail. Answers whether it came to that.</summary>
    private Func<bool> FailAt(RollbackRig rig, int number, string code, bool lands)
    {
        var (count, failed) = (0, false);
        _cluster.Faults.OnAppend = async (append, commit) =>
        {
            var isIt = append.Writer.Name.Contains(rig.Name, StringComparison.Ordinal) && Interlocked.Increment(ref count) == number;
            if (!isIt || lands) await commit();
            if (!isIt) return;
            failed = true;
            throw code == Codes.StaleWriter ? new MementoException(Refusal.Of(RefusalKind.Conflict, code, "another writer was faster")) : JournalFaults.Unreachable();
        };
        return () => failed;
    }

    /// <summary>A call that may fail once, and is repeated then, as clients do.</summary>
    private static async Task RepeatAsync(Func<Task<RollbackView>> call)
    {
        try
        {
            await call();
        }
        catch (MementoException e) when (e.Code is Codes.DatabaseNotReady or Codes.StaleWriter)
        {
            await call();
        }
    }

    private static async Task EachOnceAsync(RollbackRig rig, string operationId, int count)
    {
        for (var i = 0; i < count; i++) Assert.Single(await rig.HistoryAsync(Doc(i)), version => version.Cause == operationId);
    }

    private static async Task<RollbackView> AdvanceAndSweepAsync(RollbackRig rig, IRollbackGrain rollback)
    {
        var view = await rollback.GetAsync();
        await JournalRig.UntilAsync(async () =>
        {
            await rig.Cluster.Services.GetRequiredService<RollbackSweeper>().SweepAsync(SweepShare.All, CancellationToken.None);
            rig.Cluster.Clock.Advance(Pause);
            view = await rollback.GetAsync();
            return view.IsOver;
        }, "the rollback is over");
        return view;
    }
}
