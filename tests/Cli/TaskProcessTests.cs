using System.Text.Json;
using Memento.Agents;
using Memento.Cli.Agents;
using Memento.Tasks;
using Memento.Tests.Client;
using Memento.Tests.Grains;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>A program that does tasks.</summary>
public sealed class TaskProcessTests
{
    private static readonly ReceivedTask Given = new() { TaskId = "t1", Token = 3, Type = "x", Queue = "default", Attempt = 1, Payload = JsonText.Parse("""{"n":5}""") };

    private readonly List<string> _progress = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<JsonText?> RunAsync(string script, CancellationToken? stop = null, ReceivedTask? task = null) => new TaskProcess(["/bin/sh", "-c", script], TimeProvider.System).RunAsync(new(task ?? Given, (progress, _) =>
    {
        lock (_progress) _progress.Add(progress.Text);
        return Task.CompletedTask;
    }), stop ?? Token);

    [Fact]
    public async Task It_gets_the_task_as_json_and_what_it_prints_is_the_result()
    {
        var echoed = await RunAsync("cat");

        Assert.Contains("\"taskId\":\"t1\"", echoed!.Text, StringComparison.Ordinal);
        Assert.Contains("\"payload\":{\"n\":5}", echoed.Text, StringComparison.Ordinal);
        Assert.Equal("\"just text\"", (await RunAsync("echo just text"))!.Text);
        Assert.Null(await RunAsync("exit 0"));
    }

    [Theory]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("NaN")]
    public async Task What_it_prints_is_text_if_it_is_no_json_that_can_be_kept(string output)
    {
        var result = await RunAsync($"cat << 'END'\n{output}\nEND");

        Assert.Null(result!.Problem(anyValue: true));
        Assert.Equal(output, JsonElement.Parse(result.Text).GetString());
    }

    [Fact]
    public async Task A_character_that_cannot_be_kept_is_replaced_in_text() => Assert.Equal("a\uFFFDb", JsonElement.Parse((await RunAsync("printf 'a\\000b'"))!.Text).GetString());

    [Fact]
    public async Task Lines_on_stderr_are_progress()
    {
        await RunAsync("echo '{\"done\":1}' >&2");

        Assert.Equal("""{"done":1}""", Assert.Single(_progress));
    }

    [Fact]
    public async Task Its_exit_code_says_whether_another_attempt_makes_sense()
    {
        Assert.Contains("exit code 3: no space", (await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("echo no space >&2; exit 3"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TaskFailedException>(() => RunAsync("exit 100"));
        Assert.Contains("could not be started", (await Assert.ThrowsAsync<InvalidOperationException>(() => new TaskProcess(["/no/such/program"], TimeProvider.System).RunAsync(new(Given, (_, _) => Task.CompletedTask), TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_told_the_trace_of_the_task_and_no_other()
    {
        const string submitter = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        Assert.Equal($"\"{submitter}\"", (await RunAsync("echo $TRACEPARENT", task: Given with { TraceParent = submitter }))!.Text);
        Assert.Null(await RunAsync("echo $TRACEPARENT$TRACESTATE"));
        using var recorded = new RecordedSpans(System.Diagnostics.ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"));
        System.Diagnostics.ActivityContext.TryParse(submitter, null, out var parent);
        using var attempt = Telemetry.Source.StartActivity("task", System.Diagnostics.ActivityKind.Consumer, parent)!;
        attempt.TraceStateString = "v=1";
        Assert.Equal($"\"{attempt.Id} v=1\"", (await RunAsync("echo $TRACEPARENT $TRACESTATE", task: Given with { TraceParent = submitter }))!.Text);
    }

    [Fact]
    public async Task One_that_prints_without_end_has_failed() => await Assert.ThrowsAsync<TaskFailedException>(() => RunAsync("yes"));

    [Fact]
    public async Task It_is_over_when_it_exits_whatever_it_has_left_in_the_background()
    {
        using WrittenProcess left = new(), leftReading = new(), leftByFailure = new();
        var large = Given with { Payload = new JsonText($"\"{new string('x', 1_000_000)}\"") };

        var done = RunAsync($"sleep 600 & {left.Write("$!")}; echo '\"done\"'; exit 0");
        var unread = RunAsync($"exec 3<&0; sleep 600 <&3 & {leftReading.Write("$!")}; exit 0", task: large);
        var failing = RunAsync($"sleep 600 & {leftByFailure.Write("$!")}; printf 'no space' >&2; exit 3");

        Assert.Equal("\"done\"", (await done.WaitAsync(SessionCluster.Patience, Token))!.Text);
        Assert.Null(await unread.WaitAsync(SessionCluster.Patience, Token));
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => failing.WaitAsync(SessionCluster.Patience, Token));
        Assert.Contains("exit code 3: no space", failed.Message, StringComparison.Ordinal);
        Assert.All([left, leftReading, leftByFailure], process => Assert.True(process.End()));
    }

    [Fact]
    public async Task It_has_a_session_of_its_own_where_no_Ctrl_C_of_the_terminal_reaches_it()
    {
        var (process, session) = (await RunAsync("echo $$ $(cut -d ' ' -f 6 /proc/$$/stat)"))!.Text.Trim('"').Split(' ') is [var id, var of] ? (id, of) : default;

        Assert.True(OwnSession.IsPossible);
        Assert.Equal(process, session);
    }

    [Theory]
    [InlineData("sleep 600 & {0}; wait")]
    [InlineData("(sleep 600 & {0}); sleep 600")]
    [InlineData("(sleep 600 & {0}); exec sleep 600 > /dev/null 2>&1 < /dev/null")]
    public async Task It_is_killed_with_its_children_when_the_task_is_lost(string script)
    {
        using var child = new WrittenProcess();
        using var lost = new CancellationTokenSource();
        var running = RunAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, script, child.Write("$!")), lost.Token);
        await child.UntilWrittenAsync();

        await lost.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(SessionCluster.Patience, Token));
        await child.UntilGoneAsync();
    }
}
