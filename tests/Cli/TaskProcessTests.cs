using Memento.Agents;
using Memento.Cli.Agents;
using Memento.Tasks;
using Memento.Tests.Client;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>A program that does tasks.</summary>
public sealed class TaskProcessTests
{
    private static readonly ReceivedTask Given = new() { TaskId = "t1", Token = 3, Type = "x", Queue = "default", Attempt = 1, Payload = JsonText.Parse("""{"n":5}""") };

    private readonly List<string> _progress = [];

    private Task<JsonText?> RunAsync(string script, CancellationToken? stop = null, ReceivedTask? task = null) => new TaskProcess(["/bin/sh", "-c", script], TimeProvider.System).RunAsync(new(task ?? Given, (progress, _) =>
    {
        lock (_progress) _progress.Add(progress.Text);
        return Task.CompletedTask;
    }), stop ?? TestContext.Current.CancellationToken);

    [Fact]
    public async Task It_gets_the_task_as_json_and_what_it_prints_is_the_result()
    {
        var echoed = await RunAsync("cat");

        Assert.Contains("\"taskId\":\"t1\"", echoed!.Text, StringComparison.Ordinal);
        Assert.Contains("\"payload\":{\"n\":5}", echoed.Text, StringComparison.Ordinal);
        Assert.Equal("\"just text\"", (await RunAsync("echo just text"))!.Text);
        Assert.Null(await RunAsync("exit 0"));
    }

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
    public async Task It_is_killed_with_its_children_when_the_task_is_lost()
    {
        var file = Path.Combine(Path.GetTempPath(), $"memento-{Guid.NewGuid():N}");
        using var lost = new CancellationTokenSource();
        var running = RunAsync($"sleep 600 & echo $! > {file}.part; mv {file}.part {file}; echo begun >&2; wait", lost.Token);
        while (!File.Exists(file)) await Task.Yield();
        var child = int.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        File.Delete(file);

        await lost.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        while (IsAlive(child)) await Task.Yield();
    }

    private static bool IsAlive(int process) => File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
}
