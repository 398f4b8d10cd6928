using Memento.Sessions;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

/// <summary>A session lives exactly as long as it should, across restarts, and leaves nothing but its name.</summary>
public sealed class SessionTtlTests : IAsyncLifetime
{
    private readonly SqliteTestDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_end_is_at_its_microsecond_and_a_restart_does_not_move_it()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider clock;
        await using (var cluster = await SessionCluster.StartAsync(_database))
        {
            clock = cluster.Clock;
            await cluster.BeginAsync("used", ttl: 100);
            await cluster.BeginAsync("left", ttl: 100);
            clock.Advance(TimeSpan.FromSeconds(60));
            await cluster.Session("used").AppendAsync([SessionCluster.Change(1)]);
            Assert.Equal(clock.GetUtcNow().AddSeconds(100), (await cluster.Session("used").GetAsync()).ExpiresAt);
            clock.Advance(TimeSpan.FromSeconds(40) - TimeSpan.FromMicroseconds(1));
            Assert.Equal((0, 0), await cluster.SweepAsync());
            await cluster.Session("left").GetAsync();
        }

        await using (var cluster = await SessionCluster.StartAsync(_database, clock: clock))
        {
            await cluster.Session("left").GetAsync();
            clock.Advance(TimeSpan.FromMicroseconds(1));
            await SessionCluster.RefusedAsync(Codes.SessionExpired, () => cluster.Session("left").GetAsync());
            await SessionCluster.RefusedAsync(Codes.SessionExpired, () => cluster.Session("left").AppendAsync([SessionCluster.Change(1)]));
            await SessionCluster.RefusedAsync(Codes.SessionExpired, () => cluster.Session("left").JoinAsync("bob"));
            Assert.Equal((1, 0), await cluster.SweepAsync());
            Assert.Equal((0, 0), await cluster.SweepAsync());
            clock.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMicroseconds(1));
            Assert.True((await cluster.Session("used").GetAsync()).Active);
            clock.Advance(TimeSpan.FromMicroseconds(1));
            await SessionCluster.RefusedAsync(Codes.SessionExpired, () => cluster.Session("used").GetAsync());
        }
    }

    [Fact]
    public async Task A_silo_looks_for_what_is_over_by_itself()
    {
        await using var cluster = await SessionCluster.StartAsync(_database, sweeping: true);
        await cluster.BeginAsync(ttl: 10);
        cluster.Clock.Advance(TimeSpan.FromSeconds(15));

        await JournalRig.UntilAsync(async () => await _database.AskAsync<long>("SELECT count(*) FROM session WHERE ended = 1") == 1, "the session is marked as expired");
    }

    [Fact]
    public async Task One_in_use_never_dies_however_often_it_is_looked_for()
    {
        await using var cluster = await SessionCluster.StartAsync(_database);
        var session = await cluster.BeginAsync(ttl: 10);
        for (var i = 0; i < 60; i++)
        {
            cluster.Clock.Advance(TimeSpan.FromSeconds(9));
            await session.AppendAsync([SessionCluster.Change(i)]);
            Assert.Equal((0, 0), await cluster.SweepAsync());
        }

        await SessionCluster.HasSeqsAsync(session, 60);
    }

    [Fact]
    public async Task The_last_agents_leaving_starts_the_grace_and_any_work_ends_it()
    {
        await using var cluster = await SessionCluster.StartAsync(_database, sessions: o => o.GraceTtl = TimeSpan.FromSeconds(30));
        var session = await cluster.BeginAsync(ttl: 1000);
        Assert.Equal(cluster.Clock.GetUtcNow().AddSeconds(30), (await session.LeaveAsync("ada")).ExpiresAt);
        await session.JoinAsync("bob");
        Assert.Equal(cluster.Clock.GetUtcNow().AddSeconds(1000), (await session.GetAsync()).ExpiresAt);
        var view = await session.LeaveAsync("bob");
        Assert.Empty(view.AgentIds);

        cluster.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((1, 0), await cluster.SweepAsync());
        await SessionCluster.RefusedAsync(Codes.SessionExpired, () => session.JoinAsync("eve"));
    }

    [Fact]
    public async Task What_is_long_over_leaves_only_its_name()
    {
        await using var cluster = await SessionCluster.StartAsync(_database);
        var (expired, deleted, kept) = (await cluster.BeginAsync("expired", 10), await cluster.BeginAsync("deleted", 0), await cluster.BeginAsync("kept", 0));
        foreach (var session in (ISessionGrain[])[expired, deleted, kept])
        {
            await session.AppendAsync([.. Enumerable.Range(0, 30).Select(i => SessionCluster.Change(i, "ada", $"entity {i}"))], "key");
            await session.JoinAsync("bob");
        }

        await deleted.DeleteAsync();
        cluster.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal((1, 0), await cluster.SweepAsync());
        cluster.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal((0, 1), await cluster.SweepAsync());
        cluster.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal((0, 0), await cluster.SweepAsync());
        cluster.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((0, 1), await cluster.SweepAsync());

        await SessionCluster.HasSeqsAsync(kept, 31);
        Assert.Equal(1L, await _database.AskAsync<long>("SELECT count(*) FROM session"));
        Assert.Equal(2L, await _database.AskAsync<long>("SELECT count(*) FROM session_agent"));
        Assert.Equal(30L, await _database.AskAsync<long>("SELECT count(*) FROM session_entity"));
        Assert.Equal(0L, await _database.AskAsync<long>("SELECT count(*) FROM idempotency"));
        Assert.Equal(32L + 2, await _database.AskAsync<long>("SELECT count(*) FROM journal"));
        Assert.Equal(2L, await _database.AskAsync<long>("SELECT count(*) FROM snapshot"));
        await SessionCluster.RefusedAsync(Codes.SessionExpired, () => cluster.Session("expired").GetAsync());
        await SessionCluster.RefusedAsync(Codes.SessionNotFound, () => cluster.Session("deleted").GetAsync());
        foreach (var id in (string[])["expired", "deleted"]) await SessionCluster.RefusedAsync(Codes.SessionExists, () => cluster.BeginAsync(id));
        await cluster.Session("expired").DeleteAsync();
        await SessionCluster.RefusedAsync(Codes.SessionNotFound, () => cluster.Session("expired").GetAsync());
    }
}
