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
        Assert.Matches("Status +failed\n(.*\n)*Error +no \\[31m disk\n(.*\n)*  1\\. ada, .*: failed \\(no \\[31m disk\\)\n", failed.Output);
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
        Assert.Matches("default +1 +0 +0 +0 +dynamic, paused ", paused.Output);
        Assert.Equal("queue_paused", Text(why, "reason"));
        Assert.Equal(paused.Output, list.Output);
        Assert.False(resumed.GetProperty("settings").GetProperty("paused").GetBoolean());
        Assert.Equal("default", Text(Assert.Single(page.GetProperty("items").EnumerateArray()), "name"));

        static (string, string, double, int) Settings(JsonElement queue)
        {
            var settings = queue.GetProperty("settings");
            return (Text(settings, "strategy"), Text(settings, "fairBy"), settings.GetProperty("ageingSeconds").GetDouble(), settings.GetProperty("maxAttempts").GetInt32());
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
