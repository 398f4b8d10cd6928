using System.Text.Json;
using Memento.Agents;
using Memento.Cli;
using Memento.Tests.Client;
using Memento.Tests.Grains;
using Memento.Tests.Grains.Tasks;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary><c>agents</c>, <c>agent</c> from the command line, against a real server.</summary>
public sealed class AgentCommandsTests(MementoServer server) : IClassFixture<MementoServer>
{
    private readonly CommandRun _cli = new(server.Url, "cli agents " + Guid.NewGuid());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IAgentClient Agents => _cli.Client.Agents(_cli.Workspace);

    [Fact]
    public async Task Agents_are_listed_shown_and_removed()
    {
        var none = await _cli.RunAsync("agents", "list");
        await RegisterAsync("ada", 2, "build", "test");
        await RegisterAsync("bob", 1, "build");

        var list = await _cli.RunAsync("agents", "list");
        var page = await _cli.JsonAsync("agents", "list", "--limit", "1");
        var rest = await _cli.JsonAsync("agents", "list", "--cursor", page.GetProperty("nextCursor").GetString()!);
        var testers = await _cli.JsonAsync("agents", "list", "--capability", "test", "--status", "idle", "--all");
        var shown = await _cli.RunAsync("agents", "show", "ada");
        var json = await _cli.JsonAsync("agents", "show", "ada");
        var removed = await _cli.RunAsync("agents", "remove", "ada");

        Assert.Equal((ExitCode.Done, "", "There is no agent.\n"), none);
        Assert.Matches("ada +idle +0 of 2 +0 ", list.Output);
        Assert.Equal([["ada"], ["bob"], ["ada"]], ((JsonElement[])[page, rest, testers]).Select(p => p.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("agentId").GetString())));
        Assert.Matches("Status +idle\n.*\nLoad +0 of 2\nCan do +build, test\n", shown.Output);
        Assert.Equal(("ada", 2, "test"), (json.GetProperty("agentId").GetString(), json.GetProperty("maxLoad").GetInt32(), json.GetProperty("type").GetString()));
        Assert.Equal((ExitCode.Done, "", ""), removed);
        Assert.Equal(ExitCode.NotFound, (await _cli.RunAsync("agents", "show", "ada")).Code);
    }

    [Fact]
    public async Task The_fleet_is_told_in_figures()
    {
        var none = await _cli.RunAsync("agents", "stats");
        await RegisterAsync("ada", 4, "build");
        await ReceiveAsync("ada", "build");
        await _cli.RunAsync("tasks", "submit", "other", "--needs", "other", "--priority", "7");
        await _cli.RunAsync("tasks", "submit", "other", "--needs", "other");
        await TaskRig.UntilAsync(async () => (await _cli.JsonAsync("agents", "stats")) is var m && m.GetProperty("queuedTasks").GetInt64() == 2 && m.GetProperty("runningTasks").GetInt64() == 1);

        Assert.Matches("Agents +0\nLoad +0 %", none.Output);
        Assert.Matches("Agents +1: 1 (active|idle)\nLoad +[0-9.]+ % of .*\nWaiting +2: 1 of priority 7, 1 of priority 0\nWith agents +1\nCompleted +0\n", (await _cli.RunAsync("agents", "stats")).Output);
    }

    [Fact]
    public async Task An_agent_that_never_was_cannot_be_shown_or_removed()
    {
        var (code, output, errors) = await _cli.RunAsync("agents", "show", "nobody");

        Assert.Equal((ExitCode.NotFound, ""), (code, output));
        Assert.StartsWith("memento: There is no agent \"nobody\"", errors, StringComparison.Ordinal);
        Assert.EndsWith(" (AGENT_NOT_FOUND).\n", errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await _cli.RunAsync("agents", "remove", "nobody")).Code);
    }

    [Fact]
    public async Task Removing_an_agent_again_changes_nothing()
    {
        await RegisterAsync("once", 1, "build");

        Assert.Equal(ExitCode.Done, (await _cli.RunAsync("agents", "remove", "once")).Code);
        Assert.Equal(ExitCode.Done, (await _cli.RunAsync("agents", "remove", "once")).Code);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_takes_no_tasks()
    {
        using var patience = new CancellationTokenSource(SessionCluster.Patience);
        var file = Path.GetTempFileName();
        var (missing, unknown, text) = (await RunAgentAsync("/no/such/program"), await RunAgentAsync("no-such-program"), await RunAgentAsync(file));
        File.Delete(file);

        Assert.Equal((ExitCode.WrongUsage, "memento: there is no program /no/such/program.\n"), missing);
        Assert.Equal((ExitCode.WrongUsage, "memento: there is no program no-such-program on the PATH.\n"), unknown);
        Assert.Equal((ExitCode.WrongUsage, $"memento: {file} is not executable (chmod +x).\n"), text);
        Assert.Equal("There is no agent.\n", (await _cli.RunAsync("agents", "list")).Errors);

        async Task<(int, string)> RunAgentAsync(string program)
        {
            var (code, _, errors) = await _cli.RunAsync(["agent", "run", "--id", "x", "--", program], patience.Token);
            return (code, errors);
        }
    }

    [Fact]
    public async Task A_program_becomes_an_agent_until_it_is_interrupted()
    {
        using var interrupt = new CancellationTokenSource();
        var running = _cli.RunAsync(["agent", "run", "--id", "sh", "--capability", "count", "--max", "2", "--heartbeat", "1s", "--", "/bin/sh", "-c", "wc -c; echo half >&2"], interrupt.Token);
        var task = (await _cli.RunAsync("tasks", "submit", "count", "--needs", "count")).Output.Trim();

        await TaskRig.UntilAsync(async () => (await _cli.JsonAsync("tasks", "show", task)).GetProperty("status").GetString() == "completed");
        await interrupt.CancelAsync();
        var (code, output, errors) = await running;

        Assert.Equal((ExitCode.Done, ""), (code, output));
        Assert.Contains("registered as sh", errors, StringComparison.Ordinal);
        Assert.Contains($"{task} completed", errors, StringComparison.Ordinal);
        Assert.True((await _cli.JsonAsync("tasks", "show", task)).GetProperty("result").GetInt32() > 0);
    }

    [Fact]
    public async Task What_a_program_does_as_an_agent_is_told_as_lines_of_json()
    {
        using var interrupt = new CancellationTokenSource();
        var running = _cli.RunAsync(["agent", "run", "--json", "--id", "sh", "--heartbeat", "1s", "--", "/bin/sh", "-c", "echo 1"], interrupt.Token);
        var task = (await _cli.RunAsync("tasks", "submit", "one")).Output.Trim();

        await TaskRig.UntilAsync(async () => (await _cli.JsonAsync("tasks", "show", task)).GetProperty("status").GetString() == "completed");
        await interrupt.CancelAsync();
        var (_, output, errors) = await running;

        Assert.Empty(errors);
        var told = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(told.Select(line => line.GetProperty("at").GetDateTimeOffset()).Order(), told.Select(line => line.GetProperty("at").GetDateTimeOffset()));
        Assert.Contains(told, line => line.GetProperty("message").GetString() == $"{task} completed");
    }

    [Fact]
    public async Task The_first_interrupt_lets_its_programs_end_and_the_second_kills_them()
    {
        using var program = new WrittenProcess();
        using var interruption = new Interruption();
        var running = _cli.RunAsync(["agent", "run", "--id", "sh", "--heartbeat", "1s", "--", "/bin/sh", "-c", $"{program.Write("$$")}; exec sleep 600"], interruption.Stop, interruption: interruption);
        var task = (await _cli.RunAsync("tasks", "submit", "long")).Output.Trim();
        await program.UntilWrittenAsync();

        Assert.True(interruption.Interrupt());
        await TaskRig.UntilAsync(async () => (await _cli.JsonAsync("agents", "show", "sh")).GetProperty("status").GetString() == "maintenance");
        Assert.True(program.IsAlive);
        Assert.True(interruption.Interrupt());
        var (code, _, errors) = await running.WaitAsync(SessionCluster.Patience, Token);

        Assert.Equal(ExitCode.Done, code);
        await program.UntilGoneAsync();
        Assert.EndsWith($"stopping; 1 tasks are running\nending now; 1 tasks are stopped\n{task} is stopped\n", errors, StringComparison.Ordinal);
        Assert.Equal("The agent was stopped.", (await _cli.JsonAsync("tasks", "show", task)).GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_program_whose_task_is_cancelled_is_killed_and_the_agent_says_why()
    {
        using var program = new WrittenProcess();
        using var interrupt = new CancellationTokenSource();
        var running = _cli.RunAsync(["agent", "run", "--id", "sh", "--heartbeat", "1s", "--", "/bin/sh", "-c", $"{program.Write("$$")}; exec sleep 600"], interrupt.Token);
        var task = (await _cli.RunAsync("tasks", "submit", "long")).Output.Trim();
        await program.UntilWrittenAsync();

        await _cli.RunAsync("tasks", "cancel", task);
        await program.UntilGoneAsync();
        await interrupt.CancelAsync();

        Assert.Contains($"{task} was cancelled\n", (await running.WaitAsync(SessionCluster.Patience, Token)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_tells_each_change_on_a_line_and_ends_when_told()
    {
        await RegisterAsync("ada", 1, "build");
        Memento.Tasks.ReceivedTask? given = null;
        var output = new Following(
            ("agent ada: idle, 0 of 1, 0 done, 0 % errors", async () => given = await ReceiveAsync("ada", "build")),
            ("queue default: 0 waiting, 1 with agents, 0 completed, 0 failed", () => Agents.SayAsync(given!.TaskId, Memento.Tasks.TaskOperation.Complete, new() { AgentId = "ada", Token = given.Token }, Token)),
            ("agent ada: idle, 0 of 1, 1 done", () => Agents.RemoveAsync("ada", Token)),
            ("agent ada: removed", null));

        var code = await CommandLine.RunAsync([.. _cli.Globals, "agents", "watch"], new(output, TextWriter.Null, _ => null, new FastClock(5)), output.Token);

        await output.AllCameAsync();
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("Z  queue default: 0 waiting, 0 with agents, 1 completed, 0 failed\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_for_programs_tells_each_change_as_a_document()
    {
        await RegisterAsync("ada", 1, "build");
        var output = new Following(
            ("\"status\":\"idle\"", () => ReceiveAsync("ada", "build")),
            ("\"load\":1", () => Agents.RemoveAsync("ada", Token)),
            ("removedAgent", null));

        var code = await CommandLine.RunAsync([.. _cli.Globals, "agents", "watch", "--json"], new(output, TextWriter.Null, _ => null, new FastClock(5)), output.Token);

        await output.AllCameAsync();
        var changes = output.ToString().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(ExitCode.Done, code);
        Assert.All(changes, change => Assert.Single(change.EnumerateObject()));
        Assert.Equal("ada", changes[0].GetProperty("agent").GetProperty("agentId").GetString());
        Assert.Contains(changes, c => c.TryGetProperty("queue", out var queue) && queue.GetProperty("name").GetString() == "default");
        Assert.Contains(changes, c => c.TryGetProperty("removedAgent", out var gone) && gone.GetString() == "ada");
        Assert.Equal(changes.Count, changes.Select(c => c.GetRawText()).Distinct().Count());
    }

    [Fact]
    public async Task A_watch_can_stop_by_itself()
    {
        await RegisterAsync("ada", 1);
        await RegisterAsync("bob", 1);

        var (code, output, _) = await _cli.RunAsync("agents", "watch", "--count", "1", "--every", "1d");

        Assert.Equal(ExitCode.Done, code);
        Assert.EndsWith("Z  agent ada: idle, 0 of 1, 0 done, 0 % errors", Assert.Single(output.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_a_watch_is_one_table()
    {
        await RegisterAsync("ada", 3, "build");
        await _cli.RunAsync("tasks", "submit", "other", "--needs", "other");
        var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System, outIsTerminal: true);
        terminal.OutConsole.Profile.Width = 120;

        Assert.Equal(ExitCode.Done, await CommandLine.RunAsync([.. _cli.Globals, "agents", "watch", "--count", "2"], terminal, Token));
        Assert.Contains("0 of 3", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Waiting", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Ctrl-C ends it.", output.ToString(), StringComparison.Ordinal);
    }

    private Task<AgentView> RegisterAsync(string name, int max, params string[] capabilities) => Agents.RegisterAsync(name, new() { Type = "test", MaxLoad = max, Capabilities = [.. capabilities] }, Token);

    /// <summary>Submits a task and gives it to an agent.</summary>
    private async Task<Memento.Tasks.ReceivedTask> ReceiveAsync(string agent, string type)
    {
        await _cli.RunAsync("tasks", "submit", type, "--needs", type);
        return Assert.Single((await Agents.ReceiveAsync(agent, new() { WaitSeconds = 20 }, Token)).Items);
    }

    /// <summary>Does something when a line with some words comes, then waits for the next ones; presses Ctrl-C at the last.</summary>
    private sealed class Following : StringWriter
    {
        private readonly CancellationTokenSource _interrupt = new(SessionCluster.Patience);
        private readonly Queue<(string Words, Func<Task>? Then)> _awaited;
        private readonly List<Task> _done = [];

        public Following(params (string Words, Func<Task>? Then)[] awaited) => _awaited = new(awaited);

        public CancellationToken Token => _interrupt.Token;

        public async Task AllCameAsync()
        {
            await Task.WhenAll(_done);
            Assert.True(_awaited.Count == 0, $"waits for {_awaited.FirstOrDefault().Words} in:\n{this}");
        }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (_awaited.Count == 0 || !value!.Contains(_awaited.Peek().Words, StringComparison.Ordinal)) return;
            if (_awaited.Dequeue().Then is { } then) _done.Add(then());
            if (_awaited.Count == 0) _interrupt.Cancel();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _interrupt.Dispose();
            base.Dispose(disposing);
        }
    }
}
