using Memento.Rollback;
using Memento.Storage;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;
using static Memento.Tests.Grains.WorkspaceActs;

namespace Memento.Tests.Grains;

public sealed class SqliteCompactionTests(SessionClusterFixture<SqliteTestDatabase> fixture) : Compactions(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlCompactionTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : Compactions(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>Old history goes; what rollback points see stays.</summary>
public abstract class Compactions(SessionCluster cluster, TestDatabase database)
{
    private readonly string _name = NewName();

    private IWorkspaceGrain Workspace => cluster.Workspace(_name);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IRollbackQueryGrain Questions => cluster.Client.GetGrain<IRollbackQueryGrain>(_name);

    [Fact]
    public async Task What_a_rollback_that_is_under_way_needs_stays_even_if_its_point_goes()
    {
        await Workspace.DoAsync([.. Enumerable.Range(0, 6).Select(i => Put($"d{i}", "1"))]);
        var point = await Workspace.CreatePointAsync(new() { Name = "p" });
        await Workspace.DoAsync([.. Enumerable.Range(0, 6).Select(i => Put($"d{i}", "2"))]);
        var rollback = cluster.Client.GetGrain<IRollbackGrain>(new GrainKey(_name, $"op-{Guid.NewGuid():N}").ToString());
        await rollback.StartAsync(point.RollbackPointId, new() { Strategy = RollbackStrategy.Gradual, BatchSize = 2, DelayMs = 60_000 });
        await Rollback.RollbackRig.ReachAsync(rollback, view => view.AppliedChanges == 2);

        await Workspace.DeletePointAsync(point.RollbackPointId);
        Assert.Equal(0, (await Workspace.CompactAsync(new() { HistorySeconds = 0 })).Dropped);
        var view = await new Rollback.RollbackRig(cluster, _name).AdvanceUntilAsync(rollback, TimeSpan.FromMinutes(1), v => v.IsOver);

        Assert.Equal((RollbackStatus.Completed, 6L), (view.Status, view.AppliedChanges));
        Assert.Equal(point.Root, (await Workspace.GetAsync()).Root);
        Assert.NotEqual(0, (await Workspace.CompactAsync(new() { HistorySeconds = 0 })).Dropped);
        Assert.Equal(0, (await Workspace.CompactAsync(new() { HistorySeconds = 0 })).Dropped);
        var seq = (await Workspace.GetAsync()).Seq;
        await Workspace.CompactAsync(new() { HistorySeconds = 0 });
        Assert.Equal(seq, (await Workspace.GetAsync()).Seq);   // nothing changed since: nothing to say
    }

    [Fact]
    public async Task Every_point_still_restores_exactly()
    {
        var points = new List<RollbackPoint>();
        for (var round = 0; round < 12; round++)
        {
            await Workspace.DoAsync(Put("a", $"{round}"), Put("large", $"\"{new string((char)('a' + (round / 5)), 3000)}\""), round % 3 == 0 ? Put("b", $"{round}") : Put($"once-{round}", "1"));
            if (round % 3 == 1) await Workspace.DoAsync(Delete("b"));
            if (round % 4 == 2) points.Add(await Workspace.CreatePointAsync(new() { Name = $"p{round}", TtlSeconds = 0 }));
        }

        cluster.Clock.Advance(TimeSpan.FromDays(31));
        await Workspace.DoAsync(Put("late", "1"));
        var before = await database.AskAsync<long>("SELECT count(*) FROM document_version");

        var told = await Workspace.CompactAsync(new() { DryRun = true });
        Assert.Equal(before, await database.AskAsync<long>("SELECT count(*) FROM document_version"));
        var done = await Workspace.CompactAsync(new());

        Assert.True(done.Dropped > 10, $"{done}");
        Assert.Equal(told with { DryRun = false }, done);
        Assert.Equal(before - done.Dropped, await database.AskAsync<long>("SELECT count(*) FROM document_version"));
        Assert.Equal(0, (await Workspace.CompactAsync(new())).Dropped);
        foreach (var point in points)
        {
            Assert.True((await Questions.CheckAsync(point.RollbackPointId, Token)) is { Healthy: true } check && check.Documents == point.Documents);
            var rollback = cluster.Client.GetGrain<IRollbackGrain>(new GrainKey(_name, $"op-{Guid.NewGuid():N}").ToString());
            await rollback.StartAsync(point.RollbackPointId, new() { Strategy = RollbackStrategy.Force });
            await foreach (var view in rollback.WatchAsync(Token)) Assert.NotEqual(RollbackStatus.Failed, view.Status);
            Assert.Equal(point.Root, (await Workspace.GetAsync()).Root);
        }
    }

    [Fact]
    public async Task A_large_value_goes_with_the_last_version_that_has_it()
    {
        var (shared, own) = ($"\"{Guid.NewGuid()}{new string('x', 3000)}\"", $"\"{Guid.NewGuid()}{new string('y', 3000)}\"");
        await Workspace.DoAsync(Put("a", shared), Put("b", own), Put("keeper", shared));
        await Workspace.DoAsync(Put("a", "1"), Put("b", "2"));
        cluster.Clock.Advance(TimeSpan.FromDays(31));

        await Workspace.CompactAsync(new());

        var blobs = cluster.Services.GetRequiredService<IBlobStore>();
        Assert.NotNull(await blobs.FindAsync(DocumentValue.Json(System.Text.Encoding.UTF8.GetBytes(shared)).Hash.ToBytes(), Token));
        Assert.Null(await blobs.FindAsync(DocumentValue.Json(System.Text.Encoding.UTF8.GetBytes(own)).Hash.ToBytes(), Token));
    }

    [Fact]
    public async Task Single_agents_work_cannot_be_undone_behind_the_window()
    {
        await Workspace.DoAsync(Put("a", "1"));
        var point = await Workspace.CreatePointAsync(new() { Name = "old", TtlSeconds = 0 });
        await Workspace.DoAsync(Put("a", "2"));
        await Workspace.DoAsync(Put("a", "3"));
        cluster.Clock.Advance(TimeSpan.FromDays(31));
        await Workspace.CompactAsync(new());

        await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => Questions.PreviewAsync(point.RollbackPointId, new() { Selection = new() { Agents = ["ada"] } }));
        Assert.Equal(1, (await Questions.PreviewAsync(point.RollbackPointId, new())).TotalChanges);
    }

    [Fact]
    public async Task Writers_do_not_notice()
    {
        for (var i = 0; i < 200; i++) await Workspace.DoAsync(Put($"d{i % 10}", $"{i}"));
        cluster.Clock.Advance(TimeSpan.FromDays(31));

        var writing = Enumerable.Range(0, 200).Select(i => Workspace.DoAsync(Put($"d{i % 10}", $"\"{i}\""), Put($"new{i}", $"\"{new string('z', 2000)}\""))).ToArray();
        var compacted = await Workspace.CompactAsync(new());
        await Task.WhenAll(writing);

        Assert.True(compacted.Dropped >= 180, $"{compacted}");
        var point = await Workspace.CreatePointAsync(new() { Name = "after" });
        Assert.True((await Questions.CheckAsync(point.RollbackPointId, Token)).Healthy);
    }
}
