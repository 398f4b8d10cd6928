using CsCheck;
using Memento.Sessions;
using Memento.Tests.Core;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

public sealed class SqliteForkTests(SessionClusterFixture<SqliteTestDatabase> fixture) : SessionForks(fixture.Cluster), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlForkTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : SessionForks(fixture.Cluster), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>Any moment of a session can be seen and started from again.</summary>
public abstract class SessionForks(SessionCluster cluster)
{
    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [InlineData(30)]
    public async Task A_fork_goes_on_from_its_seq_and_leaves_the_parent_alone(long at)
    {
        var parent = await TellAsync(30);

        var view = await parent.ForkAsync(new() { AtSeq = at, AgentId = "eve" });
        var fork = cluster.Session(view.SessionId);
        await fork.AppendAsync([SessionCluster.Change(1000), SessionCluster.Change(1001)]);
        await parent.AppendAsync([SessionCluster.Change(30)]);

        Assert.Equal(new ParentRef(GrainKey.Parse(parent.GetPrimaryKeyString()).Id, at), view.Parent);
        Assert.Equal(["eve"], view.AgentIds);
        await SessionCluster.HasSeqsAsync(fork, at + 2);
        await SessionCluster.HasSeqsAsync(parent, 31);
        var events = await SessionCluster.EventsAsync(fork);
        Assert.Equal(await SessionCluster.EventsAsync(parent, new() { To = at }), events.Take((int)at), (a, b) => Stored(a) == Stored(b));
        Assert.Equal("""{"n":1001}""", events[^1].Metadata!.Text);
    }

    [Fact]
    public async Task History_is_read_through_forks_of_forks_in_both_directions_in_pages_and_by_filters()
    {
        var grandparent = await TellAsync(20);
        var parent = await ForkAsync(grandparent, 15);
        await parent.CheckpointAsync(new() { GraceTtlSeconds = 1000 });
        await parent.AppendAsync([.. Enumerable.Range(0, 15).Select(i => SessionCluster.Change(i, "bob"))]);
        var between = await ForkAsync(parent, 25);
        var child = await ForkAsync(between, 25);
        await child.AppendAsync([SessionCluster.Change(1, "eve"), SessionCluster.Change(2, "ada")]);

        await SessionCluster.HasSeqsAsync(child, 27);
        var down = await SessionCluster.EventsAsync(child, new() { Order = EventOrder.Desc, Limit = 4 });
        Assert.Equal(SessionCluster.Seqs(1, 27).Reverse(), down.Select(e => e.Seq));
        Assert.Equal(SessionCluster.Seqs(14, 26), (await SessionCluster.EventsAsync(child, new() { From = 14, To = 26, Limit = 3 })).Select(e => e.Seq));
        Assert.Equal(SessionCluster.Seqs(16, 25), (await SessionCluster.EventsAsync(child, new() { Actor = "bob", Limit = 3 })).Select(e => e.Seq));
        Assert.Equal([10L, 5], (await SessionCluster.EventsAsync(child, new() { Type = EventType.TestPass, Order = EventOrder.Desc, Limit = 1 })).Select(e => e.Seq));
        Assert.Equal(SessionCluster.Seqs(18, 27), (await child.GetAsync(10)).Events!.Value.Select(e => e.Seq));
    }

