using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;

namespace Memento.Tests.Core.Workspaces;

public sealed class PointTests
{
    private readonly WorkspaceStory _story = new() { Limits = new() { MaxPointsPerSession = 3, MaxPointsPerWorkspace = 5, DefaultPointTtlSeconds = 100 } };

    [Fact]
    public void A_point_is_a_number_and_what_the_workspace_was_then()
    {
        _story.Write(Put("a", "1"), Put("b", "22"));
        var before = _story.State;

        var point = _story.Point("s1");

        Assert.Equal((2L, before.Root.ToString(), 2L, 3L), (point.Seq, point.Root, point.Documents, point.Bytes));
        Assert.Equal((Dawn, Dawn.AddSeconds(100), false), (point.CreatedAt, point.ExpiresAt, point.Pinned));
        Assert.Equal([new SessionPosition("s1", 7)], point.Sessions!.Value);
        Assert.Equal(before.Chain, Assert.IsType<WorkspaceFact.PointCreated>(_story.Facts[^1]).Chain);
        Assert.Equal((2L, 1L, 1L, before.Root, 2L), (_story.State.Seq, _story.State.ChangedSeq, _story.State.Points, _story.State.Root, _story.State.Documents));
    }

    [Fact]
    public void The_oldest_of_a_session_makes_room_for_its_next()
    {
        var other = _story.Point("s2");
        var points = Enumerable.Range(0, 5).Select(_ => _story.Point("s1")).ToArray();

        Assert.Equal([other.RollbackPointId, .. points[2..].Select(p => p.RollbackPointId)], _story.Points.Select(p => p.RollbackPointId));
        Assert.Equal(4, _story.State.Points);
        Assert.Equal([PointEnd.Limit, PointEnd.Limit], _story.Facts.OfType<WorkspaceFact.PointRemoved>().Select(f => f.Reason));
    }

    [Fact]
    public void The_oldest_of_the_workspace_makes_room_for_any()
    {
        var points = Enumerable.Range(0, 5).Select(i => _story.Point(i == 4 ? null : $"s{i}")).ToArray();

        var newest = _story.Point("s9");

        Assert.Equal([.. points[1..].Select(p => p.RollbackPointId), newest.RollbackPointId], _story.Points.Select(p => p.RollbackPointId));
    }

    [Fact]
    public void The_chain_of_a_point_is_that_of_the_moment_right_before_it_also_when_others_went_for_it()
    {
        for (var i = 0; i < 3; i++) _story.Point("s1");
        _story.Point("s1");

        var replayed = WorkspaceState.Empty;
        foreach (var fact in _story.Facts)
        {
            if (fact is WorkspaceFact.PointCreated created) Assert.Equal(replayed.Chain, created.Chain);
            replayed = Workspace.Apply(replayed, fact);
        }
    }

    [Fact]
    public void When_a_limit_was_lowered_as_many_go_as_must()
    {
        var story = new WorkspaceStory();
        for (var i = 0; i < 20; i++) story.Point($"s{i % 2}");
        var lowered = new WorkspaceCommand.CreatePoint("rp-new", new() { Name = "n", SessionId = "s0" }, [], false,
            new(20, 10, [.. story.Points.Select(p => p.RollbackPointId)], [.. story.Points.Where(p => p.SessionId == "s0").Select(p => p.RollbackPointId)]));

        var facts = Workspace.Decide(story.State, lowered, _story.Limits, story.Now).Facts;

        Assert.Equal(16, facts.OfType<WorkspaceFact.PointRemoved>().Select(f => f.RollbackPointId).Distinct().Count());
        Assert.Equal(17, facts.Length);
    }

    [Fact]
    public void A_point_that_is_made_before_a_rollback_takes_nobodys_place()
    {
        for (var i = 0; i < 4; i++) _story.Point("s1");
        var recovery = new WorkspaceCommand.CreatePoint("rp-recovery", new() { Name = "before op-1" }, [], false, new(4, 0, [.. _story.Points.Select(p => p.RollbackPointId)], [])) { OperationId = "op-1" };

        var fact = Assert.Single(Workspace.Decide(_story.State, recovery, _story.Limits, _story.Now).Facts);

        Assert.Equal("op-1", Assert.IsType<WorkspaceFact.PointCreated>(fact).OperationId);
    }

