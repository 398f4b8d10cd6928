using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Http;

/// <summary>Agents and tasks over HTTP.</summary>
[Collection(HttpTests.Name)]
public sealed class TaskContractTests(MementoFixture memento)
{
    private readonly string _ws = MementoFixture.NewWorkspace();

    private async Task<JsonNode> RegisterAsync(string id, string more = "") => (await memento.PutAsync($"{_ws}/agents/{id}", $$"""{"type":"coder","capabilities":["build"],"priority":5,"maxLoad":2{{more}}}""")).Ok(201);

    private async Task<JsonNode> SubmitAsync(string more = "") => (await memento.PostAsync($"{_ws}/tasks", $$"""{"type":"compile","priority":5,"requiredCapabilities":["build"]{{more}}}""")).Ok(201);

    private async Task<JsonNode> ReceiveAsync(string id) => Assert.Single((await memento.PostAsync($"{_ws}/agents/{id}/receive", """{"max":1,"waitSeconds":20}""")).Ok()["items"]!.AsArray())!;

    private Task<Answer> SayAsync(JsonNode task, string verb, string agent = "a", string more = "", long offset = 0) =>
        memento.PostAsync($"{_ws}/tasks/{task["taskId"]}/{verb}", $$"""{"agentId":"{{agent}}","token":{{(long)task["token"]! + offset}}{{more}}}""");

    [Fact]
    public async Task An_agent_registers_and_is_listed()
    {
        var agent = await RegisterAsync("a");
        Assert.Equal(("a", "idle", 0, 2, 0.0), ((string?)agent["agentId"], (string?)agent["status"], (int)agent["load"]!, (int)agent["maxLoad"]!, (double)agent["errorRate"]!));
        (await memento.PutAsync($"{_ws}/agents/a", """{"type":"coder","capabilities":["build","test"],"priority":5,"maxLoad":3}""")).Ok();
        await RegisterAsync("b");

        Assert.Equal(["a"], Ids((await memento.GetAsync($"{_ws}/agents?capability=test&status=idle")).Ok(), "agentId"));
        Assert.Equal(["a", "b"], Ids((await memento.GetAsync($"{_ws}/agents")).Ok(), "agentId"));
        var page = (await memento.GetAsync($"{_ws}/agents?limit=1")).Ok();
        Assert.Equal(["b"], Ids((await memento.GetAsync($"{_ws}/agents?limit=1&cursor={page["nextCursor"]}")).Ok(), "agentId"));
        (await memento.GetAsync($"{_ws}/agents?cursor=zz")).Refused(422, "VALIDATION_FAILED", "cursor");
        Assert.NotNull((await memento.PostAsync($"{_ws}/agents/a/heartbeat", """{"status":"maintenance"}""")).Ok()["leaseExpiresAt"]);
        Assert.Equal("maintenance", (string?)(await memento.GetAsync($"{_ws}/agents/a")).Ok()["status"]);
        Assert.Equal(204, (int)(await memento.DeleteAsync($"{_ws}/agents/a")).Status);
        (await memento.GetAsync($"{_ws}/agents/a")).Refused(404, "AGENT_NOT_FOUND");
        (await memento.PostAsync($"{_ws}/agents/a/heartbeat", "{}")).Refused(404, "AGENT_NOT_FOUND");
        (await memento.PostAsync($"{_ws}/agents/nobody/receive", "{}")).Refused(404, "AGENT_NOT_FOUND");
    }

    [Fact]
    public async Task A_task_keeps_the_trace_that_it_was_submitted_in()
    {
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", other = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        await RegisterAsync("a");
        var task = (await SubmitAsync(("traceparent", trace), ("Idempotency-Key", "1"))).Ok(201);
        Assert.Equal(trace, (string?)task["traceparent"]);
        Assert.Equal(trace, (string?)(await ReceiveAsync("a"))["traceparent"]);
        Assert.Equal(trace, (string?)(await memento.GetAsync($"{_ws}/tasks/{task["taskId"]}")).Ok()["traceparent"]);

        // A retry is another span, and the same request. What cannot be read begins no trace, as W3C says.
        Assert.Equal((string?)task["taskId"], (string?)(await SubmitAsync(("traceparent", other), ("Idempotency-Key", "1"))).Ok(201)["taskId"]);
        Assert.Null((await SubmitAsync(("traceparent", "00-junk"))).Ok(201)["traceparent"]);
        Assert.Null((await SubmitAsync()).Ok(201)["traceparent"]);
        var two = (await memento.PostAsync($"{_ws}/tasks", $$"""[{"type":"x","traceparent":"{{other}}"},{"type":"y"}]""", ("traceparent", trace))).Ok(201).AsArray();
        Assert.Equal([other, trace], two.Select(t => (string?)t!["traceparent"]));

        Task<Answer> SubmitAsync(params (string, string)[] headers) => memento.PostAsync($"{_ws}/tasks", """{"type":"compile"}""", headers);
    }

