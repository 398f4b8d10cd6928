using Memento.Sessions;
using Memento.Tests.Core;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

public sealed class SqliteQueryTests(SessionClusterFixture<SqliteTestDatabase> fixture) : SessionQueries(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlQueryTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : SessionQueries(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>Lists, figures and views answer what the sessions themselves would.</summary>
public abstract class SessionQueries(SessionCluster cluster, TestDatabase database)
{
    private readonly string _ws = $"w/{SessionCluster.NewId()}%";

    [Fact]
    public async Task Lists_are_filtered_and_paged_newest_first()
    {
        var ids = new List<string>();
        for (var i = 0; i < 24; i++)
        {
            cluster.Clock.Advance(TimeSpan.FromSeconds(i % 3));   // some at the same moment
            ids.Add($"s{i:00}");
            var session = await cluster.BeginAsync(ids[i], ttl: 0, workspace: _ws, agent: i % 2 == 0 ? "even" : "odd", entities: i % 3 == 0 ? ["three", "all"] : ["all"]);
            if (i % 4 == 0) await session.AppendAsync([SessionCluster.Change(i, "even") with { StateTransition = Story.To(WorkState.Broken) }]);
            if (i % 8 == 0) await session.CheckpointAsync(new() { GraceTtlSeconds = 100_000 });
            if (i % 6 == 0) await session.JoinAsync("guest");
            if (i % 6 == 0) await session.LeaveAsync("guest");
        }

        ids.Reverse();
        Assert.Equal(ids, await ListAsync(new() { Limit = 500 }));
        foreach (var limit in (int[])[1, 5, 7, 24]) Assert.Equal(ids, await ListAsync(new() { Limit = limit }));
        Assert.Equal(Which(i => i % 2 == 1), await ListAsync(new() { Agent = "odd", Limit = 5 }));
        Assert.Equal(Which(i => i % 6 == 0), await ListAsync(new() { Agent = "guest", Limit = 3 }));
        Assert.Equal(Which(i => i % 3 == 0), await ListAsync(new() { Entity = "three", Limit = 3 }));
        Assert.Equal(Which(i => i % 3 == 0 && i % 2 == 1), await ListAsync(new() { Entity = "three", Agent = "odd", Limit = 2 }));
        Assert.Equal(Which(i => i % 4 == 0), await ListAsync(new() { State = WorkState.Broken, Limit = 2 }));
        Assert.Equal(Which(i => i % 8 == 0), await ListAsync(new() { Outcome = Outcome.Broken, Limit = 2 }));
        Assert.Equal(Which(i => i % 12 == 0), await ListAsync(new() { State = WorkState.Broken, Entity = "three", Agent = "even", Limit = 1 }));
        Assert.Empty(await ListAsync(new() { Agent = "nobody" }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => cluster.Query(_ws).ListAsync(new() { Limit = 0 }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => cluster.Query(_ws).ListAsync(new() { Limit = 501 }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => cluster.Query(_ws).ListAsync(new() { Cursor = "nonsense" }));

        IEnumerable<string> Which(Func<int, bool> wanted) => Enumerable.Range(0, 24).Where(wanted).Select(i => $"s{i:00}").Reverse();
    }

    [Fact]
    public async Task A_list_shows_each_session_as_it_shows_itself()
    {
        var story = await cluster.BeginAsync("full", ttl: 5000, workspace: _ws, entities: "a");
        await story.AppendAsync([SessionCluster.Change(1) with { OccurredAt = cluster.Clock.GetUtcNow().AddDays(-3), Impact = new() { Severity = Severity.High, PerfDelta = -7.5 } }]);
        await story.JoinAsync("bob");
        await story.CheckpointAsync(new());
        cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        await story.AppendAsync([SessionCluster.Change(2)]);
        var fork = cluster.Session((await story.ForkAsync(new() { AtSeq = 2, AgentId = "eve", SessionId = "fork" })).SessionId, _ws);
        cluster.Clock.Advance(TimeSpan.FromSeconds(3));
        await story.AppendAsync([SessionCluster.Change(3)]);   // within the lag of the row: the time comes from the journal

        var listed = (await cluster.Query(_ws).ListAsync(new())).Items;

        Assert.Equal(Stored(await fork.GetAsync()), Stored(listed[0]));
        Assert.Equal(Stored(await story.GetAsync()), Stored(listed[1]));
    }

    [Fact]
    public async Task What_happened_when_can_be_asked_for()
    {
        var now = cluster.Clock.GetUtcNow();
        foreach (var (id, days) in ((string, int)[])[("old", -20), ("older", -30)])
        {
            var session = await cluster.BeginAsync(id, workspace: _ws);
            await session.AppendAsync([SessionCluster.Change(1) with { OccurredAt = now.AddDays(days) }, SessionCluster.Change(2) with { OccurredAt = now.AddDays(days + 5) }]);
        }

        Assert.Equal(["old"], await ListAsync(new() { Since = now.AddDays(-16) }));
        Assert.Equal(["older"], await ListAsync(new() { Until = now.AddDays(-26) }));
        Assert.Equal(["older", "old"], await ListAsync(new() { Since = now.AddDays(-25), Until = now.AddDays(-18) }));
        Assert.Empty(await ListAsync(new() { Since = now.AddDays(-14) }));
    }

    [Fact]
    public async Task Expired_ones_leave_the_active_list_at_their_second_and_deleted_ones_every_list()
    {
        var (lasting, brief, gone) = (await cluster.BeginAsync("lasting", 0, _ws), await cluster.BeginAsync("brief", 60, _ws), await cluster.BeginAsync("gone", 0, _ws));
        await gone.DeleteAsync();
        Assert.Equal(["brief", "lasting"], await ListAsync(new() { ActiveOnly = true }));
        cluster.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(["brief", "lasting"], await ListAsync(new() { ActiveOnly = true }));
        cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["lasting"], await ListAsync(new() { ActiveOnly = true, Limit = 1 }));
        Assert.Equal([("brief", false), ("lasting", true)], (await cluster.Query(_ws).ListAsync(new())).Items.Select(s => (s.SessionId, s.Active)));
        await cluster.SweepAsync();
        Assert.Equal([("brief", false), ("lasting", true)], (await cluster.Query(_ws).ListAsync(new())).Items.Select(s => (s.SessionId, s.Active)));
        var stats = await cluster.Query(_ws).GetStatsAsync();
        Assert.Equal((1, 3), (stats.ActiveSessions, stats.TotalSessions));
        Assert.Equal("ada", Assert.Single((await lasting.GetAsync()).AgentIds));
        await SessionCluster.RefusedAsync(Codes.SessionExpired, () => brief.GetAsync());
    }

    [Fact]
    public async Task Figures()
    {
        var empty = await cluster.Query(_ws).GetStatsAsync();
        Assert.Equal((0, 0, 0, 0.0), (empty.ActiveSessions, empty.TotalSessions, empty.TotalEvents, empty.AverageEventsPerSession));
        var (one, two) = (await cluster.BeginAsync("one", workspace: _ws), await cluster.BeginAsync("two", workspace: _ws, agent: "bob"));
        await one.AppendAsync([.. Enumerable.Range(0, 9).Select(i => SessionCluster.Change(i))]);
        await one.JoinAsync("guest");   // the tenth event brings a checkpoint
        await one.LeaveAsync("guest");
        await two.CheckpointAsync(new() { IncludeFailureSnapshot = true });

        var stats = await cluster.Query(_ws).GetStatsAsync();

        Assert.Equal((2, 2, 11, 5.5), (stats.ActiveSessions, stats.TotalSessions, stats.TotalEvents, stats.AverageEventsPerSession));
        Assert.Equal((2, 1, 2), (stats.CheckpointsCreated, stats.FailureSnapshots, stats.AgentsActive));
        Assert.True(stats.StorageBytes > 10_000);
    }

    [Fact]
    public async Task Aggregates_and_anchors_of_entities()
    {
        var (one, two, other) = (await cluster.BeginAsync("one", workspace: _ws), await cluster.BeginAsync("two", workspace: _ws, agent: "bob"), await cluster.BeginAsync("other", workspace: _ws));
        await one.AppendAsync([Impact("a", -10), Impact("a", 4) with { StateTransition = Story.To(WorkState.Broken) }]);
        await two.AppendAsync([Impact("a", -2), Impact("b", 1) with { StateTransition = Story.To(WorkState.Working) }]);
        await other.AppendAsync([Impact("c", -50)]);
        for (var i = 0; i < 7; i++)
        {
            cluster.Clock.Advance(TimeSpan.FromSeconds(1));
            await one.CheckpointAsync(new());
        }

        var sum = await cluster.Query(_ws).AggregateAsync(["a", "b", "zzz"]);

        Assert.Equal(2, sum.TotalSessions);
        Assert.Equal(["ada", "bob"], sum.ActiveAgents);
        Assert.Equal(new PerformanceImpact(-7, -7 / 4.0, -10), sum.PerformanceImpact);
        Assert.Equal([("broken", 1L), ("working", 1L)], sum.RecentOutcomes.OrderBy(o => o.Key).Select(o => (o.Key, o.Value)));
        Assert.Equal([new("a", 2, -8 / 3.0), new("b", 1, 1), new("zzz", 0, 0)], sum.EntityBreakdown);
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => cluster.Query(_ws).AggregateAsync([]));

        var anchors = await cluster.Query(_ws).GetAnchorsAsync("a");
        Assert.Equal(5, anchors.Length);
        Assert.All(anchors, a => Assert.Equal(("one", Outcome.Broken, -6.0), (a.SessionId, a.Outcome, a.PerfDelta)));
        Assert.Equal(anchors.OrderByDescending(a => a.Timestamp), anchors);
        Assert.Empty(await cluster.Query(_ws).GetAnchorsAsync("b"));

        static NewEvent Impact(string entity, double perf) => SessionCluster.Change(1, "ada", entity) with { Impact = new() { Severity = Severity.Low, PerfDelta = perf } };
    }

    [Fact]
    public async Task Anchors_of_checkpoints_that_came_at_the_same_moment_are_the_newest()
    {
        var session = await cluster.BeginAsync(workspace: _ws);
        await session.AppendAsync([.. Enumerable.Range(0, 90).Select(i => SessionCluster.Change(i, "ada", "a"))]);

        var anchors = await cluster.Query(_ws).GetAnchorsAsync("a");

        Assert.Equal((await session.GetCheckpointsAsync(5, null)).Items.Select(c => c.CheckpointId), anchors.Select(a => a.CheckpointId));
    }

    [Fact]
    public async Task A_fork_counts_only_what_it_did_itself()
    {
        var parent = await cluster.BeginAsync("parent", workspace: _ws);
        await parent.AppendAsync([SessionCluster.Change(1, "ada", "g") with { Impact = new() { Severity = Severity.Low, PerfDelta = -10 }, StateTransition = Story.To(WorkState.Broken) }]);
        var checkpoint = await parent.CheckpointAsync(new() { IncludeFailureSnapshot = true });
        var fork = await parent.ForkAsync(new() { AtSeq = 1, AgentId = "bob" });
        var forked = cluster.Session(fork.SessionId, _ws);
        await forked.AppendAsync([SessionCluster.Change(2, "bob", "g")]);

        var sum = await cluster.Query(_ws).AggregateAsync(["g"]);
        Assert.Equal((2, -10.0, 1L), (sum.TotalSessions, sum.PerformanceImpact.Total, sum.RecentOutcomes["broken"]));
        Assert.Equal("parent", Assert.Single(await cluster.Query(_ws).GetAnchorsAsync("g")).SessionId);
        Assert.Equal(checkpoint.CheckpointId, Assert.Single((await forked.GetCheckpointsAsync(10, null)).Items).CheckpointId);
        Assert.Equal(checkpoint.CheckpointId, (await forked.GetFailureSnapshotAsync(checkpoint.CheckpointId)).CheckpointId);

        await parent.DeleteAsync();
        Assert.Equal(["bob"], (await cluster.Query(_ws).AggregateAsync(["g"])).ActiveAgents);
    }

    [Fact]
    public async Task Unknown_sessions_are_not_found_however_many_ask()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), async (_, _) => await SessionCluster.RefusedAsync(Codes.SessionNotFound, () => cluster.Session("nobody", _ws).GetAsync()));
        await cluster.BeginAsync("nobody", workspace: _ws);
        cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("nobody", (await cluster.Session("nobody", _ws).GetAsync()).SessionId);
    }

    [Fact]
    public async Task People_can_look()
    {
        var session = await cluster.BeginAsync("seen", workspace: _ws, entities: "a");
        await session.AppendAsync([SessionCluster.Change(1) with { Metadata = JsonText.Parse("""{"text":"\\u0000"}""") }]);
        await session.CheckpointAsync(new());
        await session.ForkAsync(new() { AtSeq = 2, SessionId = "forked", AgentId = "bob" });
        await cluster.Session("forked", _ws).AppendAsync([.. Enumerable.Range(0, 10).Select(i => SessionCluster.Change(i))]);

        Assert.Equal(2L, await database.AskAsync<long>("SELECT last_seq FROM look_sessions WHERE workspace = @ws AND session_id = 'seen' AND ended = 'open'", ("ws", _ws)));
        Assert.Equal("start,modified", await database.AskAsync<string>($"SELECT {(database.IsSqlite ? "group_concat" : "string_agg")}(type, ',') FROM (SELECT type FROM look_events WHERE workspace = @ws AND session_id = 'seen' ORDER BY seq) e", ("ws", _ws)));
        Assert.Equal(4L, await database.AskAsync<long>("SELECT count(payload) FROM look_journal WHERE stream LIKE '%/seen' AND stream LIKE @ws", ("ws", $"session/{new GrainKey(_ws, "").ToString().Replace("%", "_", StringComparison.Ordinal)}%")));
        Assert.Equal(1L, await database.AskAsync<long>("SELECT count(checkpoint_id) FROM look_checkpoints WHERE workspace = @ws AND session_id = 'seen' AND seq = 2", ("ws", _ws)));
        Assert.Equal(2L, await database.AskAsync<long>("SELECT count(checkpoint_id) FROM look_checkpoints WHERE workspace = @ws AND session_id = 'forked'", ("ws", _ws)));
    }

    private static string Stored(SessionView view) => System.Text.Json.JsonSerializer.Serialize(view, MementoJson.Default.SessionView);

    private async Task<List<string>> ListAsync(SessionQuery query)
    {
        var ids = new List<string>();
        while (true)
        {
            var page = await cluster.Query(_ws).ListAsync(query);
            ids.AddRange(page.Items.Select(s => s.SessionId));
            if (page.NextCursor is null) return ids;
            query = query with { Cursor = page.NextCursor };
        }
    }
}
