using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Storage.Golden;

/// <summary>
/// The agents, queues and tasks of a golden store. What waits needs a capability that no agent in the store has:
/// <c>later</c> in the default queue, <c>fair</c> in the queue <c>builds</c>, <c>then</c> for those that also wait for other tasks.
/// </summary>
internal sealed class GoldenTasks(GoldenWorkspace ws)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Makes all of it. Afterwards no time may pass, or claims and backoffs end.</summary>
    public async Task MakeAsync()
    {
        await SubmitAsync("low", """ "type":"compile","requiredCapabilities":["later"],"payload":{"file":"low.c"} """);
        await EndsAsync();
        await TimesAsync();
        await DeathAsync();
        await TakenOverAsync();
        await HandedOverAsync();
        await WaitingAsync();
        await QueuesAsync();
        await HeldAsync();
    }

    /// <summary>Completed, failed at once, failed after two attempts, failed or released with a dependency, redriven, cancelled.</summary>
    private async Task EndsAsync()
    {
        await ws.RegisterAsync("doomed", """
            {"type":"builder","capabilities":["build","test"],"priority":2,"maxLoad":2,
             "metadata":{"rack":"one"},"instanceId":"doomed-1","onReturn":"resume"}
            """);
        await ws.PostAsync("tasks", """
            {"taskId":"done","type":"compile","priority":5,"sessionId":"s-active","tenant":"acme","requiredCapabilities":["build","test"],
             "estimatedDurationMs":2000,"payload":{"file":"main.c","text":"größer"},"metadata":{"k":1},
             "traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
            """, "task-1");
        var done = await BeginAsync("doomed");
        await ws.ReportAsync("heartbeat", "doomed", done, ""","progress":{"part":0.5}""");
        ws.Server.Pass(2 * Second);
        await ws.ReportAsync("complete", "doomed", done, ""","progress":1,"result":{"ok":true,"files":["main.o"]}""");

        await SubmitAsync("failed-at-once", """ "type":"compile","requiredCapabilities":["build"] """);
        await FailAsync(await BeginAsync("doomed"), "it does not compile");
        await SubmitAsync("failed-twice", """ "type":"compile","requiredCapabilities":["build"],"maxAttempts":2 """);
        await ws.ReportAsync("fail", "doomed", await BeginAsync("doomed"), ""","error":"out of memory" """);
        await ws.ReportAsync("fail", "doomed", await ws.ReceiveAsync("doomed", timePasses: true), ""","error":"out of memory again" """);

        await ws.PostAsync("tasks", """
            [{"taskId":"fails","type":"compile","requiredCapabilities":["build"]},
             {"taskId":"failed-with-it","type":"link","requiredCapabilities":["later"],"dependsOn":["fails"]},
             {"taskId":"went-on","type":"link","requiredCapabilities":["later"],"dependsOn":["fails"],"onDependencyFailure":"release"}]
            """, "tasks-1");
        await FailAsync(await BeginAsync("doomed"), "no such file");

        await SubmitAsync("redriven", """ "type":"compile","requiredCapabilities":["build"] """);
        await FailAsync(await BeginAsync("doomed"), "the disk is full");
        await ws.PostAsync("tasks/redriven/retry", "{}");
        await ws.ReportAsync("complete", "doomed", await ws.ReceiveAsync("doomed"), ""","result":"at last" """);

        await SubmitAsync("cancelled", """ "type":"compile","requiredCapabilities":["nobody"] """);
        await ws.PostAsync("tasks/cancelled/cancel", """{"agentId":"ada","reason":"not needed any more"}""");
        await SubmitAsync("cancelled-running", """ "type":"compile","requiredCapabilities":["build"] """);
        var running = await BeginAsync("doomed");
        await ws.PostAsync("tasks/cancelled-running/cancel", $$"""{"agentId":"ada","token":{{running["token"]}}}""");
    }

    /// <summary>Failed because a time was up: the deadline, the time to start, the time of an attempt, the silence of an attempt.</summary>
    private async Task TimesAsync()
    {
        var deadline = ws.Server.Clock.GetUtcNow().AddSeconds(8).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        await SubmitAsync("deadline-passed", $""" "type":"compile","requiredCapabilities":["nobody"],"deadline":"{deadline}" """);
        await SubmitAsync("never-begun", """ "type":"compile","requiredCapabilities":["nobody"],"scheduleToStartMs":5000 """);
        await SubmitAsync("too-slow", """ "type":"compile","requiredCapabilities":["build"],"maxAttempts":1,"startToCloseMs":4000 """);
        await BeginAsync("doomed");
        await SubmitAsync("too-silent", """ "type":"x","requiredCapabilities":["build"],"maxAttempts":1,"heartbeatTimeoutMs":6000 """);
        await BeginAsync("doomed");
        foreach (var id in (string[])["deadline-passed", "never-begun", "too-slow", "too-silent"]) await UntilAsync(id, "failed");
    }

    /// <summary>An agent dies with a task that it has begun and one that it has not.</summary>
    private async Task DeathAsync()
    {
        await SubmitAsync("taken-over", """ "type":"compile","requiredCapabilities":["build"],"sessionId":"s-active","payload":[1,2,3] """);
        await ws.ReportAsync("heartbeat", "doomed", await BeginAsync("doomed"), ""","progress":"a quarter" """);
        await SubmitAsync("not-begun", """ "type":"compile","requiredCapabilities":["build"] """);
        await ws.ReceiveAsync("doomed");
        await ws.Server.UntilAsync($"{ws.Path}/agents?status=dead", page => page["items"]!.AsArray().Count == 1, 5 * GoldenServer.Moment);
        await UntilAsync("taken-over", "queued");
        await UntilAsync("not-begun", "queued");
    }

    /// <summary>Others take over from the dead and the removed; a stale call is refused.</summary>
    private async Task TakenOverAsync()
    {
        await ws.RegisterAsync("worker", """
            {"type":"builder","capabilities":["build"],"maxLoad":3,"instanceId":"worker-1","taskTypes":["compile"]}
            """);
        foreach (var task in (JsonNode[])[await ws.ReceiveAsync("worker"), await ws.ReceiveAsync("worker")])
        {
            if ((string?)task["taskId"] == "not-begun")
            {
                await ws.ReportAsync("complete", "worker", task, ""","result":null""");
                continue;
            }

            await ws.ReportAsync("heartbeat", "worker", task, ""","progress":0.75""");
            var stale = $$"""{"agentId":"worker","token":{{(long)task["token"]! - 1}}}""";
            (await ws.SendAsync(HttpMethod.Post, $"tasks/{task["taskId"]}/complete", stale)).Refused(409, "STALE_TOKEN");
        }

        await ws.RegisterAsync("removed", """{"type":"packer","capabilities":["pack"]}""");
        await SubmitAsync("packed", """ "type":"pack","requiredCapabilities":["pack"] """);
        await BeginAsync("removed");
        await ws.DeleteAsync("agents/removed");
        await ws.RegisterAsync("packer", """{"type":"packer","capabilities":["pack"]}""");
        await ws.ReportAsync("complete", "packer", await ws.ReceiveAsync("packer"), ""","result":[] """);

        await ws.RegisterAsync("leaver", """{"type":"mover","capabilities":["move"]}""");
        await SubmitAsync("left-behind", """ "type":"move","requiredCapabilities":["move"] """);
        await ws.ReportAsync("heartbeat", "leaver", await BeginAsync("leaver"), ""","progress":"two of three" """);
        await ws.DeleteAsync("agents/leaver");
    }

    private async Task HandedOverAsync()
    {
        await ws.PostAsync("sessions", """{"agentId":"giver","sessionId":"s-review","ttlSeconds":604800}""");
        await ws.RegisterAsync("giver", """{"type":"reviewer","capabilities":["review"]}""");
        await SubmitAsync("reviewed", """ "type":"review","requiredCapabilities":["review"],"sessionId":"s-review" """);
        await ws.ReportAsync("heartbeat", "giver", await BeginAsync("giver"), ""","progress":"half" """);
        await ws.RegisterAsync("taker", """{"type":"reviewer","capabilities":["review"]}""");
        await ws.PostAsync("sessions/s-review/handoff", """{"fromAgent":"giver","toAgent":"taker","reason":"knows the code"}""");
        await ws.ReportAsync("start", "taker", await ws.ReceiveAsync("taker"));
    }

    /// <summary>Tasks of different priority and age that wait for an agent or for other tasks. One has failed before.</summary>
    private async Task WaitingAsync()
    {
        await ws.RegisterAsync("early", """{"type":"builder","capabilities":["later"],"taskTypes":["again"]}""");
        await SubmitAsync("again", """ "type":"again","requiredCapabilities":["later"] """);
        await FailAsync(await BeginAsync("early"), "too early", "early");
        await ws.DeleteAsync("agents/early");
        await ws.PostAsync("tasks/again/retry", "{}");
        foreach (var (id, priority) in ((string, int)[])[("mid", 1), ("high", 9), ("high-too", 9), ("last", 0)])
        {
            ws.Server.Pass(Second);
            await SubmitAsync(id, $""" "type":"compile","requiredCapabilities":["later"],"priority":{priority},"payload":"{id}" """);
        }

        var deadline = ws.Server.Clock.GetUtcNow().AddDays(30).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        await SubmitAsync("blocked", """ "type":"link","requiredCapabilities":["then"],"dependsOn":["low","high","done"] """);
        await SubmitAsync(
            "due", $""" "type":"link","requiredCapabilities":["then","later"],"deadline":"{deadline}","estimatedDurationMs":60000 """);
    }

    /// <summary>A queue shared out among tenants, a paused one, and one without tasks.</summary>
    private async Task QueuesAsync()
    {
        await ws.PutAsync("queues/builds", """
            {"strategy":"round-robin","fairBy":"tenant","weights":{"acme":2,"zeta":0.5},"ageingSeconds":30,
             "maxAttempts":5,"backoffMs":500,"claimMs":30000}
            """);
        var tenants = (string[])["acme", "acme", "acme", "zeta", "zeta", "other"];
        foreach (var (i, tenant) in tenants.Index())
            await SubmitAsync($"b{i + 1}", $""" "queue":"builds","type":"compile","requiredCapabilities":["fair"],"tenant":"{tenant}" """);
        await SubmitAsync("blocked-across", """ "queue":"builds","type":"link","requiredCapabilities":["then"],"dependsOn":["low"] """);
        await ws.PutAsync("queues/held", """{"paused":true}""");
        await SubmitAsync("h1", """ "queue":"held","type":"compile","requiredCapabilities":["build"] """);
        await SubmitAsync("h2", """ "queue":"held","type":"compile","requiredCapabilities":["build"],"priority":3 """);
        await ws.PutAsync("queues/empty", """{"strategy":"dynamic","backoffFactor":3,"maxBackoffMs":9000,"backoffJitter":0}""");
    }

    /// <summary>Tasks that agents have when the store is closed, and one that backs off.</summary>
    private async Task HeldAsync()
    {
        await ws.RegisterAsync("slow", """{"type":"builder","capabilities":["slow"],"priority":7}""");
        await SubmitAsync("assigned", """ "type":"compile","requiredCapabilities":["slow"] """);
        await ws.ReceiveAsync("slow");
        await ws.RegisterAsync("resting", """{"type":"builder","capabilities":["build"]}""");
        await ws.PostAsync("agents/resting/heartbeat", """{"status":"maintenance","metadata":{"why":"an update"}}""");
        await SubmitAsync(
            "running", """ "type":"compile","requiredCapabilities":["build"],"heartbeatTimeoutMs":60000,"startToCloseMs":600000 """);
        await ws.ReportAsync("heartbeat", "worker", await ws.ReceiveAsync("worker"), ""","progress":{"part":0.1}""");
        await SubmitAsync("backing-off", """ "type":"compile","requiredCapabilities":["build"] """);
        await ws.ReportAsync("fail", "worker", await BeginAsync("worker"), ""","error":"try again","progress":0.2""");
    }

    private async Task SubmitAsync(string id, string members) => await ws.PostAsync("tasks", $$"""{"taskId":"{{id}}",{{members}}}""");

    private async Task<JsonNode> BeginAsync(string agent)
    {
        var task = await ws.ReceiveAsync(agent);
        Assert.Equal("running", (string?)(await ws.ReportAsync("start", agent, task))["status"]);
        return task;
    }

    private async Task FailAsync(JsonNode task, string error, string agent = "doomed") =>
        await ws.ReportAsync("fail", agent, task, $$""","error":"{{error}}","retryable":false""");

    private async Task UntilAsync(string task, string status) =>
        await ws.Server.UntilAsync($"{ws.Path}/tasks/{task}", view => (string?)view["status"] == status, GoldenServer.Moment);
}