    [Fact]
    public async Task A_task_goes_through_its_whole_life()
    {
        await RegisterAsync("a");
        var created = await memento.PostAsync($"{_ws}/tasks", """{"type":"compile","priority":5,"requiredCapabilities":["build"],"sessionId":"s1","payload":{"file":"x.c"},"metadata":{"k":1}}""");
        var id = (string)created.Ok(201)["taskId"]!;
        Assert.StartsWith("task-", id, StringComparison.Ordinal);
        Assert.Equal($"{_ws}/tasks/{id}", created.Location);

        var item = await ReceiveAsync("a");
        Assert.Equal((id, "compile", "s1", 1, """{"file":"x.c"}"""), ((string?)item["taskId"], (string?)item["type"], (string?)item["sessionId"], (int)item["attempt"]!, item["payload"]!.ToJsonString()));
        Assert.Equal("running", (string?)(await SayAsync(item, "start")).Ok()["status"]);
        Assert.Equal("0.5", (await SayAsync(item, "heartbeat", more: ",\"progress\":0.5")).Ok()["progress"]!.ToJsonString());
        Assert.Equal("running", (string?)(await memento.GetAsync($"{_ws}/tasks/{id}/explain")).Ok()["reason"]);
        var done = (await SayAsync(item, "complete", more: ",\"result\":[1,2]")).Ok();
        Assert.Equal(("completed", null), ((string?)done["status"], (string?)done["assignedAgent"]));

        var read = (await memento.GetAsync($"{_ws}/tasks/{id}")).Ok();
        Assert.Equal(("[1,2]", """{"file":"x.c"}""", "a"), (read["result"]!.ToJsonString(), read["payload"]!.ToJsonString(), (string?)read["history"]![0]!["agentId"]));
        Assert.Equal([id], Ids((await memento.GetAsync($"{_ws}/tasks?status=completed&agent=a&session=s1&queue=default")).Ok(), "taskId"));
        var queue = Assert.Single((await memento.GetAsync($"{_ws}/queues")).Ok()["items"]!.AsArray())!;
        Assert.Equal(("default", 1, 1, 0), ((string?)queue["name"], (int)queue["submitted"]!, (int)queue["completed"]!, (int)queue["queued"]!));
        var metrics = (await memento.GetAsync($"{_ws}/coordination/metrics")).Ok();
        Assert.Equal((1, 1, 0), ((int)metrics["totalAgents"]!, (int)metrics["completedTasks"]!, (int)metrics["queuedTasks"]!));
    }

    [Fact]
    public async Task A_stale_token_is_refused_with_409()
    {
        await RegisterAsync("a");
        await SubmitAsync();
        var item = await ReceiveAsync("a");

        foreach (var verb in (string[])["start", "heartbeat", "complete", "fail"])
        {
            (await SayAsync(item, verb, offset: 1)).Refused(409, "STALE_TOKEN");
            (await SayAsync(item, verb, agent: "somebody-else")).Refused(409, "STALE_TOKEN");
        }

        (await SayAsync(item, "complete")).Ok();
        (await SayAsync(item, "complete")).Ok();
        (await SayAsync(item, "fail")).Refused(409, "STALE_TOKEN");
        Assert.Equal(9, (int)(await memento.GetAsync($"{_ws}/tasks/{item["taskId"]}")).Ok()["staleCalls"]!["count"]!);
        (await memento.PostAsync($"{_ws}/tasks/none/complete", """{"agentId":"a","token":1}""")).Refused(404, "TASK_NOT_FOUND");
    }

