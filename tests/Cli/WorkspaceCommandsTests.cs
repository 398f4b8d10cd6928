using System.Text;
using System.Text.Json;
using Memento.Cli;
using Memento.Tests.Client;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>Documents, points, rollbacks and conflicts from the command line, against a real server.</summary>
public sealed class WorkspaceCommandsTests(MementoServer server) : IClassFixture<MementoServer>
{
    private readonly string _workspace = "cli docs " + Guid.NewGuid();

    [Fact]
    public async Task Bytes_go_in_and_come_out_as_they_are()
    {
        byte[] bytes = [0, 255, 10, 13, 128];
        var put = await RunAsync(["docs", "put", "file/a/b.bin", "--agent", "ada", "--session", "s"], bytes);
        var (_, _, _, raw) = await RunAsync(["docs", "get", "file/a/b.bin"]);
        var json = await JsonAsync("docs", "get", "file/a/b.bin");

        Assert.Equal((ExitCode.Done, "created file/a/b.bin, version 1\n"), (put.Code, put.Output));
        Assert.Equal(bytes, raw);
        Assert.Equal(bytes, json.GetProperty("base64").GetBytesFromBase64());
        Assert.Equal(("ada", "s", "application/octet-stream"), (json.GetProperty("agentId").GetString(), json.GetProperty("sessionId").GetString(), json.GetProperty("contentType").GetString()));
    }

    [Fact]
    public async Task Documents_are_written_patched_listed_and_deleted()
    {
        await JsonAsync("docs", "put", "entity/f", "--value", """{ "b": 1 }""", "--if-absent");
        var patched = await JsonAsync("docs", "patch", "entity/f", "--value", """{"c":2}""", "--if-match", "1");
        var read = await JsonAsync("docs", "get", "entity/f");
        var exists = await RunAsync(["docs", "put", "entity/f", "--value", "1", "--if-absent"]);
        var stale = await RunAsync(["docs", "delete", "entity/f", "--if-match", "1"]);
        var list = await RunAsync(["docs", "list", "--kind", "entity", "--prefix", "f"]);
        var deleted = await JsonAsync("docs", "delete", "entity/f");
        var history = await JsonAsync("docs", "history", "entity/f", "--all");
        var gone = await RunAsync(["docs", "get", "entity/f"]);

        Assert.Equal("updated", patched.GetProperty("documents")[0].GetProperty("outcome").GetString());
        Assert.Equal("""{"b":1,"c":2}""", read.GetProperty("value").GetRawText());
        Assert.Equal((ExitCode.Conflict, ExitCode.Conflict, ExitCode.NotFound), (exists.Code, stale.Code, gone.Code));
        Assert.Contains("entity/f", list.Output, StringComparison.Ordinal);
        Assert.Equal("deleted", deleted.GetProperty("documents")[0].GetProperty("outcome").GetString());
        Assert.Equal(["deleted", "updated", "created"], history.GetProperty("items").EnumerateArray().Select(v => v.GetProperty("operation").GetString()));
    }

