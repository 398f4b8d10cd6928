using Memento.Sessions;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

public sealed class SqliteRetryTests(SessionClusterFixture<SqliteTestDatabase> fixture) : SessionRetries(fixture.Cluster), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRetryTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : SessionRetries(fixture.Cluster), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>The same request under the same key is done once and answered alike; another request under it is refused.</summary>
public abstract class SessionRetries(SessionCluster cluster)
{
    [Fact]
    public async Task Creating()
    {
        var (ws, key) = (SessionCluster.NewId(), "create");
        var request = new CreateSession { AgentId = "ada", InitialEntityIds = ["a"] };

        // A door makes up an id for each attempt, so the attempts go to different sessions.
        var views = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => cluster.Session(SessionCluster.NewId(), ws).CreateAsync(request, key)));

        Assert.Single(views.Select(v => v.SessionId).Distinct());
        Assert.Single((await cluster.Query(ws).ListAsync(new())).Items);
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => cluster.Session(SessionCluster.NewId(), ws).CreateAsync(request with { AgentId = "bob" }, key));
        await SessionCluster.RefusedAsync(Codes.SessionExists, () => cluster.Session(views[0].SessionId, ws).CreateAsync(request));
        await cluster.Session(SessionCluster.NewId(), ws + "2").CreateAsync(request with { AgentId = "bob" }, key);
    }

    [Fact]
    public async Task Appending()
    {
        var session = await cluster.BeginAsync();
        var ranges = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => session.AppendAsync([SessionCluster.Change(1), SessionCluster.Change(2)], "append")));

        Assert.All(ranges, range => Assert.Equal(new SeqRange(1, 2), range));
        await cluster.DeactivateAsync(session);
        await session.AppendAsync([SessionCluster.Change(3)]);
        Assert.Equal(new SeqRange(1, 2), await session.AppendAsync([SessionCluster.Change(1), SessionCluster.Change(2)], "append"));
        var refusal = await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => session.AppendAsync([SessionCluster.Change(1)], "append"));
        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => session.AppendAsync([SessionCluster.Change(1)], ""));
        await SessionCluster.HasSeqsAsync(session, 3);
    }

    [Fact]
    public async Task The_same_key_for_different_requests_at_once_is_given_to_one()
    {
        var session = await cluster.BeginAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            try
            {
                await session.AppendAsync([SessionCluster.Change(i)], "one");
                return "";
            }
            catch (MementoException e)
            {
                return e.Code;
            }
        }));

        Assert.Single(outcomes, "");
        Assert.Equal(9, outcomes.Count(o => o == Codes.IdempotencyKeyReused));
        await SessionCluster.HasSeqsAsync(session, 1);
    }

    [Fact]
    public async Task Checkpoints_with_their_evidence_handovers_and_forks()
    {
        var ws = SessionCluster.NewId();
        var session = await cluster.BeginAsync(workspace: ws);
        await session.AppendAsync([SessionCluster.Change(1)]);

        var checkpoints = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => session.CheckpointAsync(new() { IncludeFailureSnapshot = true }, "checkpoint")));
        Assert.Single(checkpoints.Select(c => c.CheckpointId).Distinct());
        await session.CheckpointAsync(new() { IncludeFailureSnapshot = true }, "checkpoint");
        var stats = await cluster.Query(ws).GetStatsAsync();
        Assert.Equal((1, 1), (stats.CheckpointsCreated, stats.FailureSnapshots));
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => session.CheckpointAsync(new() { GraceTtlSeconds = 9 }, "checkpoint"));

        var handOver = new HandOver { FromAgent = "ada", ToAgent = "bob", Reason = "end of shift" };
        var views = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => session.HandOverAsync(handOver, "handoff")));
        Assert.All(views, v => Assert.Equal(["bob"], v.AgentIds));
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => session.HandOverAsync(handOver with { Reason = "other" }, "handoff"));
        await SessionCluster.HasSeqsAsync(session, 2);

        var forks = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => session.ForkAsync(new() { AtSeq = 1, AgentId = "eve" }, "fork")));
        Assert.Single(forks.Select(f => f.SessionId).Distinct());
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => session.ForkAsync(new() { AtSeq = 2, AgentId = "eve" }, "fork"));
        var child = cluster.Session(forks[0].SessionId, ws);
        Assert.Equal((await child.ForkAsync(new() { AtSeq = 0, AgentId = "eve" }, "fork")).SessionId, (await child.ForkAsync(new() { AtSeq = 0, AgentId = "eve" }, "fork")).SessionId);
        Assert.Equal(3, (await cluster.Query(ws).ListAsync(new())).Items.Length);

        await session.DeleteAsync();
        Assert.Equal(forks[0].SessionId, (await session.ForkAsync(new() { AtSeq = 1, AgentId = "eve" }, "fork")).SessionId);
    }

    [Fact]
    public async Task A_checkpoint_of_a_session_that_is_over_by_now()
    {
        var session = await cluster.BeginAsync(ttl: 10);
        var checkpoint = await session.CheckpointAsync(new() { IncludeFailureSnapshot = true }, "checkpoint");

        cluster.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(checkpoint.CheckpointId, (await session.CheckpointAsync(new() { IncludeFailureSnapshot = true }, "checkpoint")).CheckpointId);
        await SessionCluster.RefusedAsync(Codes.SessionExpired, () => session.CheckpointAsync(new()));
    }

    [Fact]
    public async Task Joining_and_leaving()
    {
        var session = await cluster.BeginAsync();
        await session.JoinAsync("bob", "join");
        await session.LeaveAsync("bob", "leave");

        // Late retries: done anew, they would bring bob back and send him away once more.
        await session.JoinAsync("bob", "join");
        await session.LeaveAsync("bob", "leave");
        await SessionCluster.HasSeqsAsync(session, 2);
        Assert.Equal(["ada"], (await session.GetAsync()).AgentIds);
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => session.JoinAsync("eve", "join"));
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => session.JoinAsync("bob", "leave"));
    }

    [Fact]
    public async Task What_repeats_itself_without_a_key_changes_nothing()
    {
        var session = await cluster.BeginAsync();
        await session.JoinAsync("bob");
        await session.JoinAsync("bob");
        await session.LeaveAsync("bob");
        await session.LeaveAsync("bob");
        await SessionCluster.RefusedAsync(Codes.AgentNotInSession, () => session.HandOverAsync(new() { FromAgent = "bob", ToAgent = "eve", Reason = "x" }));

        await SessionCluster.HasSeqsAsync(session, 2);
        await session.DeleteAsync();
        await SessionCluster.RefusedAsync(Codes.SessionNotFound, () => session.DeleteAsync());
        await SessionCluster.RefusedAsync(Codes.SessionExists, () => session.CreateAsync(new() { AgentId = "ada" }));
    }
}
