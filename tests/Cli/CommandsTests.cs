using System.Text.Json;
using Memento.Cli;
using Memento.Tests.Client;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>The commands against a real server.</summary>
public sealed class CommandsTests(MementoServer server) : IClassFixture<MementoServer>, IDisposable
{
    private readonly TemporaryRepository _git = new();
    private readonly string _workspace = "cli-" + Guid.NewGuid();

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task A_history_goes_in_and_can_be_asked_for()
    {
        var first = _git.Commit("src/a.cs", "1\n");
        _git.Commit("src/b.cs", "1\n");
        _git.Author = "Grace";
        _git.Commit("src/a.cs", "2\n", wait: 90_000);
        var id = "git-" + first;

        var import = await JsonAsync("import", "git", _git.Folder);
        var again = await JsonAsync("import", "git", _git.Folder);
        var byEntity = await JsonAsync("sessions", "list", "--entity", "src/a.cs");
        var byAgent = await JsonAsync("sessions", "list", "--agent", "Grace");
        var byTime = await JsonAsync("sessions", "list", "--until", "2023-11-15", "--all");
        var show = await JsonAsync("sessions", "show", id, "--events", "1");
        var past = await JsonAsync("sessions", "show", id, "--at", "1");
        var events = await JsonAsync("sessions", "events", id, "--order", "desc");
        var fork = await JsonAsync("sessions", "fork", id, "--at", "1", "--agent", "repair");
        var stats = await JsonAsync("stats");

        Assert.Equal((2, 3), (import.GetProperty("sessionsCreated").GetInt32(), import.GetProperty("events").GetInt32()));
        Assert.Equal((2, 0), (again.GetProperty("sessionsUnchanged").GetInt32(), again.GetProperty("events").GetInt32()));
        Assert.Equal(2, byEntity.GetProperty("items").GetArrayLength());
        Assert.Equal(1, byAgent.GetProperty("items").GetArrayLength());
        Assert.Equal([id], byTime.GetProperty("items").EnumerateArray().Select(s => s.GetProperty("sessionId").GetString()));
        Assert.Equal(2, show.GetProperty("events")[0].GetProperty("seq").GetInt32());
        Assert.Equal((1, 1), (past.GetProperty("lastSeq").GetInt32(), past.GetProperty("events").GetArrayLength()));
        Assert.Equal([2, 1], events.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("seq").GetInt32()));
        Assert.Equal(id, fork.GetProperty("parent").GetProperty("sessionId").GetString());
        Assert.Equal(3, stats.GetProperty("totalSessions").GetInt32());
    }

    [Fact]
    public async Task A_session_is_handed_over_with_the_reason()
    {
        using var client = MementoClient.Connect(new() { Url = server.Url });
        await client.Sessions(_workspace).CreateAsync(new() { AgentId = "ada", SessionId = "s" }, cancellationToken: TestContext.Current.CancellationToken);

        var over = await RunAsync("sessions", "handoff", "s", "--from", "ada", "--to", "bob", "--reason", "lunch", "--priority", "5", "--context", """{"next":"tests"}""");
        var note = (await JsonAsync("sessions", "events", "s", "--order", "desc")).GetProperty("items")[0].GetProperty("handoff");
        var back = await JsonAsync("sessions", "handoff", "s", "--from", "bob", "--to", "ada", "--reason", "is back");

        Assert.Equal((ExitCode.Done, ""), (over.Code, over.Errors));
        Assert.Matches("^s went from ada to bob with event [0-9]+; in it now: bob\\.\n$", over.Output);
        Assert.Equal(("bob", "lunch", 5, "tests"), (note.GetProperty("toAgent").GetString(), note.GetProperty("reason").GetString(), note.GetProperty("priority").GetInt32(), note.GetProperty("context").GetProperty("next").GetString()));
        Assert.Equal("ada", Assert.Single(back.GetProperty("agentIds").EnumerateArray()).GetString());
        Assert.Equal(ExitCode.Conflict, (await RunAsync("sessions", "handoff", "s", "--from", "bob", "--to", "ada", "--reason", "again")).Code);
    }

    [Fact]
    public async Task A_watch_prints_one_document_per_line_and_ends_when_told()
    {
        var first = _git.Commit("a", "1\n");
        _git.Commit("b", "1\n");
        await JsonAsync("import", "git", _git.Folder);

        var (code, output, _) = await RunAsync("sessions", "watch", "git-" + first, "--count", "2", "--json");

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal([1, 2], output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task An_interrupted_watch_has_done_its_work()
    {
        var first = _git.Commit("a", "1\n");
        await JsonAsync("import", "git", _git.Folder);
        using var interrupt = new CancellationTokenSource();
        var output = new Interrupting(interrupt);

        var code = await CommandLine.RunAsync([.. Globals, "sessions", "watch", "git-" + first, "--json"], new(output, TextWriter.Null, _ => null, TimeProvider.System), interrupt.Token);

        Assert.Equal(ExitCode.Done, code);
    }

    [Fact]
    public async Task Exit_codes_tell_what_is_wrong()
    {
        var first = _git.Commit("a", "1\n");
        await JsonAsync("import", "git", _git.Folder);

        Assert.Equal(ExitCode.NotFound, (await RunAsync("sessions", "show", "nobody", "--json")).Code);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("sessions", "watch", "nobody")).Code);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("sessions", "show", "git-" + first, "--at", "99")).Code);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("sessions", "fork", "git-" + first, "--at", "99")).Code);
        Assert.Equal(ExitCode.Conflict, (await RunAsync("sessions", "fork", "git-" + first, "--id", "git-" + first)).Code);
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync("sessions", "list", "--cursor", "nonsense")).Code);
        var (code, output, errors) = await RunAsync("sessions", "show", "nobody", "--json");
        Assert.Equal((ExitCode.NotFound, ""), (code, output));
        Assert.Equal("memento: There is no session \"nobody\" (SESSION_NOT_FOUND).\n", errors);
    }

    [Fact]
    public async Task Tables_hold_what_people_look_for()
    {
        var first = _git.Commit("src/a.cs", "1\n", "The subject");
        await JsonAsync("import", "git", _git.Folder);

        Assert.Contains($"git-{first} working", (await RunAsync("sessions", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("added src/a.cs", (await RunAsync("sessions", "show", "git-" + first)).Output, StringComparison.Ordinal);
        Assert.Contains("The subject", (await RunAsync("sessions", "events", "git-" + first)).Output, StringComparison.Ordinal);
        Assert.Contains("Sessions     1, 1 of them active", (await RunAsync("stats")).Output, StringComparison.Ordinal);
    }

    private string[] Globals => ["--server", server.Url.AbsoluteUri, "--workspace", _workspace];

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync([.. arguments, "--json"]);
        Assert.True(code == ExitCode.Done, errors);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        return JsonDocument.Parse(output).RootElement;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync([.. Globals, .. arguments], new(output, errors, _ => null, TimeProvider.System), TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>Presses Ctrl-C when the first line comes.</summary>
    private sealed class Interrupting(CancellationTokenSource interrupt) : StringWriter
    {
        public override void WriteLine(string? value) => interrupt.Cancel();
    }
}
