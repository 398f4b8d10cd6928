using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Client;

/// <summary>Both transports against the real server: the same calls, the same answers.</summary>
public sealed class TransportTests(MementoServer server) : IClassFixture<MementoServer>
{
    public static TheoryData<string> Transports => ["http", "orleans"];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_session_from_creation_to_deletion(string transport)
    {
        var sessions = Sessions(transport);
        var created = await sessions.CreateAsync(new() { AgentId = "ada", Metadata = JsonText.Parse("""{"task":"x"}"""), InitialEntityIds = ["a/b.cs"] }, cancellationToken: Token);
        var id = created.SessionId;

        Assert.Equal(new SeqRange(2, 3), await sessions.AppendAsync(id, [Change("a/b.cs"), Break("a/b.cs")], cancellationToken: Token));
        Assert.Equal(WorkState.Broken, (await sessions.GetAsync(id, cancellationToken: Token)).State);
        Assert.Equal(WorkState.Working, (await sessions.GetAtAsync(id, 2, Token)).State);
        Assert.Equal([2L, 3], (await sessions.GetAsync(id, newestEvents: 2, Token)).Events!.Value.Select(e => e.Seq));
        Assert.Equal([3L], (await sessions.GetEventsAsync(id, new() { Type = EventType.Broke }, Token)).Items.Select(e => e.Seq));
        Assert.Equal(3, Assert.Single((await sessions.GetTransitionsAsync(id, cancellationToken: Token)).Items).ToSeq);

        Assert.Equal(3, (await sessions.GetHandoffContextAsync(id, "grace", Token)).RecentChanges.Length);
        Assert.Equal(id, (await sessions.JoinAsync(id, "grace", Token)).SessionId);
        Assert.Equal(["grace", "edsger"], (await sessions.HandOverAsync(id, new() { FromAgent = "ada", ToAgent = "edsger", Reason = "lunch" }, cancellationToken: Token)).AgentIds);
        Assert.Equal(["edsger"], (await sessions.LeaveAsync(id, "grace", Token)).AgentIds);
        var checkpoint = await sessions.CheckpointAsync(id, new() { IncludeFailureSnapshot = true }, cancellationToken: Token);
        Assert.Equal(checkpoint.CheckpointId, (await sessions.GetCheckpointsAsync(id, cancellationToken: Token)).Items[0].CheckpointId);
        Assert.Contains("a/b.cs", (await sessions.GetFailureSnapshotAsync(id, checkpoint.CheckpointId, Token)).Events.SelectMany(e => e.ChangeInfo.EntityIds));
        Assert.Contains(checkpoint.CheckpointId, (await sessions.GetAnchorsAsync("a/b.cs", Token)).Select(a => a.CheckpointId));
        Assert.Equal(3, (await sessions.IsolateAsync(id, "ada", Token)).Events.Count(e => e.Handoff is null));

        var fork = await sessions.ForkAsync(id, new() { AtSeq = 2, AgentId = "repair" }, cancellationToken: Token);
        Assert.Equal(new ParentRef(id, 2), fork.Parent);
        Assert.Contains(id, (await sessions.ListAsync(new() { Entity = "a/b.cs", Agent = "ada" }, Token)).Items.Select(s => s.SessionId));
        Assert.True((await sessions.GetStatsAsync(Token)).TotalSessions >= 2);
        Assert.True((await sessions.AggregateAsync(["a/b.cs"], Token)).TotalSessions >= 1);

        await sessions.DeleteAsync(id, Token);
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<MementoException>(() => sessions.GetAsync(id, cancellationToken: Token))).Refusal.Kind);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Refusals_tell_the_same_over_both(string transport)
    {
        var sessions = Sessions(transport);
        var id = (await sessions.CreateAsync(new() { AgentId = "ada" }, cancellationToken: Token)).SessionId;

        var invalid = await Assert.ThrowsAsync<MementoException>(() => sessions.AppendAsync(id, [Change("f") with { Actor = "" }], cancellationToken: Token));
        var exists = await Assert.ThrowsAsync<MementoException>(() => sessions.CreateAsync(new() { AgentId = "ada", SessionId = id }, cancellationToken: Token));
        var missing = await Assert.ThrowsAsync<MementoException>(() => sessions.GetAtAsync(id, 9, Token));

        Assert.Equal((RefusalKind.Invalid, Codes.ValidationFailed, "actor"), (invalid.Refusal.Kind, invalid.Code, invalid.Refusal.Errors.Single().Field));
        Assert.Equal((RefusalKind.Conflict, Codes.SessionExists), (exists.Refusal.Kind, exists.Code));
        Assert.Equal((RefusalKind.NotFound, Codes.SeqNotFound), (missing.Refusal.Kind, missing.Code));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task The_same_key_is_done_once_and_another_body_under_it_is_refused(string transport)
    {
        var sessions = Sessions(transport);
        var id = (await sessions.CreateAsync(new() { AgentId = "ada" }, cancellationToken: Token)).SessionId;

        var first = await sessions.AppendAsync(id, [Change("f")], "once", Token);
        var again = await sessions.AppendAsync(id, [Change("f")], "once", Token);
        var refused = await Assert.ThrowsAsync<MementoException>(() => sessions.AppendAsync(id, [Change("g")], "once", Token));

        Assert.Equal((first, 1L, Codes.IdempotencyKeyReused), (again, again.LastSeq, refused.Code));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_watch_tells_what_was_and_what_comes_until_the_session_ends(string transport)
    {
        var sessions = Sessions(transport);
        var id = (await sessions.CreateAsync(new() { AgentId = "ada" }, cancellationToken: Token)).SessionId;
        await sessions.AppendAsync(id, [Change("a"), Change("b")], cancellationToken: Token);

        var seen = new List<long>();
        await foreach (var e in sessions.WatchAsync(id, 2, Token))
        {
            seen.Add(e.Seq);
            if (e.Seq == 2) await sessions.AppendAsync(id, [Change("c")], cancellationToken: Token);
            if (e.Seq == 3) await sessions.DeleteAsync(id, Token);
        }

        Assert.Equal([2L, 3], seen);
    }

    [Fact]
    public async Task Names_that_URLs_and_grain_keys_must_escape_come_through()
    {
        const string name = "a/b c?d=e&f%2Fg#h+ü\\:;";
        foreach (var transport in (string[])["http", "orleans"])
        {
            var sessions = Sessions(transport, "team/" + name);
            var created = await sessions.CreateAsync(new() { AgentId = name, SessionId = transport + name }, cancellationToken: Token);
            await sessions.AppendAsync(transport + name, [Change(name) with { Actor = name }], cancellationToken: Token);

            Assert.Equal(transport + name, created.SessionId);
            Assert.Equal(name, (await Sessions("http", "team/" + name).IsolateAsync(transport + name, name, Token)).AgentId);
            Assert.Contains(transport + name, (await Sessions("http", "team/" + name).ListAsync(new() { Agent = name, Entity = name }, Token)).Items.Select(s => s.SessionId));
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static NewEvent Change(string entity) =>
        new() { Type = EventType.Modified, Actor = "ada", ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = [entity], Operation = Operation.Modified } };

    private static NewEvent Break(string entity) => Change(entity) with
    {
        Type = EventType.Broke,
        StateTransition = new() { From = WorkState.Working, To = WorkState.Broken, VerifiedBy = VerifiedBy.Test, Confidence = 1 },
        Impact = new() { Severity = Severity.High, PerfDelta = -7 },
    };

    private ISessionClient Sessions(string transport, string workspace = "contract") => transport == "http"
        ? MementoClient.Connect(new() { Url = server.Url }).Sessions(workspace)
        : MementoClient.Over(server.Grains, new()).Sessions(workspace);
}