    [Fact]
    public async Task One_agents_work_is_looked_at_undone_and_brought_back()
    {
        await RunAsync(["docs", "put", "entity/a", "--value", """{"x":1}""", "--agent", "ada"]);
        var point = (await RunAsync(["points", "create", "before"])).Output.Trim();
        await RunAsync(["docs", "put", "entity/a", "--value", """{"x":2}""", "--agent", "bob"]);
        await RunAsync(["docs", "put", "entity/b", "--value", "1", "--agent", "ada"]);

        var diff = await RunAsync(["points", "diff", point]);
        var stat = await RunAsync(["points", "diff", point, "--stat"]);
        var preview = await JsonAsync("rollback", "preview", "--point", point, "--agents", "bob");
        var run = await RunAsync(["rollback", "run", "--point", point, "--agents", "bob", "--preview-token", preview.GetProperty("previewToken").GetString()!, "--by", "ada"]);
        var after = await JsonAsync("docs", "get", "entity/a");
        var stale = await RunAsync(["rollback", "run", "--point", point, "--agents", "bob", "--preview-token", preview.GetProperty("previewToken").GetString()!]);
        var operation = (await JsonAsync("rollback", "list")).GetProperty("items")[0].GetProperty("operationId").GetString()!;
        var undone = await JsonAsync("rollback", "undo", operation);

        Assert.Contains("1 created · 1 updated", diff.Output, StringComparison.Ordinal);
        Assert.Contains("updated entity/a\nbob · ", diff.Output, StringComparison.Ordinal);
        Assert.Contains("-   \"x\": 1\n", diff.Output, StringComparison.Ordinal);
        Assert.Contains("updated entity/a", stat.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("completed", run.Output, StringComparison.Ordinal);
        Assert.Contains($"memento rollback undo {operation} --workspace '{_workspace}' --server {server.Url}", run.Errors, StringComparison.Ordinal);
        Assert.Equal("""{"x":1}""", after.GetProperty("value").GetRawText());
        Assert.Equal(ExitCode.Conflict, stale.Code);
        Assert.Equal("completed", undone.GetProperty("status").GetString());
        Assert.Equal("""{"x":2}""", (await JsonAsync("docs", "get", "entity/a")).GetProperty("value").GetRawText());
    }

    [Fact]
    public async Task A_conflict_stops_a_rollback_or_waits_for_a_decision()
    {
        await RunAsync(["docs", "put", "entity/a", "--value", """{"x":1}"""]);
        await RunAsync(["docs", "put", "file/t", "--value", "one"]);
        var point = (await JsonAsync("points", "create", "before")).GetProperty("rollbackPointId").GetString()!;
        foreach (var (agent, value) in ((string, string)[])[("bob", "2"), ("ada", "3")])
        {
            await RunAsync(["docs", "put", "entity/a", "--value", $$"""{"x":{{value}}}""", "--agent", agent]);
            await RunAsync(["docs", "put", "file/t", "--value", value, "--agent", agent, "--content-type", "text/x-mine"]);
        }

        var aborted = await RunAsync(["rollback", "run", "--point", point, "--agents", "bob", "--json"]);
        var asked = await RunAsync(["rollback", "run", "--point", point, "--agents", "bob", "--conflicts", "ask_user"]);
        var conflicts = (await JsonAsync("conflicts", "list", "--status", "open")).GetProperty("items").EnumerateArray().ToDictionary(c => c.GetProperty("id").GetString()!, c => c.GetProperty("conflictId").GetString()!);
        var shown = await RunAsync(["conflicts", "show", conflicts["a"]]);
        var value1 = await RunAsync(["conflicts", "resolve", "value", conflicts["t"], "--value", "-"], "mine"u8.ToArray());
        var several = await RunAsync(["conflicts", "resolve", "use-rollback", conflicts["a"], "conf-none", "--json"]);

        Assert.Equal((ExitCode.Conflict, "failed"), (aborted.Code, JsonDocument.Parse(aborted.Output).RootElement.GetProperty("status").GetString()));
        Assert.Equal(ExitCode.Done, asked.Code);
        Assert.Contains("memento conflicts list --rollback op-", asked.Errors, StringComparison.Ordinal);
        Assert.Contains("-   \"x\": 3", shown.Output, StringComparison.Ordinal);
        Assert.Contains("keep-current", shown.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, value1.Code);
        Assert.Equal("mine", Encoding.UTF8.GetString((await RunAsync(["docs", "get", "file/t"])).Bytes));
        Assert.Equal("text/x-mine", (await JsonAsync("docs", "get", "file/t")).GetProperty("contentType").GetString());
        Assert.Equal(ExitCode.NotFound, several.Code);
        Assert.Equal(2, JsonDocument.Parse(several.Output).RootElement.GetProperty("results").GetArrayLength());
        Assert.Equal("""{"x":1}""", (await JsonAsync("docs", "get", "entity/a")).GetProperty("value").GetRawText());
    }

    [Fact]
    public async Task Who_did_what_is_told_and_a_session_comes_back_from_a_point()
    {
        await MementoClient.Connect(new() { Url = server.Url }).Sessions(_workspace).CreateAsync(new() { SessionId = "s", AgentId = "ada" }, cancellationToken: TestContext.Current.CancellationToken);
        await RunAsync(["docs", "put", "entity/a", "--value", "1", "--agent", "ada", "--session", "s"]);
        var point = (await RunAsync(["points", "create", "before"])).Output.Trim();
        await RunAsync(["points", "pin", point, "--by", "bob"]);
        var other = (await RunAsync(["points", "create", "other"])).Output.Trim();
        await RunAsync(["points", "delete", other, "--by", "zoe"]);

        var all = await RunAsync(["audit"]);
        var adas = await JsonAsync("audit", "--agent", "ada", "--session", "s", "--since", "1h");
        var pages = await JsonAsync("audit", "--all", "--limit", "1");
        var none = await RunAsync(["audit", "--document", "entity/none"]);
        await RunAsync(["docs", "put", "entity/a", "--value", "2"]);
        await RunAsync(["docs", "put", "entity/a", "--value", "3"]);
        var wouldGo = await JsonAsync("docs", "compact", "--dry-run", "--keep", "0s");
        var went = await RunAsync(["docs", "compact", "--keep", "0s"]);
        var restored = await JsonAsync("points", "restore-session", point, "s", "--agent", "eve", "--id", "s2");

        foreach (var told in (string[])["create entity/a", "point_removed", "point_changed", "bob", "zoe"]) Assert.Contains(told, all.Output, StringComparison.Ordinal);
        Assert.Equal("documents_changed", adas.GetProperty("items").EnumerateArray().Single().GetProperty("action").GetString());
        Assert.Equal(5, pages.GetProperty("items").GetArrayLength());
        Assert.Equal((ExitCode.Done, ""), (none.Code, none.Output));
        Assert.Equal((1, true), (wouldGo.GetProperty("dropped").GetInt32(), wouldGo.GetProperty("dryRun").GetBoolean()));
        Assert.StartsWith("1 of 3 versions went, 1 ", went.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync(["audit", "--action", "stolen"])).Code);
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync(["audit", "--document", "a"])).Code);
        Assert.Equal(("s2", "s"), (restored.GetProperty("sessionId").GetString(), restored.GetProperty("parent").GetProperty("sessionId").GetString()));
        Assert.Equal(ExitCode.NotFound, (await RunAsync(["points", "restore-session", point, "never"])).Code);
    }

    [Fact]
    public async Task A_rollback_goes_on_when_its_watcher_leaves_and_can_be_cancelled()
    {
        var point = (await JsonAsync("points", "create", "before")).GetProperty("rollbackPointId").GetString()!;
        foreach (var id in (string[])["a", "b", "c"]) await RunAsync(["docs", "put", "entity/" + id, "--value", "1"]);

        using var interrupt = new CancellationTokenSource();
        var errors = new Interrupting(interrupt);
        var code = await CommandLine.RunAsync(
            [.. Globals, "rollback", "run", "--point", point, "--strategy", "gradual", "--batch-size", "1", "--delay", "600000"], new(TextWriter.Null, errors, _ => null, TimeProvider.System), interrupt.Token);
        var running = (await JsonAsync("rollback", "list", "--status", "in_progress")).GetProperty("items");
        var id1 = Assert.Single(running.EnumerateArray()).GetProperty("operationId").GetString()!;
        var cancelled = await JsonAsync("rollback", "cancel", id1);
        var watched = await RunAsync(["rollback", "watch", id1, "--json"]);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("memento rollback watch " + id1, errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("memento rollback cancel " + id1, errors.ToString(), StringComparison.Ordinal);
        Assert.Equal("cancelled", cancelled.GetProperty("status").GetString());
        Assert.Equal((ExitCode.Failed, 1), (watched.Code, watched.Output.TrimEnd('\n').Split('\n').Length));
        Assert.Equal(3, (await JsonAsync("docs", "list")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_point_is_kept_shown_checked_and_deleted()
    {
        var point = (await JsonAsync("points", "create", "nightly", "--ttl", "4w", "--pinned", "--metadata", """{"a":1}""")).GetProperty("rollbackPointId").GetString()!;

        Assert.Contains("pinned", (await RunAsync(["points", "show", point])).Output, StringComparison.Ordinal);
        Assert.False((await JsonAsync("points", "unpin", point, "--ttl", "7d")).GetProperty("pinned").GetBoolean());
        Assert.True((await JsonAsync("points", "pin", point)).GetProperty("pinned").GetBoolean());
        Assert.True((await JsonAsync("points", "check", point)).GetProperty("healthy").GetBoolean());
        Assert.Equal(point, (await JsonAsync("points", "list", "--all")).GetProperty("items")[0].GetProperty("rollbackPointId").GetString());
        Assert.True((await JsonAsync("points", "delete", point)).GetProperty("deleted").GetBoolean());
        Assert.Equal(ExitCode.NotFound, (await RunAsync(["points", "diff", point])).Code);
    }

    private string[] Globals => ["--server", server.Url.AbsoluteUri, "--workspace", _workspace];

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var (code, output, errors, _) = await RunAsync([.. arguments, "--json"]);
        Assert.True(code is ExitCode.Done or ExitCode.Failed && output.Length > 0, errors);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        return JsonDocument.Parse(output).RootElement;
    }

    private async Task<(int Code, string Output, string Errors, byte[] Bytes)> RunAsync(string[] arguments, byte[]? input = null)
    {
        var (output, errors, bytes) = (new StringWriter(), new StringWriter(), new MemoryStream());
        var terminal = new Terminal(output, errors, _ => null, TimeProvider.System, input: input is null ? null : new MemoryStream(input), outBytes: bytes);
        var code = await CommandLine.RunAsync([.. Globals, .. arguments], terminal, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString(), bytes.ToArray());
    }

    /// <summary>Presses Ctrl-C when the first document is changed.</summary>
    private sealed class Interrupting(CancellationTokenSource interrupt) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.Contains("1 of 3", StringComparison.Ordinal)) interrupt.Cancel();
        }
    }
}
