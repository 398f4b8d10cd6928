using Memento.Sessions;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;
using static Memento.Tests.Grains.WorkspaceActs;

namespace Memento.Tests.Grains;

public sealed class SqliteRollbackPointTests(SessionClusterFixture<SqliteTestDatabase> fixture) : RollbackPoints(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRollbackPointTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : RollbackPoints(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>The names of moments: they come, are found, and go when their time is up or others need their place.</summary>
public abstract class RollbackPoints(SessionCluster cluster, TestDatabase database)
{
    private readonly string _name = NewName();

    private IWorkspaceGrain Workspace => cluster.Workspace(_name);

    private IWorkspaceQueryGrain Documents => cluster.Documents(_name);

    [Fact]
    public async Task A_point_has_everything_that_was_said_and_what_the_workspace_was()
    {
        await Workspace.DoAsync(Put("a", "1"), Put("b", "22"));
        var root = (await Workspace.GetAsync()).Root;
        var request = new CreateRollbackPoint { Name = "before it", Description = "a\nb", SessionId = "s1", AgentId = "ada", TtlSeconds = 60, Metadata = JsonText.Parse("""{"n":1.50}"""), Pinned = true };

        var point = await Workspace.CreatePointAsync(request);
        await Workspace.DoAsync(Delete("a"));

        Assert.StartsWith("rp-", point.RollbackPointId, StringComparison.Ordinal);
        Assert.Equal((2L, root, 2L, 3L), (point.Seq, point.Root, point.Documents, point.Bytes));
        Assert.Equal((cluster.Clock.GetUtcNow(), cluster.Clock.GetUtcNow().AddSeconds(60)), (point.CreatedAt, point.ExpiresAt));
        foreach (var again in (RollbackPoint[])[await Documents.GetPointAsync(point.RollbackPointId), Assert.Single(await Documents.PointsAsync())])
            Assert.Equal(point with { Sessions = null }, again with { Sessions = null });
        Assert.Equal((3L, 1L), ((await Workspace.GetAsync()).Seq, (await Workspace.GetAsync()).RollbackPoints));
    }

    [Fact]
    public async Task A_point_of_an_empty_workspace_is_a_point_too()
    {
        var point = await Workspace.CreatePointAsync(new() { Name = "first" });
        await Workspace.DoAsync(Put("a", "1"));

        Assert.Equal((1L, StateHash.Empty.ToString()), (point.Seq, point.Root));
        Assert.Empty(await Documents.AllAsync(new() { RollbackPointId = point.RollbackPointId }));
    }

    [Theory]
    [InlineData("active")]
    [InlineData("deleted")]
    [InlineData("expired")]
    [InlineData("unchanged")]
    public async Task A_session_goes_on_from_where_it_stood_at_the_point_whatever_became_of_it(string since)
    {
        var session = await cluster.BeginAsync("s", workspace: _name, ttl: 60);
        await session.AppendAsync([.. Enumerable.Range(0, 5).Select(i => SessionCluster.Change(i))]);
        var then = await session.GetAsync();
        var point = await Workspace.CreatePointAsync(new() { Name = "p", TtlSeconds = 0 });
        if (since is not "unchanged") await session.AppendAsync([SessionCluster.Change(6)]);
        if (since is "deleted" or "unchanged") await session.DeleteAsync();
        if (since is "expired") cluster.Clock.Advance(TimeSpan.FromSeconds(61));
        var request = new RestoreSession { SessionId = "s", AgentId = "eve", NewSessionId = "again" };

        var restored = await Workspace.RestoreSessionAsync(point.RollbackPointId, request, "once");

        Assert.Equal(("again", new ParentRef("s", then.LastSeq), true), (restored.SessionId, restored.Parent, restored.Active));
        Assert.Equal(restored with { AgentIds = [] }, await Workspace.RestoreSessionAsync(point.RollbackPointId, request, "once") with { AgentIds = [] });
        Assert.Equal(Enumerable.Range(1, (int)then.LastSeq).Select(i => (long)i), (await cluster.Session("again", _name).GetEventsAsync(new() { To = then.LastSeq })).Items.Select(e => e.Seq));
        await cluster.Session("again", _name).AppendAsync([SessionCluster.Change(7)]);
        await SessionCluster.RefusedAsync(Codes.SessionExists, () => Workspace.RestoreSessionAsync(point.RollbackPointId, request));
        await SessionCluster.RefusedAsync(Codes.SessionNotFound, () => Workspace.RestoreSessionAsync(point.RollbackPointId, request with { SessionId = "other" }));
        await SessionCluster.RefusedAsync(Codes.RollbackNotFound, () => Workspace.RestoreSessionAsync("rp-none", request));
    }

    [Fact]
    public async Task It_notes_where_the_active_sessions_stand()
    {
        var (one, two, gone) = (await cluster.BeginAsync("one", workspace: _name), await cluster.BeginAsync("two", workspace: _name), await cluster.BeginAsync("gone", workspace: _name));
        await one.AppendAsync([.. Enumerable.Range(0, 25).Select(i => SessionCluster.Change(i))]);
        await one.CheckpointAsync(new() { IncludeFailureSnapshot = true });
        await one.JoinAsync("bob");
        await gone.DeleteAsync();
        var fork = await one.ForkAsync(new() { AtSeq = 20, AgentId = "eve", SessionId = "fork" });
        await cluster.Session(fork.SessionId, _name).AppendAsync([SessionCluster.Change(1), SessionCluster.Change(2)]);

        var point = await Workspace.CreatePointAsync(new() { Name = "p" });

        Assert.Equal(
            [("fork", (await cluster.Session("fork", _name).GetAsync()).LastSeq), ("one", (await one.GetAsync()).LastSeq), ("two", 0L)],
            (await Documents.GetPointAsync(point.RollbackPointId)).Sessions!.Value.Select(s => (s.SessionId, s.Seq)).Order());
        Assert.False(point.SessionsTruncated);
    }

    [Fact]
    public async Task Points_are_listed_newest_first_and_by_session()
    {
        var ids = new List<string>();
        for (var i = 0; i < 12; i++) ids.Insert(0, (await Workspace.CreatePointAsync(new() { Name = $"p{i}", SessionId = i % 3 == 0 ? "s'1" : null, TtlSeconds = i == 5 ? 1 : 0 })).RollbackPointId);

        foreach (var limit in (int[])[1, 5, 12, 500])
        {
            Assert.Equal(ids, (await Documents.PointsAsync(limit: limit)).Select(p => p.RollbackPointId));
            Assert.Equal(ids.Where((_, i) => (11 - i) % 3 == 0), (await Documents.PointsAsync("s'1", limit)).Select(p => p.RollbackPointId));
        }

        cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var limit in (int[])[1, 6, 7, 500]) Assert.Equal(ids.Where((_, i) => i != 6), (await Documents.PointsAsync(limit: limit)).Select(p => p.RollbackPointId));
        Assert.Empty(await Documents.PointsAsync("nobody"));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Documents.ListPointsAsync(limit: 0));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Documents.ListPointsAsync(cursor: "x"));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Documents.ListPointsAsync("a\0"));
    }

    [Fact]
    public async Task Of_a_hundred_five_are_kept_if_five_are_allowed()
    {
        await using var other = await database.AnotherAsync();
        await using var small = await SessionCluster.StartAsync(other, workspaces: o => o.MaxPoints = 5);
        var pinned = await small.Workspace(_name).CreatePointAsync(new() { Name = "pinned", Pinned = true });

        var created = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => small.Workspace(_name).CreatePointAsync(new() { Name = $"p{i}", SessionId = $"s{i % 4}" })));

        var newest = created.OrderByDescending(p => p.Seq).ToArray();
        Assert.Equal([.. newest.Take(4).Select(p => p.RollbackPointId), pinned.RollbackPointId], (await small.Documents(_name).PointsAsync()).Select(p => p.RollbackPointId));
        Assert.Equal(5, (await small.Workspace(_name).GetAsync()).RollbackPoints);
        Assert.Equal(RefusalKind.Gone, (await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => small.Documents(_name).GetPointAsync(newest[4].RollbackPointId))).Kind);
        await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => small.Documents(_name).GetAsync(Entity("a"), newest[4].RollbackPointId));
        foreach (var point in newest.Take(4)) await small.Workspace(_name).ChangePointAsync(point.RollbackPointId, new() { Pinned = true });
        await SessionCluster.RefusedAsync(Codes.TooManyPoints, () => small.Workspace(_name).CreatePointAsync(new() { Name = "p" }));
    }

    [Fact]
    public async Task A_limit_that_was_lowered_is_kept_from_the_next_point_on()
    {
        await using var other = await database.AnotherAsync();
        await using (var large = await SessionCluster.StartAsync(other))
            for (var i = 0; i < 30; i++) await large.Workspace(_name).CreatePointAsync(new() { Name = $"p{i}", SessionId = $"s{i % 2}" });
        await using var small = await SessionCluster.StartAsync(other, workspaces: o => (o.MaxPointsPerSession, o.MaxPoints) = (4, 10));

        await small.Workspace(_name).CreatePointAsync(new() { Name = "new", SessionId = "s0" });

        Assert.Equal(10, (await small.Documents(_name).PointsAsync()).Count);
        Assert.Equal(["new", "p28", "p26", "p24"], (await small.Documents(_name).PointsAsync("s0")).Select(p => p.Name));
    }

    [Fact]
    public async Task It_is_gone_at_its_second_and_the_search_removes_it_once()
    {
        var point = await Workspace.CreatePointAsync(new() { Name = "p", TtlSeconds = 100 });
        var pinned = await Workspace.CreatePointAsync(new() { Name = "pinned", TtlSeconds = 100, Pinned = true });
        cluster.Clock.Advance(TimeSpan.FromSeconds(100) - TimeSpan.FromMicroseconds(1));
        await cluster.SweepPointsAsync();
        Assert.Equal(2, (await Documents.PointsAsync()).Count);

        cluster.Clock.Advance(TimeSpan.FromMicroseconds(1));
        foreach (var swept in (bool[])[false, true])
        {
            if (swept) Assert.InRange(await cluster.SweepPointsAsync(), 1, 100);
            Assert.Equal(RefusalKind.Gone, (await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => Documents.GetPointAsync(point.RollbackPointId))).Kind);
            await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => Documents.GetAsync(Entity("a"), point.RollbackPointId));
            await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => Workspace.ChangePointAsync(point.RollbackPointId, new() { Pinned = true }));
            Assert.Equal("pinned", Assert.Single(await Documents.PointsAsync()).Name);
        }

        Assert.Equal((3L, 1L), ((await Workspace.GetAsync()).Seq, (await Workspace.GetAsync()).RollbackPoints));
        Assert.Equal(0, await cluster.SweepPointsAsync());
        Assert.True(await Workspace.ExpirePointIfDueAsync(point.RollbackPointId));
        Assert.False(await Workspace.ExpirePointIfDueAsync(pinned.RollbackPointId));
        Assert.True(await Workspace.ExpirePointIfDueAsync("rp-never"));
        await Workspace.ChangePointAsync(pinned.RollbackPointId, new() { Pinned = false });
        Assert.Equal(1, await cluster.SweepPointsAsync());
    }

    [Fact]
    public async Task One_that_lives_thirty_days_lives_thirty_days()
    {
        var point = await Workspace.CreatePointAsync(new() { Name = "p", TtlSeconds = 30 * 24 * 3600 });
        cluster.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        await cluster.SweepPointsAsync();
        await Documents.GetPointAsync(point.RollbackPointId);
        await Workspace.ChangePointAsync(point.RollbackPointId, new() { TtlSeconds = 0 });
        cluster.Clock.Advance(TimeSpan.FromDays(3000));
        await cluster.SweepPointsAsync();
        Assert.Null((await Documents.GetPointAsync(point.RollbackPointId)).ExpiresAt);
    }

    [Fact]
    public async Task More_than_a_page_of_points_go_in_one_round()
    {
        await using var other = await database.AnotherAsync();
        await using var fresh = await SessionCluster.StartAsync(other, workspaces: o => o.MaxPointsPerSession = 1000);
        for (var w = 0; w < 3; w++) await Task.WhenAll(Enumerable.Range(0, 90).Select(i => fresh.Workspace($"{_name}/{w}").CreatePointAsync(new() { Name = $"p{i}", TtlSeconds = 5 })));
        fresh.Clock.Advance(TimeSpan.FromSeconds(5));

        await Task.WhenAll(fresh.SweepPointsAsync(), fresh.SweepPointsAsync());   // two searches do no harm

        Assert.Equal(0, await fresh.SweepPointsAsync());
        for (var w = 0; w < 3; w++) Assert.Equal((180L, 0L), ((await fresh.Workspace($"{_name}/{w}").GetAsync()).Seq, (await fresh.Workspace($"{_name}/{w}").GetAsync()).RollbackPoints));
    }

    [Fact]
    public async Task A_silo_looks_for_what_is_over_by_itself()
    {
        await using var other = await database.AnotherAsync();
        await using var sweeping = await SessionCluster.StartAsync(other, sweeping: true);
        await sweeping.Workspace(_name).CreatePointAsync(new() { Name = "p", TtlSeconds = 10 });
        sweeping.Clock.Advance(TimeSpan.FromSeconds(15));

        await JournalRig.UntilAsync(async () => await other.AskAsync<long>("SELECT count(*) FROM rollback_point WHERE ended = 2") == 1, "the point is marked as expired");
    }

    [Fact]
    public async Task What_was_deleted_is_not_found_and_the_documents_stay()
    {
        await Workspace.DoAsync(Put("a", "1"));
        var point = await Workspace.CreatePointAsync(new() { Name = "p", Pinned = true });
        await Workspace.DeletePointAsync(point.RollbackPointId);

        await SessionCluster.RefusedAsync(Codes.RollbackNotFound, () => Workspace.DeletePointAsync(point.RollbackPointId));
        await SessionCluster.RefusedAsync(Codes.RollbackNotFound, () => Documents.GetPointAsync(point.RollbackPointId));
        Assert.Equal("1", await Documents.TextAsync("a"));
        Assert.Equal(0, (await Workspace.GetAsync()).RollbackPoints);
    }

    [Fact]
    public async Task The_same_key_makes_one_point()
    {
        var points = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Workspace.CreatePointAsync(new() { Name = "p" }, "key")));
        await cluster.DeactivateAsync(Workspace);

        Assert.Single(points.Append(await Workspace.CreatePointAsync(new() { Name = "p" }, "key")).Select(p => p.RollbackPointId).Distinct());
        Assert.Single(await Documents.PointsAsync());
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => Workspace.CreatePointAsync(new() { Name = "q" }, "key"));
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => Workspace.WriteAsync(new() { Operations = [Put("a", "1")] }, "key"));
    }

    [Fact]
    public async Task A_point_among_many_writes_has_the_root_of_exactly_what_was_before_it()
    {
        var writing = Task.WhenAll(Enumerable.Range(0, 200).Select(i => Workspace.DoAsync(Put($"d{i % 11}", $"{i}"))));
        var points = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Workspace.CreatePointAsync(new() { Name = $"p{i}" })));
        await writing;

        foreach (var point in points)
        {
            var then = await Documents.AllAsync(new() { RollbackPointId = point.RollbackPointId });
            Assert.Equal(point.Root, then.Aggregate(StateHash.Empty, (root, d) => root.Add(new(d.Kind, d.Id), ContentHash.Parse(d.Hash!), d.ContentType)).ToString());
            Assert.Equal(point.Documents, then.Count);
        }
    }
}