    [Fact]
    public void A_pinned_point_stays_and_if_all_are_there_is_no_room()
    {
        var pinned = _story.Point("s1", pinned: true);
        for (var i = 0; i < 4; i++) _story.Point("s1");
        Assert.Contains(_story.Points, p => p.RollbackPointId == pinned.RollbackPointId);
        foreach (var point in _story.Points.ToArray()) Change(point, pinned: true);

        var refusal = Refused(Codes.TooManyPoints, _story.TryPoint(new() { Name = "p", SessionId = "s1" }));
        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        _story.Point("s2", pinned: true);
        _story.Point("s3", pinned: true);
        Refused(Codes.TooManyPoints, _story.TryPoint(new() { Name = "p" }));
        Change(pinned, pinned: false);
        _story.Point("s1");
        Assert.DoesNotContain(_story.Points, p => p.RollbackPointId == pinned.RollbackPointId);
    }

    [Theory]
    [InlineData(0L, null)]
    [InlineData(1L, 1L)]
    [InlineData(30L * 24 * 3600, 30L * 24 * 3600)]
    [InlineData(null, 100L)]
    public void It_lives_as_long_as_it_asks(long? ttl, long? seconds) => Assert.Equal(seconds is { } s ? Dawn.AddSeconds(s) : null, _story.Point(ttl: ttl).ExpiresAt);

    [Fact]
    public void It_is_over_at_its_second_unless_it_is_pinned()
    {
        var point = _story.Point();

        Assert.False(point.IsOver(Dawn.AddSeconds(100).AddMicroseconds(-1)));
        Assert.True(point.IsOver(Dawn.AddSeconds(100)));
        Assert.False((point with { Pinned = true }).IsOver(Dawn.AddSeconds(100)));
        Assert.False((point with { ExpiresAt = null }).IsOver(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void Expiry_is_recorded_only_when_due()
    {
        var (point, pinned) = (_story.Point(), _story.Point(pinned: true));
        Assert.Empty(_story.Later(99).Try(new WorkspaceCommand.RemovePoint(point, PointEnd.Expired)).Facts);
        Assert.Single(_story.Later(1).Try(new WorkspaceCommand.RemovePoint(point, PointEnd.Expired)).Facts);
        Assert.Empty(_story.Later(1000).Try(new WorkspaceCommand.RemovePoint(pinned, PointEnd.Expired)).Facts);
        Assert.Single(_story.Try(new WorkspaceCommand.RemovePoint(pinned, PointEnd.Deleted)).Facts);
        Assert.Equal(0, _story.State.Points);
    }

    [Fact]
    public void It_can_be_pinned_and_live_longer_or_shorter()
    {
        var point = _story.Point();
        Change(point, pinned: true);
        Assert.True(_story.The(point).Pinned);
        Assert.Equal(point.ExpiresAt, _story.The(point).ExpiresAt);
        _story.Later(50);
        Change(point, ttl: 10);
        Assert.Equal((true, Dawn.AddSeconds(60)), (_story.The(point).Pinned, _story.The(point).ExpiresAt));
        Change(point, pinned: false, ttl: 0);
        Assert.Equal((false, null), (_story.The(point).Pinned, _story.The(point).ExpiresAt));
        var facts = _story.Facts.Count;
        Change(point, pinned: false);
        Change(point);
        Assert.Equal(facts, _story.Facts.Count);
        Assert.Equal("ttlSeconds", Assert.Single(Refused(Codes.ValidationFailed, _story.Try(new WorkspaceCommand.ChangePoint(point, new() { TtlSeconds = -1 }))).Errors).Field);
    }

    [Fact]
    public void Every_bad_field_is_told()
    {
        var request = new CreateRollbackPoint
        {
            Name = "", Description = new string('x', 5000), SessionId = "\u0001", AgentId = "", TtlSeconds = -1, Metadata = new JsonText("[]"),
        };

        Assert.Equal(["name", "description", "sessionId", "agentId", "ttlSeconds", "metadata"], Refused(Codes.ValidationFailed, _story.TryPoint(request)).Errors.Select(e => e.Field));
        Refused(Codes.ValidationFailed, _story.TryPoint(new() { Name = "p", TtlSeconds = long.MaxValue }));
        Refused(Codes.ValidationFailed, _story.TryPoint(new() { Name = "p", Metadata = JsonText.Parse($$"""{"x":"{{new string('y', 70_000)}}"}""") }));
    }

    private void Change(RollbackPoint point, bool? pinned = null, long? ttl = null) =>
        Assert.Null(_story.Try(new WorkspaceCommand.ChangePoint(_story.The(point), new() { Pinned = pinned, TtlSeconds = ttl })).Refusal);
}
