using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class SessionContractTests(MementoFixture memento)
{
    [Fact]
    public async Task A_created_session_is_answered_with_201_its_address_and_every_member_of_the_contract()
    {
        var sessions = MementoFixture.NewSessions();

        var answer = await memento.PostAsync(sessions, """{"agentId":"ann","sessionId":"first","ttlSeconds":60,"metadata":{"a":[1,2]},"initialEntityIds":["e1"]}""");

        var session = answer.Ok(201);
        Assert.Equal($"{sessions}/first", answer.Location);
        Assert.Equal("first", (string?)session["sessionId"]);
        Assert.Equal("ann", (string?)session["agentIds"]![0]);
        Assert.Equal("working", (string?)session["state"]);
        Assert.Equal(1, (long)session["lastSeq"]!);
        Assert.Equal(1, (long)session["eventCount"]!);
        Assert.Equal("""{"a":[1,2]}""", session["metadata"]!.ToJsonString());
        var members = session.AsObject();
        Assert.True(members.ContainsKey("currentCheckpoint") && members.ContainsKey("expiresAt") && members.ContainsKey("createdAt") && members.ContainsKey("updatedAt"));
    }

    [Fact]
    public async Task A_session_without_a_name_gets_one_and_a_ttl_of_zero_never_expires()
    {
        var session = (await memento.PostAsync(MementoFixture.NewSessions(), """{"agentId":"ann","ttlSeconds":0}""")).Ok(201);

        Assert.StartsWith("sess-", (string)session["sessionId"]!, StringComparison.Ordinal);
        Assert.Null(session["expiresAt"]);
    }

    [Fact]
    public async Task An_id_is_not_used_twice()
    {
        var session = await memento.SessionAsync();
        var sessions = session[..^2];

        (await memento.PostAsync(sessions, """{"agentId":"bob","sessionId":"s"}""")).Refused(409, "SESSION_EXISTS");
        Assert.Equal(204, (int)(await memento.DeleteAsync(session)).Status);
        (await memento.GetAsync(session)).Refused(404, "SESSION_NOT_FOUND");
        (await memento.PostAsync(sessions, """{"agentId":"bob","sessionId":"s"}""")).Refused(409, "SESSION_EXISTS");
    }

    [Fact]
    public async Task One_event_or_an_array_is_recorded_without_gaps()
    {
        var session = await memento.SessionAsync();

        Assert.Equal("""{"firstSeq":1,"lastSeq":1}""", (await memento.PostAsync($"{session}/events", Bodies.Event())).Ok(201).ToJsonString());
        Assert.Equal("""{"firstSeq":2,"lastSeq":4}""", (await memento.PostAsync($"{session}/events", $"[{Bodies.Event("bob")},{Bodies.Breaking()},{Bodies.Event("bob")}]")).Ok(201).ToJsonString());

        var log = (await memento.GetAsync($"{session}/events")).Ok();
        Assert.Equal([1, 2, 3, 4], log["items"]!.AsArray().Select(e => (long)e!["seq"]!));
        Assert.True(log.AsObject().ContainsKey("nextCursor"));
        Assert.Equal("broken", (string?)(await memento.GetAsync(session)).Ok()["state"]);
    }

    [Fact]
    public async Task The_log_is_filtered_ordered_and_paged()
    {
        var session = await memento.SessionAsync();
        await memento.PostAsync($"{session}/events", $"[{Bodies.Event()},{Bodies.Breaking("bob")},{Bodies.Event("bob")},{Bodies.Event()}]");

        Assert.Equal([2], await Seqs($"{session}/events?type=broke"));
        Assert.Equal([2, 3], await Seqs($"{session}/events?actor=bob"));
        Assert.Equal([3, 2], await Seqs($"{session}/events?from=2&to=3&order=desc"));
        var first = (await memento.GetAsync($"{session}/events?limit=3")).Ok();
        Assert.Equal([4], await Seqs($"{session}/events?limit=3&cursor={first["nextCursor"]}"));
        Assert.Equal(2, (await memento.GetAsync($"{session}?events=2")).Ok()["events"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_answer_and_another_body_is_refused()
    {
        var session = await memento.SessionAsync();

        var first = (await memento.PostAsync($"{session}/events", Bodies.Event(), ("Idempotency-Key", "k"))).Ok(201);
        var again = (await memento.PostAsync($"{session}/events", Bodies.Event(), ("Idempotency-Key", "k"))).Ok(201);
        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        (await memento.PostAsync($"{session}/events", Bodies.Event("bob"), ("Idempotency-Key", "k"))).Refused(409, "IDEMPOTENCY_KEY_REUSED");
        Assert.Equal(1, (long)(await memento.GetAsync(session)).Ok()["lastSeq"]!);
    }

    [Fact]
    public async Task A_repeated_creation_or_fork_without_a_name_gives_the_same_session()
    {
        var sessions = MementoFixture.NewSessions();
        var first = await memento.PostAsync(sessions, """{"agentId":"ann"}""", ("Idempotency-Key", "k"));
        var again = await memento.PostAsync(sessions, """{"agentId":"ann"}""", ("Idempotency-Key", "k"));
        Assert.Equal(first.Ok(201).ToJsonString(), again.Ok(201).ToJsonString());
        Assert.Equal(first.Location, again.Location);

        var fork = await memento.PostAsync($"{first.Location}/fork", """{"atSeq":0,"agentId":"bob"}""", ("Idempotency-Key", "f"));
        var forkAgain = await memento.PostAsync($"{first.Location}/fork", """{"atSeq":0,"agentId":"bob"}""", ("Idempotency-Key", "f"));
        Assert.Equal(fork.Ok(201).ToJsonString(), forkAgain.Ok(201).ToJsonString());
        Assert.Equal(2, (await memento.GetAsync(sessions)).Ok()["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Agents_join_hand_over_and_leave()
    {
        var session = await memento.SessionAsync();
        await memento.PostAsync($"{session}/events", Bodies.Event());

        var context = (await memento.PostAsync($"{session}/join", """{"agentId":"bob"}""")).Ok();
        Assert.NotEmpty((string)context["joiningAdvice"]!);
        Assert.NotEmpty(context["recentChanges"]!.AsArray());
        Assert.NotNull(context["kgContext"]);
        Assert.NotEmpty((string)(await memento.GetAsync($"{session}/handoff-context?agent=cy")).Ok()["joiningAdvice"]!);
        var handed = (await memento.PostAsync($"{session}/handoff", """{"fromAgent":"ann","toAgent":"cy","reason":"lunch","context":{"n":1},"priority":3}""")).Ok();
        Assert.Equal(["bob", "cy"], handed["agentIds"]!.AsArray().Select(a => (string)a!));
        (await memento.PostAsync($"{session}/handoff", """{"fromAgent":"ann","toAgent":"cy","reason":"lunch"}""")).Refused(409, "AGENT_NOT_IN_SESSION");
        Assert.Equal(["cy"], (await memento.PostAsync($"{session}/leave", """{"agentId":"bob"}""")).Ok()["agentIds"]!.AsArray().Select(a => (string)a!));
    }

    [Fact]
    public async Task Checkpoints_sum_up_anchor_and_keep_the_evidence()
    {
        var session = await memento.SessionAsync();
        await memento.PostAsync($"{session}/events", Bodies.Breaking());

        var checkpoint = (await memento.PostAsync($"{session}/checkpoints", """{"graceTtlSeconds":100,"includeFailureSnapshot":true}""")).Ok(201);
        Assert.Equal("broken", (string?)checkpoint["outcome"]);
        Assert.Equal(-7, (double)checkpoint["perfDelta"]!);
        Assert.Equal("y", (string?)checkpoint["keyImpacts"]![0]);
        Assert.Equal(1, (long)checkpoint["seq"]!);
        var id = (string)checkpoint["checkpointId"]!;
        Assert.Equal(id, (string?)(await memento.GetAsync($"{session}/checkpoints")).Ok()["items"]![0]!["checkpointId"]);
        Assert.Equal("t1", (string?)(await memento.GetAsync($"{session}/checkpoints/{id}/failure-snapshot")).Ok()["testsFailed"]![0]);
        Assert.Equal(id, (string?)(await memento.GetAsync($"{session[..^11]}/entities/y/anchors")).Ok()["items"]![0]!["checkpointId"]);
        (await memento.GetAsync($"{session}/checkpoints/cp-none/failure-snapshot")).Refused(404, "CHECKPOINT_NOT_FOUND");
    }

    [Fact]
    public async Task A_checkpoint_needs_no_body()
    {
        var session = await memento.SessionAsync();

        (await memento.PostAsync($"{session}/checkpoints", null)).Ok(201);
    }

    [Fact]
    public async Task The_past_can_be_read_and_forked()
    {
        var session = await memento.SessionAsync();
        await memento.PostAsync($"{session}/events", $"[{Bodies.Event()},{Bodies.Breaking()}]");

        Assert.Equal("working", (string?)(await memento.GetAsync($"{session}/state?at=1")).Ok()["state"]);
        (await memento.GetAsync($"{session}/state?at=3")).Refused(404, "SEQ_NOT_FOUND", "at");
        var fork = (await memento.PostAsync($"{session}/fork", """{"atSeq":1,"agentId":"bob"}""")).Ok(201);
        Assert.Equal("""{"sessionId":"s","seq":1}""", fork["parent"]!.ToJsonString());
        Assert.Equal("working", (string?)fork["state"]);
        (await memento.PostAsync($"{session}/fork", """{"atSeq":9,"agentId":"bob"}""")).Refused(404, "SEQ_NOT_FOUND", "atSeq");
    }

    [Fact]
    public async Task Transitions_isolation_stats_and_aggregates_tell_what_happened()
    {
        var session = await memento.SessionAsync();
        await memento.PostAsync($"{session}/events", $"[{Bodies.Event()},{Bodies.Breaking("bob")}]");

        Assert.Equal(2, (long)(await memento.GetAsync($"{session}/transitions")).Ok()["items"]![0]!["toSeq"]!);
        Assert.Empty((await memento.GetAsync($"{session}/transitions?entity=x")).Ok()["items"]!.AsArray());
        var share = (await memento.GetAsync($"{session}/isolation/bob")).Ok();
        Assert.Equal((1, -7), ((long)share["eventCount"]!, (double)share["totalPerfDelta"]!));
        Assert.Equal(2, (long)(await memento.GetAsync($"{session[..^2]}/stats")).Ok()["totalEvents"]!);
        Assert.Equal(1, (long)(await memento.PostAsync($"{session[..^2]}/aggregates", """{"entityIds":["y"]}""")).Ok()["totalSessions"]!);
    }

    [Fact]
    public async Task Sessions_are_found_by_agent_entity_state_outcome_activity_and_time()
    {
        var session = await memento.SessionAsync();
        var sessions = session[..^2];
        await memento.PostAsync($"{session}/events", Bodies.Breaking());
        await memento.PostAsync($"{session}/checkpoints", null);

        foreach (var found in (string[])["agent=ann", "entity=y", "state=broken", "outcome=broken", "active=true", "since=2020-01-01T00:00:00Z", "agent=ann&entity=y&state=broken&limit=1"])
            Assert.Single((await memento.GetAsync($"{sessions}?{found}")).Ok()["items"]!.AsArray());
        foreach (var other in (string[])["agent=bob", "entity=x", "state=working", "outcome=working", "until=2020-01-01T00:00:00Z"])
            Assert.Empty((await memento.GetAsync($"{sessions}?{other}")).Ok()["items"]!.AsArray());
        Assert.Empty((await memento.GetAsync(MementoFixture.NewSessions())).Ok()["items"]!.AsArray());
    }

    [Fact]
    public async Task An_expired_session_is_gone()
    {
        var session = await memento.SessionAsync(""","ttlSeconds":30""");

        memento.Clock.PutForward(TimeSpan.FromSeconds(31));

        (await memento.GetAsync(session)).Refused(410, "SESSION_EXPIRED");
        (await memento.PostAsync($"{session}/events", Bodies.Event())).Refused(410, "SESSION_EXPIRED");
        (await memento.GetAsync($"{session}/events/stream")).Refused(410, "SESSION_EXPIRED");
    }

    private async Task<IEnumerable<long>> Seqs(string path) => (await memento.GetAsync(path)).Ok()["items"]!.AsArray().Select(e => (long)e!["seq"]!);
}