    [Fact]
    public async Task An_array_is_submitted_all_or_none_and_once_under_a_key()
    {
        const string two = """[{"type":"x","taskId":"one"},{"type":"x","taskId":"two","dependsOn":["one"]}]""";
        var first = (await memento.PostAsync($"{_ws}/tasks", two, ("Idempotency-Key", "k"))).Ok(201).AsArray();
        Assert.Equal(["one", "two"], first.Select(t => (string?)t!["taskId"]));
        Assert.Equal(first.ToJsonString(), (await memento.PostAsync($"{_ws}/tasks", two, ("Idempotency-Key", "k"))).Ok(201).ToJsonString());
        (await memento.PostAsync($"{_ws}/tasks", """{"type":"y"}""", ("Idempotency-Key", "k"))).Refused(409, "IDEMPOTENCY_KEY_REUSED");
        (await memento.PostAsync($"{_ws}/tasks", two)).Refused(409, "TASK_EXISTS");
        (await memento.PostAsync($"{_ws}/tasks", """[{"type":"x"},{"type":""}]""")).Refused(422, "VALIDATION_FAILED", "tasks[1].type");
        Assert.Equal("waits_for_tasks", (string?)(await memento.GetAsync($"{_ws}/tasks/two/explain")).Ok()["reason"]);
        Assert.Equal(2, (await memento.GetAsync($"{_ws}/tasks")).Ok()["items"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("tasks", """{"priority":1}""", 422, "type")]
    [InlineData("tasks", """{"type":"x","priority":-1}""", 422, "priority")]
    [InlineData("tasks", """{"type":"x","deadline":"2001-01-01T00:00:00Z"}""", 422, "deadline")]
    [InlineData("tasks", """{"type":"x","taskId":"t","dependsOn":["t"]}""", 422, "dependsOn")]
    [InlineData("tasks", """{"type":"x","dependsOn":["nowhere"]}""", 422, "dependsOn")]
    [InlineData("tasks", """[{"type":"x","taskId":"a","dependsOn":["b"]},{"type":"x","taskId":"b","dependsOn":["c"]},{"type":"x","taskId":"c","dependsOn":["a"]}]""", 422, "dependsOn")]
    [InlineData("tasks", """[{"type":"x","queue":"p"},{"type":"x","queue":"q"}]""", 422, "tasks[1].queue")]
    [InlineData("tasks", """{"type":"x","requiredCapabilties":[]}""", 422, "requiredCapabilties")]
    [InlineData("tasks", "[]", 422, "tasks")]
    [InlineData("tasks", "{", 400, "body")]
    [InlineData("agents/a/receive", """{"max":0}""", 422, "max")]
    [InlineData("agents/a/receive", """{"waitSeconds":31}""", 422, "waitSeconds")]
    [InlineData("tasks/x/complete", """{"agentId":"a"}""", 422, "token")]
    public async Task Bad_input_names_the_field(string path, string body, int status, string field)
    {
        await RegisterAsync("a");
        (await memento.PostAsync($"{_ws}/{path}", body)).Refused(status, status == 400 ? "MALFORMED_REQUEST" : "VALIDATION_FAILED", field);
        Assert.Empty((await memento.GetAsync($"{_ws}/tasks")).Ok()["items"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"type":"x","capabilities":[],"maxLoad":0}""", "maxLoad")]
    [InlineData("""{"type":"x","capabilities":[],"priority":-1}""", "priority")]
    [InlineData("""{"type":"x","capabilities":[],"load":-1}""", "load")]
    [InlineData("""{"capabilities":[]}""", "type")]
    public async Task Bad_registrations_name_the_field(string body, string field) => (await memento.PutAsync($"{_ws}/agents/a", body)).Refused(422, "VALIDATION_FAILED", field);

    [Theory]
    [InlineData("""{"weights":{"a":"x"}}""", "weights.a", "is \"x\"; must be a number")]
    [InlineData("""{"weights":{"b":1,"a":null}}""", "weights.a", "is null; must be a number")]
    [InlineData("""{"weights":{"a":1,"a":2}}""", "weights.a", "is given 2 times")]
    [InlineData("""{"weights":[1]}""", "weights", "is an array; must be an object")]
    [InlineData("""{"weights":{"a":0}}""", "weights.a", "is 0; must be from 0.01 to 1000")]
    [InlineData("""{"strategie":"dynamic"}""", "strategie", null)]
    public async Task Bad_settings_of_a_queue_name_the_field_and_the_rule(string body, string field, string? problem)
    {
        var refused = (await memento.PutAsync($"{_ws}/queues/default", body)).Refused(422, "VALIDATION_FAILED", field);

        if (problem is not null) Assert.Equal(problem, (string?)Assert.Single(refused.Json["errors"]![field]!.AsArray()));
    }

    [Fact]
    public async Task Too_many_and_too_large_are_413_and_name_the_field()
    {
        await TooLargeAsync("tasks", $"[{string.Join(",", Enumerable.Repeat("""{"type":"x"}""", 1_001))}]", "tasks");
        await TooLargeAsync("tasks", $$"""{"type":"x","payload":"{{new string('x', 1_100_000)}}"}""", "body");
        await TooLargeAsync("tasks", $$$"""[{"type":"x"},{"type":"x","metadata":{"x":"{{{new string('x', 70_000)}}}"}}]""", "tasks[1].metadata");
        await RegisterAsync("a");
        await SubmitAsync();
        var item = await ReceiveAsync("a");
        Named(await SayAsync(item, "heartbeat", more: $$""","progress":"{{new string('x', 20_000)}}" """), "progress");
        Named(await SayAsync(item, "fail", more: $$""","error":"{{new string('x', 5_000)}}" """), "error");
        await TooLargeAsync($"tasks/{item["taskId"]}/cancel", $$"""{"reason":"{{new string('x', 5_000)}}"}""", "reason");

        async Task TooLargeAsync(string path, string body, string field) => Named(await memento.PostAsync($"{_ws}/{path}", body), field);

        static void Named(Answer answer, string field) => Assert.NotEmpty((string?)answer.Refused(413, "TOO_LARGE", field).Json["errors"]![field]![0] ?? "");
    }

    [Fact]
    public async Task Queues_are_listed_by_name_all_of_them_or_in_pages()
    {
        foreach (var name in (string[])["c", "a", "b"]) (await memento.PutAsync($"{_ws}/queues/{name}", "{}")).Ok();

        Assert.Equal(["a", "b", "c"], Ids((await memento.GetAsync($"{_ws}/queues")).Ok(), "name"));
        var first = (await memento.GetAsync($"{_ws}/queues?limit=2")).Ok();
        Assert.Equal(["a", "b"], Ids(first, "name"));
        var second = (await memento.GetAsync($"{_ws}/queues?limit=2&cursor={first["nextCursor"]}")).Ok();
        Assert.Equal(["c"], Ids(second, "name"));
        Assert.Null(second["nextCursor"]);
        (await memento.GetAsync($"{_ws}/queues?limit=0")).Refused(422, "VALIDATION_FAILED", "limit");
        (await memento.GetAsync($"{_ws}/queues?cursor=zz")).Refused(422, "VALIDATION_FAILED", "cursor");
    }

    [Fact]
    public async Task Cancelling_retrying_and_pausing()
    {
        (await memento.PutAsync($"{_ws}/queues/default", """{"strategy":"dynamic","paused":true}""")).Ok();
        var task = await SubmitAsync();
        var path = $"{_ws}/tasks/{task["taskId"]}";
        Assert.Equal("queue_paused", (string?)(await memento.GetAsync($"{path}/explain")).Ok()["reason"]);
        (await memento.PostAsync($"{path}/cancel", """{"tokn":1}""")).Refused(422, "VALIDATION_FAILED");
        Assert.Equal("cancelled", (string?)(await memento.PostAsync($"{path}/cancel", """{"reason":"no need","retryable":false}""")).Ok()["status"]);
        Assert.Equal("no need", (string?)(await memento.GetAsync(path)).Ok()["error"]);
        Assert.Equal("queued", (string?)(await memento.PostAsync($"{path}/retry", "{}")).Ok()["status"]);
        var queue = (await memento.PutAsync($"{_ws}/queues/default", """{"paused":false}""")).Ok();
        Assert.Equal(("dynamic", false), ((string?)queue["settings"]!["strategy"], (bool)queue["settings"]!["paused"]!));
        await RegisterAsync("a");
        var item = await ReceiveAsync("a");
        (await SayAsync(item, "complete")).Ok();
        (await memento.PostAsync($"{path}/cancel", "{}")).Refused(409, "TASK_OVER");
        (await memento.PostAsync($"{path}/retry", "{}")).Refused(409, "TASK_OVER");
        (await memento.PutAsync($"{_ws}/queues/default", """{"strategy":"best"}""")).Refused(422, "VALIDATION_FAILED", "strategy");
        (await memento.GetAsync($"{_ws}/queues/none")).Refused(404, "QUEUE_NOT_FOUND");
        (await memento.GetAsync($"{_ws}/tasks/none")).Refused(404, "TASK_NOT_FOUND");
    }

    private static IEnumerable<string?> Ids(JsonNode page, string name) => page["items"]!.AsArray().Select(i => (string?)i![name]);
}
