using Memento.Sessions;
using Memento.Tests.Core;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

/// <summary>What a session says about itself beyond its log.</summary>
public sealed class SessionBridgeTests(SessionClusterFixture<SqliteTestDatabase> fixture) : IClassFixture<SessionClusterFixture<SqliteTestDatabase>>
{
    private readonly SessionCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task Significant_changes_in_pages_and_by_entity()
    {
        var session = await _cluster.BeginAsync();
        await session.AppendAsync([.. Enumerable.Range(1, 50).Select(i => SessionCluster.Change(i, "ada", i % 2 == 0 ? "even" : "odd") with
        {
            Impact = i % 5 == 0 ? new() { Severity = Severity.Critical } : i % 7 == 0 ? new() { Severity = Severity.Low, PerfDelta = -5.5 } : null,
        })]);
        var expected = Enumerable.Range(2, 49).Where(i => i % 5 == 0 || i % 7 == 0).Select(i => (long)i).ToList();

        foreach (var limit in (int[])[1, 4, 500])
        {
            var (found, cursor) = (new List<Transition>(), (string?)null);
            do
            {
                var page = await session.GetTransitionsAsync(null, limit, cursor);
                Assert.InRange(page.Items.Length, 0, limit);
                found.AddRange(page.Items);
                cursor = page.NextCursor;
            }
            while (cursor is not null);
            Assert.Equal(expected, found.Select(t => t.ToSeq));
            Assert.All(found, t => Assert.Equal(t.ToSeq - 1, t.FromSeq));
        }

        Assert.Equal(expected.Where(i => i % 2 == 0), (await session.GetTransitionsAsync("even")).Items.Select(t => t.ToSeq));
        Assert.Empty((await (await _cluster.BeginAsync()).GetTransitionsAsync()).Items);
    }

    [Fact]
    public async Task One_agents_share()
    {
        var session = await _cluster.BeginAsync();
        await session.AppendAsync([.. Enumerable.Range(0, 600).Select(i => SessionCluster.Change(i, i % 3 == 0 ? "bob" : "ada", $"e{i % 2}") with { Impact = new() { Severity = Severity.Low, PerfDelta = 0.5 } })]);
        await session.CheckpointAsync(new());

        var share = await session.IsolateAsync("bob");

        Assert.Equal((200, 100.0), (share.EventCount, share.TotalPerfDelta));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => 1L + 3 * i), share.Events.Select(e => e.Seq));
        Assert.Equal([("e0", 100L, 50.0), ("e1", 100L, 50.0)], share.Impacts.Select(i => (i.EntityId, i.Count, i.PerfDelta)));
        Assert.All(share.Impacts, i => Assert.Equal(5, i.Anchors.Length));
        Assert.Equal(500, (await session.IsolateAsync("ada")).Events.Length + 100);
        Assert.Equal(0, (await session.IsolateAsync("nobody")).EventCount);
    }

    [Fact]
    public async Task A_newcomer_is_told_what_it_should_know()
    {
        var session = await _cluster.BeginAsync(workspace: SessionCluster.NewId());
        await session.AppendAsync([.. Enumerable.Range(1, 12).Select(i => SessionCluster.Change(i, "ada", $"e{i}") with { StateTransition = i == 12 ? Story.To(WorkState.Broken) : null })]);

        var context = await session.JoinAsync("bob");

        Assert.Equal(SessionCluster.Seqs(4, 13), context.RecentChanges.Select(e => e.Seq));
        Assert.Equal(SessionCluster.Seqs(4, 12).Select(i => $"e{i}"), context.KgContext.Select(c => c.EntityId));
        Assert.Equal(Outcome.Working, context.KgContext[0].LastAnchor!.Outcome);   // the checkpoint at the tenth event
        Assert.Null(context.KgContext[^1].LastAnchor);
        Assert.Contains("The session is broken right now.", context.JoiningAdvice, StringComparison.Ordinal);
        Assert.Contains("Talk to ada", context.JoiningAdvice, StringComparison.Ordinal);
        Assert.Equal(context.RecentChanges.Length, (await session.GetHandoffContextAsync("eve")).RecentChanges.Length);
    }

    [Fact]
    public async Task Evidence_of_a_failure_is_put_aside_and_can_be_read_later()
    {
        await using var database = new SqliteTestDatabase();
        await database.InitializeAsync();
        await using var cluster = await SessionCluster.StartAsync(database, sessions: o => (o.FailureSnapshots, o.CheckpointInterval) = (true, 100));
        var session = await cluster.BeginAsync();
        await session.AppendAsync([.. Enumerable.Range(1, 60).Select(i => SessionCluster.Change(i))]);
        var whole = await session.CheckpointAsync(new());
        await session.AppendAsync([SessionCluster.Change(61) with { Type = EventType.Broke, StateTransition = Story.To(WorkState.Broken), Impact = new() { Severity = Severity.High, TestsFailed = ["T1", "T2"] } }]);
        var broken = await session.CheckpointAsync(new());
        await session.AppendAsync([SessionCluster.Change(62) with { StateTransition = Story.To(WorkState.Working), Impact = new() { Severity = Severity.Low, TestsFailed = ["T2", "T3"] } }]);
        await session.AppendAsync([SessionCluster.Change(63) with { Type = EventType.Checkpoint }]);   // something broke within its window

        var evidence = await session.GetFailureSnapshotAsync(broken.CheckpointId);
        Assert.Equal((61, WorkState.Broken), (evidence.Session.LastSeq, evidence.Session.State));
        Assert.Equal(broken.CheckpointId, evidence.Session.CurrentCheckpoint!.CheckpointId);
        Assert.Equal(["T1", "T2"], evidence.TestsFailed);
        Assert.Equal(SessionCluster.Seqs(12, 61), evidence.Events.Select(e => e.Seq));
        await SessionCluster.RefusedAsync(Codes.CheckpointNotFound, () => session.GetFailureSnapshotAsync(whole.CheckpointId));
        await SessionCluster.RefusedAsync(Codes.CheckpointNotFound, () => session.GetFailureSnapshotAsync("cp-none"));

        var checkpoints = (await session.GetCheckpointsAsync(2)).Items.AddRange((await session.GetCheckpointsAsync(2, (await session.GetCheckpointsAsync(2)).NextCursor)).Items);
        Assert.Equal([63L, 61, 60], checkpoints.Select(c => c.Seq));
        Assert.Equal(["T1", "T2", "T3"], (await session.GetFailureSnapshotAsync(checkpoints[0].CheckpointId)).TestsFailed);
        Assert.Equal(2, (await cluster.Query("ws").GetStatsAsync()).FailureSnapshots);
    }

    [Theory]
    [InlineData("a\u0001b", "ws")]
    [InlineData("a\0b", "ws")]
    [InlineData("ok", "w\u0000s")]
    [InlineData("..", "ws")]
    public async Task A_name_that_cannot_be_is_refused_as_such(string id, string workspace)
    {
        var refusal = await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _cluster.Session(id, workspace).GetAsync());

        Assert.Equal((RefusalKind.Invalid, id == "ok" ? "workspace" : "sessionId"), (refusal.Kind, Assert.Single(refusal.Errors).Field));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _cluster.BeginAsync(id, workspace: workspace));
    }
}
