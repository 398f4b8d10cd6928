using System.Text.Json;
using Memento.Agents;
using Memento.Cli;
using Memento.Tasks;
using Memento.Tests.Client;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary><c>tasks</c> and <c>queues</c> from the command line, against a real server.</summary>
public sealed class TaskCommandsTests(MementoServer server) : IClassFixture<MementoServer>
{
    private readonly CommandRun _cli = new(server.Url, "cli tasks " + Guid.NewGuid());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IAgentClient Agents => _cli.Client.Agents(_cli.Workspace);

    [Fact]
    public async Task A_task_is_submitted_with_all_that_belongs_to_it()
    {
        var first = (await _cli.RunAsync("tasks", "submit", "build")).Output.Trim();
        var task = await _cli.JsonAsync(
            "tasks", "submit", "deploy", "--id", "my/task", "--queue", "slow", "--priority", "9", "--needs", "a", "b", "--needs", "c", "--session", "s", "--attempts", "7", "--payload", """{ "to": "here" }""");
        var after = await _cli.JsonAsync("tasks", "submit", "later", "--after", first);
        var piped = await _cli.RunAsync(["tasks", "submit", "count", "--payload-file", "-", "--json"], Token, "[1, 2]"u8.ToArray());
        var shown = await _cli.RunAsync("tasks", "show", "my/task");

        Assert.StartsWith("task-", first, StringComparison.Ordinal);
        Assert.Equal(("my/task", "slow", 9, "s", 7), (Text(task, "taskId"), Text(task, "queue"), task.GetProperty("priority").GetInt32(), Text(task, "sessionId"), task.GetProperty("maxAttempts").GetInt32()));
        Assert.Equal(["a", "b", "c"], task.GetProperty("requiredCapabilities").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal("""{"to":"here"}""", (await _cli.JsonAsync("tasks", "show", "my/task")).GetProperty("payload").GetRawText());
        Assert.Equal(first, Assert.Single(after.GetProperty("waitsFor").EnumerateArray()).GetString());
        Assert.Equal("[1,2]", (await _cli.JsonAsync("tasks", "show", Text(JsonDocument.Parse(piped.Output).RootElement, "taskId"))).GetProperty("payload").GetRawText());
        Assert.Matches("Task +my/task\nStatus +queued\nType +deploy\nQueue +slow, priority 9\nAttempts +0 of 7\n", shown.Output);
        Assert.Matches("Payload +\\{\"to\":\"here\"\\}\n", shown.Output);
    }

    [Fact]
    public async Task A_task_is_submitted_with_its_times_and_whose_it_is()
    {
        string[] submit =
        [
            "submit", "deploy", "--id", "t", "--deadline", "2h", "--estimate", "10m", "--schedule-to-start", "1h", "--start-to-close", "30m", "--heartbeat-timeout", "250ms",
            "--metadata", """{ "ticket": 5 }""", "--tenant", "ada", "--on-dependency-failure", "release", "--idempotency-key", "once",
        ];
        var task = await _cli.JsonAsync(["tasks", .. submit[..4], "--deadline", "2126-01-31", .. submit[6..]]);
        var again = await _cli.JsonAsync(["tasks", .. submit[..4], "--deadline", "2126-01-31", .. submit[6..]]);
        var other = await _cli.RunAsync("tasks", "submit", "other", "--idempotency-key", "once");
        var soon = await _cli.JsonAsync("tasks", "submit", "soon", "--deadline", "2h");
        var shown = await _cli.RunAsync("tasks", "show", "t");

        Assert.Equal((600_000, 3_600_000, 1_800_000, 250), (Number(task, "estimatedDurationMs"), Number(task, "scheduleToStartMs"), Number(task, "startToCloseMs"), Number(task, "heartbeatTimeoutMs")));
        Assert.Equal(("2126-01-31T00:00:00Z", "ada", "release", """{"ticket":5}"""), (Text(task, "deadline"), Text(task, "tenant"), Text(task, "onDependencyFailure"), task.GetProperty("metadata").GetRawText()));
        Assert.Equal((Text(task, "createdAt"), ExitCode.Conflict), (Text(again, "createdAt"), other.Code));
        Assert.InRange(soon.GetProperty("deadline").GetDateTimeOffset() - soon.GetProperty("createdAt").GetDateTimeOffset(), TimeSpan.FromHours(1.5), TimeSpan.FromHours(2));
        Assert.Matches("Tenant +ada\n(.*\n)*Deadline +2126-01-31 00:00:00Z\nLimits +takes about 10 min 0 s, waits for at most 60 min 0 s, runs for at most 30 min 0 s, is silent for at most 250 ms\n", shown.Output);

        static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
    }

    [Fact]
    public async Task Why_a_task_was_cancelled_is_kept()
    {
        await _cli.RunAsync("tasks", "submit", "build", "--id", "t");

        Assert.Equal("not needed", Text(await _cli.JsonAsync("tasks", "cancel", "t", "--reason", "not needed", "--agent", "ada"), "error"));
        await _cli.RunAsync("tasks", "submit", "build", "--id", "u");
        Assert.Equal(ExitCode.Conflict, (await _cli.RunAsync("tasks", "cancel", "u", "--token", "99")).Code);
    }

    [Fact]
    public async Task Tasks_are_listed_by_what_they_are()
    {
        var none = await _cli.RunAsync("tasks", "list");
        foreach (var (id, queue) in ((string, string)[])[("a", "x"), ("b", "x"), ("c", "y")]) await _cli.RunAsync("tasks", "submit", "build", "--id", id, "--queue", queue, "--session", "s" + id);
        await _cli.RunAsync("tasks", "cancel", "b");

        Assert.Equal((ExitCode.Done, "", "There is no task.\n"), none);
        Assert.Equal(["c", "b", "a"], await IdsAsync());
        Assert.Equal(["b", "a"], await IdsAsync("--queue", "x"));
        Assert.Equal(["b"], await IdsAsync("--status", "cancelled"));
        Assert.Equal(["c"], await IdsAsync("--session", "sc"));
        Assert.Empty(await IdsAsync("--agent", "nobody"));
        Assert.Equal(["c", "b", "a"], await IdsAsync("--all", "--limit", "2"));
        var page = await _cli.RunAsync("tasks", "list", "--limit", "2");
        Assert.Matches("c +queued +build +– +0 of 3 +0 +y ", page.Output);
        Assert.StartsWith("There are more: --cursor ", page.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_a_task_waits_is_said_in_a_sentence_and_in_data()
    {
        await Agents.RegisterAsync("ada", new() { Type = "test" }, Token);
        await _cli.RunAsync("tasks", "submit", "build", "--id", "t", "--needs", "magic");

        var (code, output, _) = await _cli.RunAsync("tasks", "explain", "t");
        var json = await _cli.JsonAsync("tasks", "explain", "t");

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("magic", output, StringComparison.Ordinal);
        Assert.Equal(("no_capable_agent", output.Trim()), (Text(json, "reason"), Text(json, "explanation")));
    }

    [Fact]
    public async Task A_task_is_cancelled_and_begins_anew_and_what_an_agent_made_of_it_is_shown()
    {
        await _cli.RunAsync("tasks", "submit", "build", "--id", "t");
        var cancelled = await _cli.JsonAsync("tasks", "cancel", "t");
        var again = await _cli.JsonAsync("tasks", "retry", "t");
        var token = await GiveAsync(TaskOperation.Start);
        var running = await _cli.RunAsync("tasks", "show", "t");
        await Agents.SayAsync("t", TaskOperation.Fail, new() { AgentId = "ada", Token = token, Error = "no\u001b[31m disk", Retryable = false }, Token);
        var failed = await _cli.RunAsync("tasks", "show", "t");

        Assert.Equal(("cancelled", "queued"), (Text(cancelled, "status"), Text(again, "status")));
        Assert.Matches("Status +running\n(.*\n)*Agent +ada\n(.*\n)*  1\\. ada, .*: running\n", running.Output);
        Assert.Matches("Status +failed\n(.*\n)*Error +no\\\\u001B\\[31m disk\n(.*\n)*  1\\. ada, .*: failed \\(no\\\\u001B\\[31m disk\\)\n", failed.Output);
        Assert.Equal(["t"], await IdsAsync("--agent", "ada", "--status", "failed"));
    }

    [Fact]
    public async Task Queues_are_listed_changed_paused_and_resumed()
    {
        var none = await _cli.RunAsync("queues", "list");
        await _cli.RunAsync("tasks", "submit", "build");
        var changed = await _cli.JsonAsync("queues", "set", "default", "--strategy", "dynamic", "--fair-by", "tenant", "--ageing", "0", "--attempts", "5");
        var kept = await _cli.JsonAsync("queues", "set", "default", "--ageing", "1.5");
        var paused = await _cli.RunAsync("queues", "pause", "default");
        var why = await _cli.JsonAsync("tasks", "explain", (await IdsAsync())[0]);
        var list = await _cli.RunAsync("queues", "list");
        var resumed = await _cli.JsonAsync("queues", "resume", "default");
        var page = await _cli.JsonAsync("queues", "list");

        Assert.Equal((ExitCode.Done, "", "There is no queue.\n"), none);
        Assert.Equal(("dynamic", "tenant", 0.0, 5), Settings(changed));
        Assert.Equal(("dynamic", "tenant", 1.5, 5), Settings(kept));
        Assert.Matches("Gives out +nothing: it is paused; otherwise dynamic\n", paused.Output);
        Assert.Equal("queue_paused", Text(why, "reason"));
        Assert.Matches("default +1 +0 +0 +0 +dynamic, paused ", list.Output);
        Assert.False(resumed.GetProperty("settings").GetProperty("paused").GetBoolean());
        Assert.Equal("default", Text(Assert.Single(page.GetProperty("items").EnumerateArray()), "name"));

        static (string, string, double, int) Settings(JsonElement queue)
        {
            var settings = queue.GetProperty("settings");
            return (Text(settings, "strategy"), Text(settings, "fairBy"), settings.GetProperty("ageingSeconds").GetDouble(), settings.GetProperty("maxAttempts").GetInt32());
        }
    }

    [Fact]
    public async Task All_settings_of_a_queue_are_changed_and_shown()
    {
        var set = await _cli.JsonAsync("queues", "set", "q", "--fair-by", "tenant", "--weight", "a=2", "--weight", "b=c=0.5", "--backoff", "500ms", "--backoff-factor", "1.5", "--max-backoff", "5m", "--backoff-jitter", "0", "--claim", "10s");
        var kept = await _cli.JsonAsync("queues", "set", "q", "--claim", "20s");
        var shown = await _cli.RunAsync("queues", "show", "q");
        var fewer = await _cli.JsonAsync("queues", "set", "q", "--weight", "a=3");
        var none = await _cli.JsonAsync("queues", "set", "q", "--no-weights");
        var json = await _cli.JsonAsync("queues", "show", "q");

        Assert.Equal(("a 2, b=c 0.5", 500, 1.5, 300_000, 0.0, 10_000), Settings(set));
        Assert.Equal(Settings(set) with { Item6 = 20_000 }, Settings(kept));
        Assert.Equal("a 3", Settings(fewer).Item1);
        Assert.Equal("", Settings(none).Item1);
        Assert.Equal(Settings(none), Settings(json));
        Assert.Matches("Queue +q\nGives out +least-loaded\nWaiting +0\n(.*\n)*Fair by +tenant\nWeights +a=2, b=c=0\\.5\nAttempts +3, .*\nBackoff +500 ms, each further pause 1\\.5 times longer, at most 5 min 0 s, ±0 %\nClaim +an agent must begin within 20\\.0 s\n", shown.Output);
        Assert.Equal(ExitCode.NotFound, (await _cli.RunAsync("queues", "show", "nothing")).Code);

        static (string, long, double, long, double, long) Settings(JsonElement queue)
        {
            var s = queue.GetProperty("settings");
            return (string.Join(", ", s.GetProperty("weights").EnumerateObject().Select(w => $"{w.Name} {w.Value}").Order()), s.GetProperty("backoffMs").GetInt64(), s.GetProperty("backoffFactor").GetDouble(), s.GetProperty("maxBackoffMs").GetInt64(), s.GetProperty("backoffJitter").GetDouble(), s.GetProperty("claimMs").GetInt64());
        }
    }

    [Fact]
    public async Task Exit_codes_tell_what_is_wrong()
    {
        await _cli.RunAsync("tasks", "submit", "build", "--id", "t");

        foreach (var verb in (string[])["show", "explain", "cancel", "retry"])
            Assert.Equal((ExitCode.NotFound, "", "memento: There is no task \"nothing\" (TASK_NOT_FOUND).\n"), await _cli.RunAsync("tasks", verb, "nothing", "--json"));
        Assert.Equal(ExitCode.Conflict, (await _cli.RunAsync("tasks", "submit", "build", "--id", "t")).Code);
        Assert.Equal(ExitCode.Done, (await _cli.RunAsync("tasks", "retry", "t")).Code);   // it waits already
        await GiveAsync(TaskOperation.Complete);
        Assert.Equal(ExitCode.Conflict, (await _cli.RunAsync("tasks", "retry", "t")).Code);
        Assert.Equal(ExitCode.Conflict, (await _cli.RunAsync("tasks", "cancel", "t")).Code);
        Assert.Equal(ExitCode.WrongUsage, (await _cli.RunAsync("tasks", "submit", "build", "--after", "nothing")).Code);
        Assert.Equal(ExitCode.WrongUsage, (await _cli.RunAsync("tasks", "list", "--cursor", "nonsense")).Code);
    }

    private async Task<List<string>> IdsAsync(params string[] arguments) => [.. (await _cli.JsonAsync(["tasks", "list", .. arguments])).GetProperty("items").EnumerateArray().Select(t => Text(t, "taskId"))];

    /// <summary>Gives the one task to an agent, which says something about it; answers the token.</summary>
    private async Task<long> GiveAsync(TaskOperation say)
    {
        await Agents.RegisterAsync("ada", new() { Type = "test" }, Token);
        var given = Assert.Single((await Agents.ReceiveAsync("ada", new() { WaitSeconds = 20 }, Token)).Items);
        await Agents.SayAsync("t", say, new() { AgentId = "ada", Token = given.Token }, Token);
        return given.Token;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
