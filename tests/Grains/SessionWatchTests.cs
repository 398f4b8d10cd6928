using Memento.Sessions;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

public sealed class SessionWatchTests(SessionClusterFixture<SqliteTestDatabase> fixture) : IClassFixture<SessionClusterFixture<SqliteTestDatabase>>
{
    private readonly SessionCluster _cluster = fixture.Cluster;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(150)]
    [InlineData(301)]
    public async Task From_any_seq_while_others_append_nothing_is_missed_and_nothing_comes_twice(long from)
    {
        var session = await _cluster.BeginAsync();
        await AppendAsync(session, 300);

        var watching = WatchAsync(session, from, until: 900);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            for (var i = 0; i < 30; i++) await session.AppendAsync([SessionCluster.Change(i)]);
        }));

        Assert.Equal(SessionCluster.Seqs(Math.Max(from, 1), 900), await watching.WaitAsync(SessionCluster.Patience, Token));
    }

    [Fact]
    public async Task Across_reactivations_a_watcher_that_resumes_misses_nothing_and_sees_nothing_twice()
    {
        var session = await _cluster.BeginAsync();
        var watching = WatchAsync(session, 1, until: 100);
        for (var i = 0; i < 100; i++)
        {
            await session.AppendAsync([SessionCluster.Change(i)]);
            if (i % 25 == 10) await _cluster.DeactivateAsync(session);
        }

        Assert.Equal(SessionCluster.Seqs(1, 100), await watching.WaitAsync(SessionCluster.Patience, Token));
    }

    [Fact]
    public async Task A_slow_watcher_sees_everything_although_hardly_anything_is_kept_for_it()
    {
        var session = await _cluster.BeginAsync();
        await AppendAsync(session, 1);
        var seqs = new List<long>();
        await foreach (var happened in session.WatchAsync(0, Token))
        {
            seqs.Add(happened.Seq);
            if (happened.Seq % 400 == 1 && happened.Seq < 2_000) await AppendAsync(session, 400);   // far more than is kept, while it is busy
            if (happened.Seq == 2_001) break;
        }

        Assert.Equal(SessionCluster.Seqs(1, 2_001), seqs);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("expired")]
    public async Task It_ends_when_the_session_does(string how)
    {
        var session = await _cluster.BeginAsync(ttl: 60);
        await AppendAsync(session, 3);
        var seen = new List<long>();
        var all = new TaskCompletionSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var happened in session.WatchAsync(1))
            {
                seen.Add(happened.Seq);
                if (happened.Seq == 3) all.SetResult();
            }
        }, Token);
        await all.Task.WaitAsync(SessionCluster.Patience, Token);

        if (how == "deleted") await session.DeleteAsync();
        else
        {
            _cluster.Clock.Advance(TimeSpan.FromMinutes(2));
            await _cluster.SweepAsync();
        }

        await watching.WaitAsync(SessionCluster.Patience, Token);
        Assert.Equal([1L, 2, 3], seen);
    }

    [Fact]
    public async Task Beyond_the_next_event_there_is_nothing_to_watch()
    {
        var session = await _cluster.BeginAsync();
        await AppendAsync(session, 3);

        foreach (var from in (long[])[5, long.MaxValue]) await SessionCluster.RefusedAsync(Codes.SeqNotFound, () => FirstAsync(session, from));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => FirstAsync(session, -1));
        await SessionCluster.RefusedAsync(Codes.SessionNotFound, () => FirstAsync(_cluster.Session("never"), 1));
        Assert.Equal(3, await FirstAsync(session, 3));
    }

    [Fact]
    public async Task A_fork_is_watched_from_its_ancestors_on()
    {
        var parent = await _cluster.BeginAsync();
        await AppendAsync(parent, 10);
        var fork = _cluster.Session((await parent.ForkAsync(new() { AtSeq = 7, AgentId = "eve" })).SessionId);
        var watching = WatchAsync(fork, 1, until: 12);

        await AppendAsync(fork, 5);

        Assert.Equal(SessionCluster.Seqs(1, 12), await watching.WaitAsync(SessionCluster.Patience, Token));
    }

    [Fact]
    public async Task The_feed_of_a_workspace_has_every_session_of_it_and_no_other()
    {
        var ws = SessionCluster.NewId();
        var early = await _cluster.BeginAsync(workspace: ws);
        await AppendAsync(early, 2);
        var sessions = new List<ISessionGrain> { early, await _cluster.BeginAsync(workspace: ws), await _cluster.BeginAsync(workspace: ws), await _cluster.BeginAsync(workspace: ws + "x") };
        var seen = new List<(string, long)>();
        var cursor = "";

        var appending = Task.WhenAll(sessions.Select(session => AppendAsync(session, 20)));
        for (var round = 0; round < 2; round++)
        {
            await foreach (var e in _cluster.Client.GetGrain<ISessionFeedGrain>(ws).WatchAsync(cursor, Token))
            {
                seen.Add((e.SessionId, e.Event.Seq));
                cursor = e.Cursor;
                if (seen.Count is 31 or 62) break;
            }
        }

        await appending;
        foreach (var session in sessions.Take(3))
        {
            var id = GrainKey.Parse(session.GetPrimaryKeyString()).Id;
            Assert.Equal(SessionCluster.Seqs(1, session == early ? 22 : 20), seen.Where(e => e.Item1 == id).Select(e => e.Item2));
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task AppendAsync(ISessionGrain session, int count) => await session.AppendAsync([.. Enumerable.Range(0, count).Select(i => SessionCluster.Change(i))]);

    private static async Task<long> FirstAsync(ISessionGrain session, long from)
    {
        await foreach (var happened in session.WatchAsync(from)) return happened.Seq;
        return 0;
    }

    /// <summary>Watches as a client does: when the activation goes, it goes on at the next seq.</summary>
    private static async Task<List<long>> WatchAsync(ISessionGrain session, long from, long until)
    {
        var seqs = new List<long>();
        while (true)
        {
            try
            {
                await foreach (var happened in session.WatchAsync(seqs.Count == 0 ? from : seqs[^1] + 1))
                {
                    seqs.Add(happened.Seq);
                    if (happened.Seq >= until) return seqs;
                }
            }
            catch (EnumerationAbortedException)
            {
                continue;
            }
        }
    }
}
