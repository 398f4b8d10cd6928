using Xunit;

namespace Memento.Tests.Http;

/// <summary>A misspelt member of a request must not be passed over: it could mean "everything", or be lost.</summary>
[Collection(HttpTests.Name)]
public sealed class StrictBodyTests(MementoFixture memento)
{
    private readonly RollbackHttp _http = new(memento);

    [Theory]
    [InlineData("rollback-points/{id}/rollbacks", """{"selection":{"agent":["bob"]}}""", "selection.agent")]
    [InlineData("rollback-points/{id}/rollbacks", """{"typ":"dry_run"}""", "typ")]
    [InlineData("rollback-points/{id}/rollbacks", """{"type":"dry_run","type":"full"}""", "type")]
    [InlineData("rollback-points/{id}/rollbacks", """{"selection":{"documents":[{"type":"entity","pattern":"x"}]}}""", "selection.documents[0].pattern")]
    [InlineData("rollback-points/{id}/preview", """{"selection":{"agent":["bob"]}}""", "selection.agent")]
    [InlineData("rollback-points/{id}/preview", """{"selectoin":{"agents":["bob"]}}""", "selectoin")]
    [InlineData("rollback-points/{id}/preview", """{"selection":{"agents":["bob"]},"selection":{}}""", "selection")]
    [InlineData("rollback-points/{id}/rollbacks", """{"selection":{"agents":[]}}""", "selection.agents")]
    [InlineData("rollback-points/{id}/preview", """{"selection":{"documents":[]}}""", "selection.documents")]
    [InlineData("rollback-points/{id}/rollbacks", """{"selection":{"documents":[{"type":"entity","include":[]}]}}""", "selection.documents[0].include")]
    [InlineData("rollback-points", """{"name":"x","tllSeconds":1}""", "tllSeconds")]
    [InlineData("compaction", """{"dryrun":true}""", "dryrun")]
    public async Task It_is_refused_by_name(string path, string body, string field)
    {
        var point = await _http.ChangeAsync(1);
        var before = (string?)(await memento.GetAsync(_http.Path)).Ok()["root"];

        (await memento.PostAsync($"{_http.Path}/{path.Replace("{id}", point, StringComparison.Ordinal)}", body)).Refused(422, "VALIDATION_FAILED", field);

        Assert.Equal(before, (string?)(await memento.GetAsync(_http.Path)).Ok()["root"]);
    }

    [Theory]
    [InlineData("tasks/x/start", """{"agentId":"a","token":1,"bogus":1}""", "bogus")]
    [InlineData("tasks/x/heartbeat", """{"agentId":"a","token":1,"progres":1}""", "progres")]
    [InlineData("tasks/x/complete", """{"agentId":"a","token":1,"results":1}""", "results")]
    [InlineData("tasks/x/fail", """{"agentId":"a","token":1,"retriable":false}""", "retriable")]
    [InlineData("tasks/x/fail", """{"agentId":"a","token":1,"token":2}""", "token")]
    [InlineData("tasks", """[{"type":"x","prioriy":1}]""", "tasks[0].prioriy")]
    [InlineData("agents/a/heartbeat", """{"state":"busy"}""", "state")]
    [InlineData("agents/a/receive", """{"maximum":1}""", "maximum")]
    [InlineData("sessions", """{"agentId":"a","ttl":60}""", "ttl")]
    [InlineData("sessions/aggregates", """{"entityIds":["x"],"agents":[]}""", "agents")]
    [InlineData("sessions/s/join", """{"agentId":"b","agent":"c"}""", "agent")]
    [InlineData("sessions/s/leave", """{"agentId":"b","agent":"c"}""", "agent")]
    [InlineData("sessions/s/handoff", """{"fromAgent":"a","toAgent":"b","reason":"r","prio":1}""", "prio")]
    [InlineData("sessions/s/handoff", """{"fromAgent":"a","toAgent":"b","reason":"r","priority":-1}""", "priority")]
    [InlineData("sessions/s/fork", """{"atSeq":0,"agentId":"a","id":"x"}""", "id")]
    [InlineData("sessions/s/checkpoints", """{"graceTtl":1}""", "graceTtl")]
    [InlineData("documents/batch", """{"operations":[{"op":"put","kind":"entity","id":"x","value":{},"ifMatched":"*"}]}""", "operations[0].ifMatched")]
    [InlineData("documents/batch", """{"operations":[],"agent":"a"}""", "agent")]
    public async Task Nor_is_it_passed_over_where_it_would_be_lost(string path, string body, string field)
    {
        var workspace = MementoFixture.NewWorkspace();
        (await memento.PostAsync($"{workspace}/sessions", """{"agentId":"a","sessionId":"s"}""")).Ok(201);
        (await memento.PostAsync($"{workspace}/tasks", """{"type":"x","taskId":"x"}""")).Ok(201);

        (await memento.PostAsync($"{workspace}/{path}", body)).Refused(422, "VALIDATION_FAILED", field);
    }
}
