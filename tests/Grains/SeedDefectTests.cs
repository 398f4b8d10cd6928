using Memento.Sessions;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

public sealed class SqliteSeedDefectTests(SqliteTestDatabase database) : SeedDefects(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlSeedDefectTests(PostgreSqlTestDatabase database) : SeedDefects(database), IClassFixture<PostgreSqlTestDatabase>;

/// <summary>What went wrong in the system that this one replaces: the same steps, the right outcome.</summary>
public abstract class SeedDefects(TestDatabase database)
{
    [Fact]
    public async Task Two_clients_append_2000_events_to_one_session_at_once()
    {
        await using var cluster = await SessionCluster.StartAsync(database);
        var session = await cluster.BeginAsync();
        var other = cluster.Silo.GetGrain<ISessionGrain>(session.GetPrimaryKeyString());

        var ranges = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => (i % 2 == 0 ? session : other).AppendAsync([SessionCluster.Change(i)])));

        Assert.Equal(SessionCluster.Seqs(1, 2_000), ranges.Select(r => r.FirstSeq).Order());
        var events = await SessionCluster.EventsAsync(session);
        Assert.Equal(SessionCluster.Seqs(1, 2_000), events.Select(e => e.Seq));
        for (var i = 0; i < 2_000; i++) Assert.Equal($"{{\"n\":{i}}}", events[(int)ranges[i].FirstSeq - 1].Metadata!.Text);
    }

    [Fact]
    public async Task After_a_restart_the_seqs_go_on()
    {
        var id = SessionCluster.NewId();
        for (var run = 1; run <= 3; run++)
        {
            await using var cluster = await SessionCluster.StartAsync(database);
            var session = run == 1 ? await cluster.BeginAsync(id) : cluster.Session(id);
            await Task.WhenAll(Enumerable.Range(0, 200).Select(i => session.AppendAsync([SessionCluster.Change(i)])));
            await SessionCluster.HasSeqsAsync(session, run * 200);
        }
    }

    [Fact]
    public async Task The_rest_on_one_silo()
    {
        await using var cluster = await SessionCluster.StartAsync(database, sessions: o => o.GraceTtl = TimeSpan.FromSeconds(2));
        await Creation_with_entities_then_one_event(cluster);
        await A_hundred_concurrent_joins(cluster);
        await Reading_right_after_creation(cluster);
        await An_event_without_change_info(cluster);
        await An_event_every_100_ms_with_a_grace_of_2_s(cluster);
        await Thirty_days_of_life(cluster);
        await The_store_is_away_for_a_while(cluster);
        await Sessions_of_one_agent_among_many(cluster);
    }

    [Fact]
    public async Task More_events_than_allowed_are_refused()
    {
        await using var cluster = await SessionCluster.StartAsync(database, sessions: o => o.MaxEvents = 10);
        var session = await cluster.BeginAsync();
        await session.AppendAsync([.. Enumerable.Range(0, 9).Select(i => SessionCluster.Change(i))]);

        var refusal = await SessionCluster.RefusedAsync(Codes.SessionFull, () => session.AppendAsync([SessionCluster.Change(9), SessionCluster.Change(10)]));
        Assert.Contains("at most 10 are allowed", refusal.Message, StringComparison.Ordinal);
        await session.AppendAsync([SessionCluster.Change(9)]);
        await SessionCluster.RefusedAsync(Codes.SessionFull, () => session.AppendAsync([SessionCluster.Change(10)]));
        await SessionCluster.HasSeqsAsync(session, 10);
    }

    private static async Task Creation_with_entities_then_one_event(SessionCluster cluster)
    {
        var session = await cluster.BeginAsync(entities: ["a", "b"]);

        Assert.Equal(new SeqRange(2, 2), await session.AppendAsync([SessionCluster.Change(1)]));
        Assert.Equal([(1, EventType.Start), (2, EventType.Modified)], (await SessionCluster.EventsAsync(session)).Select(e => (e.Seq, e.Type)));
    }

    private static async Task A_hundred_concurrent_joins(SessionCluster cluster)
    {
        var session = await cluster.BeginAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => session.JoinAsync($"agent {i}")));

        Assert.Equal(101, (await session.GetAsync()).AgentIds.Distinct().Count());
        await SessionCluster.HasSeqsAsync(session, 100);
    }

    private static async Task Reading_right_after_creation(SessionCluster cluster)
    {
        var session = await cluster.BeginAsync(workspace: "fresh");

        Assert.Equal(["ada"], (await session.GetAsync()).AgentIds);
        Assert.Single((await cluster.Query("fresh").ListAsync(new())).Items);
    }

    private static async Task An_event_without_change_info(SessionCluster cluster)
    {
        var session = await cluster.BeginAsync();

        var refusal = await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => session.AppendAsync([SessionCluster.Change(1), SessionCluster.Change(2) with { ChangeInfo = null! }]));

        Assert.Equal("events[1].changeInfo", Assert.Single(refusal.Errors).Field);
        await SessionCluster.HasSeqsAsync(session, 0);
    }

    private static async Task An_event_every_100_ms_with_a_grace_of_2_s(SessionCluster cluster)
    {
        var session = await cluster.BeginAsync();
        for (var i = 0; i < 100; i++)
        {
            cluster.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await session.AppendAsync([SessionCluster.Change(i)]);
            if (i % 10 == 9) await cluster.SweepAsync();
        }

        Assert.True((await session.GetAsync()).Active);
        await SessionCluster.HasSeqsAsync(session, 100);
    }

    private static async Task Thirty_days_of_life(SessionCluster cluster)
    {
        const long Month = 30 * 24 * 3600;
        var (graced, lasting) = (await cluster.BeginAsync(), await cluster.BeginAsync(ttl: Month));
        await graced.CheckpointAsync(new() { GraceTtlSeconds = Month });

        foreach (var wait in (double[])[1, Month - 2])
        {
            cluster.Clock.Advance(TimeSpan.FromSeconds(wait));
            await cluster.SweepAsync();
            Assert.True((await graced.GetAsync()).Active);
            Assert.True((await lasting.GetAsync()).Active);
        }

        cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        await SessionCluster.RefusedAsync(Codes.SessionExpired, () => graced.GetAsync());
        await SessionCluster.RefusedAsync(Codes.SessionExpired, () => lasting.GetAsync());
    }

    private static async Task The_store_is_away_for_a_while(SessionCluster cluster)
    {
        var (session, asleep) = (await cluster.BeginAsync(), await cluster.BeginAsync());
        await session.AppendAsync([SessionCluster.Change(1)]);
        await cluster.DeactivateAsync(asleep);
        cluster.Faults.OnAppend = (_, _) => Task.FromException(JournalFaults.Unreachable());
        cluster.Faults.OnRead = () => throw JournalFaults.Unreachable();

        for (var i = 0; i < 3; i++)
        {
            var refusal = await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => session.AppendAsync([SessionCluster.Change(2)]));
            Assert.Equal(RefusalKind.Unavailable, refusal.Kind);
            await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => session.GetAsync());
            await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => asleep.GetAsync());
            await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => cluster.BeginAsync());
        }

        cluster.Faults.Heal();
        Assert.Equal(new SeqRange(2, 2), await session.AppendAsync([SessionCluster.Change(2)]));
        Assert.Equal(0, (await asleep.GetAsync()).LastSeq);
        await SessionCluster.HasSeqsAsync(session, 2);
    }

    private static async Task Sessions_of_one_agent_among_many(SessionCluster cluster)
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => cluster.BeginAsync(workspace: "many", agent: i % 100 == 7 ? "rare" : $"agent {i % 10}")));

        var page = await cluster.Query("many").ListAsync(new() { Agent = "rare" });

        Assert.Equal(3, page.Items.Length);
        Assert.All(page.Items, s => Assert.Equal(["rare"], s.AgentIds));
        Assert.Null(page.NextCursor);
    }
}