    [Fact]
    public async Task Many_readers_at_once_see_the_ancestors_once()
    {
        var parent = await ForkAsync(await TellAsync(20), 15);
        await parent.AppendAsync([SessionCluster.Change(1)]);
        var child = await ForkAsync(parent, 16);
        await child.AppendAsync([SessionCluster.Change(1)]);

        for (var round = 0; round < 5; round++)
        {
            await cluster.DeactivateAsync(child);
            var reads = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SessionCluster.EventsAsync(child)));
            Assert.All(reads, events => Assert.Equal(SessionCluster.Seqs(1, 17), events.Select(e => e.Seq)));
        }
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("expired")]
    public async Task When_the_ancestors_are_gone_their_history_is_still_there(string how)
    {
        var grandparent = await TellAsync(20, ttl: how == "expired" ? 600 : 0);
        var parent = await ForkAsync(grandparent, 15);
        await parent.AppendAsync([SessionCluster.Change(1)]);
        var before = await parent.GetAtAsync(7);
        var child = await ForkAsync(parent, 16);
        await child.CheckpointAsync(new() { GraceTtlSeconds = 100 * 24 * 3600 });
        if (how == "deleted")
        {
            await grandparent.DeleteAsync();
            await parent.DeleteAsync();
        }

        cluster.Clock.Advance(TimeSpan.FromDays(60));
        await cluster.SweepAsync();
        await SessionCluster.RefusedAsync(how == "deleted" ? Codes.SessionNotFound : Codes.SessionExpired, () => parent.GetAsync());

        await SessionCluster.HasSeqsAsync(child, 16);
        Assert.Equal(Stored(before), Stored(await child.GetAtAsync(7)));
        Assert.Equal(0, (await child.GetAtAsync(0)).LastSeq);
        Assert.Equal(15, (await child.GetAtAsync(15)).LastSeq);
        var again = cluster.Session((await child.ForkAsync(new() { AtSeq = 3, AgentId = "eve" })).SessionId);
        await SessionCluster.HasSeqsAsync(again, 3);
        Assert.Equal(3, (await again.GetAsync()).Parent!.Seq);
    }

    [Fact]
    public async Task The_state_at_any_seq_is_what_replaying_so_far_gives_whenever_it_is_asked_for()
    {
        await SessionGen.Script.SampleAsync(async script =>
        {
            var (id, states) = (SessionCluster.NewId(), new Dictionary<long, string>());
            var session = await cluster.BeginAsync(id, ttl: 0);
            states[0] = Stored(await session.GetAtAsync(0));
            foreach (var step in script)
            {
                try
                {
                    await (step.Command switch
                    {
                        SessionCommand.Append append => session.AppendAsync(append.Events),
                        SessionCommand.Join(var agent) => session.JoinAsync(agent),
                        SessionCommand.Leave(var agent) => session.LeaveAsync(agent),
                        SessionCommand.Checkpoint(var grace) => session.CheckpointAsync(new() { GraceTtlSeconds = grace is null ? null : Math.Max(grace.Value, 1) * 100_000 }),
                        _ => Task.CompletedTask,
                    });
                }
                catch (MementoException e) when (e.Code is Codes.ValidationFailed)
                {
                    continue;
                }

                var view = await session.GetAsync();
                states[view.LastSeq] = Stored(view);
            }

            var last = (await session.GetAsync()).LastSeq;
            if (last % 2 == 0) await cluster.DeactivateAsync(session);
            foreach (var (seq, state) in states) Assert.Equal(state, Stored(await session.GetAtAsync(seq)));
            await SessionCluster.RefusedAsync(Codes.SeqNotFound, () => session.GetAtAsync(last + 1));
            await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => session.GetAtAsync(-1));
        }, iter: 15, threads: 1);
    }

    [Fact]
    public async Task A_fork_at_no_seq_of_nothing_or_onto_something_is_refused()
    {
        var parent = await TellAsync(5);

        await SessionCluster.RefusedAsync(Codes.SeqNotFound, () => parent.ForkAsync(new() { AtSeq = 6, AgentId = "eve" }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => parent.ForkAsync(new() { AtSeq = -1, AgentId = "eve" }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => parent.ForkAsync(new() { AtSeq = 1, AgentId = "" }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => parent.ForkAsync(new() { AtSeq = 1, AgentId = "eve", SessionId = "a\u0001" }));
        await SessionCluster.RefusedAsync(Codes.SessionNotFound, () => cluster.Session("never").ForkAsync(new() { AtSeq = 0, AgentId = "eve" }));
        await SessionCluster.RefusedAsync(Codes.SessionExists, () => parent.ForkAsync(new() { AtSeq = 1, AgentId = "eve", SessionId = GrainKey.Parse(parent.GetPrimaryKeyString()).Id }));
    }

    private static string Stored(SessionEvent e) => System.Text.Json.JsonSerializer.Serialize(e, MementoJson.Default.SessionEvent);

    private static string Stored(SessionView view) => System.Text.Json.JsonSerializer.Serialize(view, MementoJson.Default.SessionView);

    private async Task<ISessionGrain> TellAsync(int events, long ttl = 0)
    {
        var session = await cluster.BeginAsync(ttl: ttl);
        await session.AppendAsync([.. Enumerable.Range(1, events).Select(i => SessionCluster.Change(i, "ada", $"e{i}") with { Type = i is 5 or 10 ? EventType.TestPass : EventType.Modified })]);
        return session;
    }

    private async Task<ISessionGrain> ForkAsync(ISessionGrain parent, long at) => cluster.Session((await parent.ForkAsync(new() { AtSeq = at, AgentId = "eve" })).SessionId);
}
