using Memento.Sessions;
using Memento.Storage;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

/// <summary>Appends that fail under a session with many callers: nobody is told what is not so, and nothing is lost that is.</summary>
public sealed class SessionFaultTests(SessionClusterFixture<SqliteTestDatabase> fixture) : IClassFixture<SessionClusterFixture<SqliteTestDatabase>>, IDisposable
{
    private readonly SessionCluster _cluster = fixture.Cluster;

    public void Dispose() => _cluster.Faults.Heal();

    [Fact]
    public async Task Callers_behind_a_failed_append_succeed_or_are_told_and_there_is_never_a_gap()
    {
        var session = await _cluster.BeginAsync();
        var (number, failed) = (0, 0);
        _cluster.Faults.OnAppend = (_, commit) =>
        {
            if (Interlocked.Increment(ref number) is not (100 or 350 or 600)) return commit();
            Interlocked.Increment(ref failed);
            return Task.FromException(JournalFaults.Unreachable());
        };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 400).Select(async i =>
        {
            try
            {
                return (i, Seq: (await session.AppendAsync([SessionCluster.Change(i)])).FirstSeq);
            }
            catch (MementoException e)
            {
                Assert.Equal(Codes.DatabaseNotReady, e.Code);
                return (i, Seq: 0L);
            }
        }));

        _cluster.Faults.Heal();
        var stored = outcomes.Where(o => o.Seq > 0).ToList();
        Assert.InRange(failed, 1, 3);   // how many appends are tried again, and so count, is up to the scheduler
        Assert.Equal(400 - failed, stored.Count);   // those that failed were told so; all behind them were done again
        var events = await SessionCluster.EventsAsync(session);
        Assert.Equal(SessionCluster.Seqs(1, stored.Count), events.Select(e => e.Seq));
        Assert.All(stored, o => Assert.Equal($"{{\"n\":{o.i}}}", events[(int)o.Seq - 1].Metadata!.Text));
    }

    [Fact]
    public async Task An_append_with_an_unknown_outcome_that_was_stored_is_seen_by_everybody_afterwards()
    {
        var session = await _cluster.BeginAsync();
        var watching = WatchSeqsAsync(session, 3);
        _cluster.Faults.OnAppend = async (_, commit) =>
        {
            await commit();
            throw JournalFaults.Unreachable();
        };
        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => session.AppendAsync([SessionCluster.Change(1), SessionCluster.Change(2), SessionCluster.Change(3)]));
        _cluster.Faults.Heal();

        Assert.Equal(3, (await session.GetAsync()).LastSeq);
        Assert.Equal([1L, 2, 3], await watching.WaitAsync(SessionCluster.Patience, Token));
    }

    [Fact]
    public async Task What_is_decided_on_an_append_under_way_is_told_only_when_that_append_is_stored()
    {
        var session = _cluster.Session(SessionCluster.NewId());
        var (reached, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _cluster.Faults.OnAppend = async (_, _) =>
        {
            _cluster.Faults.OnAppend = null;
            reached.SetResult();
            await release.Task;
            throw JournalFaults.Unreachable();
        };
        var first = session.CreateAsync(new CreateSession { AgentId = "ada" });
        await reached.Task.WaitAsync(SessionCluster.Patience, Token);
        var second = session.CreateAsync(new CreateSession { AgentId = "bob" });
        var read = session.GetAsync();
        await SessionCluster.RefusedAsync(Codes.SessionNotFound, () => read);
        release.SetResult();

        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => first);
        var told = await Record.ExceptionAsync(() => second);
        Assert.True(told is null or MementoException { Code: Codes.DatabaseNotReady }, $"{told}");
        if (told is not null) await session.CreateAsync(new CreateSession { AgentId = "bob" });
        Assert.Equal(["bob"], (await session.GetAsync()).AgentIds);
    }

    [Fact]
    public async Task After_a_failed_append_a_call_that_changes_nothing_is_answered()
    {
        var session = await _cluster.BeginAsync();
        _cluster.Faults.OnAppend = (_, _) => Task.FromException(JournalFaults.Unreachable());
        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => session.AppendAsync([SessionCluster.Change(1)]));
        _cluster.Faults.Heal();

        Assert.Equal(["ada"], (await session.LeaveAsync("nobody")).AgentIds);
        await SessionCluster.RefusedAsync(Codes.SessionExists, () => session.CreateAsync(new() { AgentId = "ada" }));
    }

    [Fact]
    public async Task What_a_driver_threw_stays_in_the_silo_and_the_refusal_arrives_whole()
    {
        var (session, asleep) = (await _cluster.BeginAsync(), await _cluster.BeginAsync());
        await _cluster.DeactivateAsync(asleep);
        var error = StoreErrors.NotReady("it is away", new Npgsql.NpgsqlException("secret", new IOException("host")));
        _cluster.Faults.OnAppend = (_, _) => Task.FromException(error);
        _cluster.Faults.OnRead = () => throw error;

        foreach (var call in (Func<Task>[])[() => session.AppendAsync([SessionCluster.Change(1)]), () => session.GetAsync(), () => asleep.GetAsync(), () => WatchSeqsAsync(session, 1), () => WatchSeqsAsync(asleep, 1)])
        {
            var refused = await Assert.ThrowsAsync<MementoException>(call);
            Assert.Equal((error.Refusal.Kind, error.Code, error.Refusal.Message, error.Message), (refused.Refusal.Kind, refused.Code, refused.Refusal.Message, refused.Message));
            Assert.Null(refused.InnerException);
        }

        _cluster.Faults.Heal();
        var invalid = await Assert.ThrowsAsync<MementoException>(() => session.JoinAsync(""));
        Assert.Equal(new FieldError("agentId", "must not be empty"), Assert.Single(invalid.Refusal.Errors));
    }

    [Fact]
    public async Task A_reload_that_fails_at_once_is_tried_again_by_the_next_call()
    {
        var session = await _cluster.BeginAsync();
        _cluster.Faults.OnAppend = (_, _) => Task.FromException(JournalFaults.Unreachable());
        _cluster.Faults.OnRead = () => throw JournalFaults.Unreachable();
        for (var i = 0; i < 3; i++) await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => session.AppendAsync([SessionCluster.Change(i)]));
        _cluster.Faults.Heal();

        Assert.Equal(new SeqRange(1, 1), await session.AppendAsync([SessionCluster.Change(1)]));
    }

    [Fact]
    public async Task Entities_of_an_append_that_came_at_a_busy_moment_are_in_the_index_once_it_is_stored()
    {
        var (ws, entity) = (SessionCluster.NewId(), "busy.cs");
        var session = await _cluster.BeginAsync(workspace: ws);
        _cluster.Faults.OnAppend = (_, _) => throw StoreErrors.Overloaded(1, 1);
        await SessionCluster.RefusedAsync(Codes.Overloaded, () => session.AppendAsync([SessionCluster.Change(1, "ada", entity)]));
        _cluster.Faults.Heal();

        await session.AppendAsync([SessionCluster.Change(1, "ada", entity)]);

        Assert.Single((await _cluster.Query(ws).ListAsync(new() { Entity = entity })).Items);
        await SessionCluster.HasSeqsAsync(session, 1);
    }

    [Fact]
    public async Task A_fork_whose_creation_failed_at_first_still_keeps_its_parents_history()
    {
        var ws = SessionCluster.NewId();
        var parent = await _cluster.BeginAsync(workspace: ws, ttl: 0);
        await parent.AppendAsync([.. Enumerable.Range(0, 5).Select(i => SessionCluster.Change(i))]);
        var id = SessionCluster.NewId();
        _cluster.Faults.OnAppend = (_, _) => Task.FromException(JournalFaults.Unreachable());
        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => parent.ForkAsync(new() { AtSeq = 4, AgentId = "eve", SessionId = id }));
        _cluster.Faults.Heal();
        await parent.ForkAsync(new() { AtSeq = 4, AgentId = "eve", SessionId = id });

        await parent.DeleteAsync();
        _cluster.Clock.Advance(TimeSpan.FromMinutes(59));
        await _cluster.Session(id, ws).AppendAsync([SessionCluster.Change(9)]);
        _cluster.Clock.Advance(TimeSpan.FromMinutes(59));
        await _cluster.SweepAsync();

        await SessionCluster.HasSeqsAsync(_cluster.Session(id, ws), 5);
    }

    [Fact]
    public async Task One_unreadable_session_does_not_keep_others_from_expiring_and_being_removed()
    {
        await using var database = new SqliteTestDatabase();
        await database.InitializeAsync();
        await using var cluster = await SessionCluster.StartAsync(database);
        var damaged = await cluster.BeginAsync("damaged", ttl: 10);
        await damaged.AppendAsync([SessionCluster.Change(1)]);
        await damaged.CheckpointAsync(new());
        var newer = await cluster.BeginAsync("newer", ttl: 10);
        for (var i = 0; i < 3; i++) await cluster.BeginAsync($"whole {i}", ttl: 20);
        await database.ExecuteAsync("UPDATE journal SET version = 9 WHERE stream_id = (SELECT stream_id FROM session WHERE session_id = 'newer')");
        await cluster.DeactivateAsync(newer);
        await database.ExecuteAsync("UPDATE journal SET payload = @p WHERE stream_id = (SELECT stream_id FROM session WHERE session_id = 'damaged')", ("p", "{}"u8.ToArray()));
        await cluster.DeactivateAsync(damaged);
        Assert.Equal(["whole 2", "whole 1", "whole 0", "newer", "damaged"], (await cluster.Query("ws").ListAsync(new())).Items.Select(s => s.SessionId));
        await SessionCluster.RefusedAsync(Codes.StoredDataCorrupted, () => damaged.GetAsync());

        cluster.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((3, 0), await cluster.SweepAsync());
        cluster.Clock.Advance(TimeSpan.FromDays(40));
        Assert.Equal((0, 3), await cluster.SweepAsync());

        await database.ExecuteAsync("UPDATE session_due SET ended = 1 WHERE stream_id = (SELECT stream_id FROM session WHERE session_id = 'damaged')");
        Assert.Equal((0, 1), await cluster.SweepAsync());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<List<long>> WatchSeqsAsync(ISessionGrain session, int count)
    {
        var seqs = new List<long>();
        await foreach (var happened in session.WatchAsync(1))
        {
            seqs.Add(happened.Seq);
            if (seqs.Count == count) break;
        }

        return seqs;
    }
}
