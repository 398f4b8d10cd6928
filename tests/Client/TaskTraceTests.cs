using System.Collections.Concurrent;
using System.Diagnostics;
using Memento.Agents;
using Memento.Tasks;
using Memento.Tests.Grains;
using Memento.Tests.Grains.Tasks;
using Xunit;

namespace Memento.Tests.Client;

/// <summary>One trace, from who submits a task through the real server to the handler of an agent, and on.</summary>
public sealed class TaskTraceTests(MementoServer server) : IClassFixture<MementoServer>, IAsyncDisposable
{
    private readonly string _workspace = $"w-{Guid.NewGuid():N}";
    private readonly Activity _caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Transports => ["http", "orleans"];

    private IMementoClient Client(string transport) => transport == "http" ? MementoClient.Connect(new() { Url = server.Url }) : MementoClient.Over(server.Grains, new());

    private void Run(IMementoClient client, Func<AgentTask, CancellationToken, Task<JsonText?>> handle) =>
        _running.Add(Task.Run(() => new AgentRunner(client.Agents(_workspace), new() { AgentId = "a" }, handle).RunAsync(_stop.Token), Token));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(SessionCluster.Patience, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _caller.Dispose();
    }

    [Theory, MemberData(nameof(Transports))]
    public async Task A_trace_follows_a_task_from_the_submission_to_its_end_and_to_what_came_of_it(string transport)
    {
        var client = Client(transport);
        var seen = new ConcurrentQueue<(ActivityTraceId? Trace, string? ParentSpan, string? Task)>();
        Run(client, async (task, ct) =>
        {
            seen.Enqueue((Activity.Current?.TraceId, Activity.Current?.ParentSpanId.ToHexString(), task.Task.TraceParent));
            if (task.Task.Type == "first") await client.Tasks(_workspace).SubmitAsync([new() { Type = "second" }], cancellationToken: ct);
            return null;
        });

        _caller.Start();
        var trace = _caller.TraceId;
        using var recorded = new RecordedSpans(trace);
        var submitted = (await client.Tasks(_workspace).SubmitAsync([new() { Type = "first" }], cancellationToken: Token))[0];
        _caller.Stop();
        await TaskRig.UntilAsync(async () => (await client.Tasks(_workspace).ListAsync(new() { Status = WorkStatus.Completed }, Token)).Items.Length == 2);
        await TaskRig.UntilAsync(() => Task.FromResult(recorded.All.Count(s => s.Kind is ActivityKind.Consumer) == 2));

        Assert.True(TraceParent.TryRead(submitted.TraceParent, out var submitter));
        Assert.Equal(trace, submitter.TraceId);
        Assert.Equal([trace, trace], seen.Select(s => s.Trace!.Value));
        Assert.Equal((submitter.SpanId.ToHexString(), submitted.TraceParent), (seen.First().ParentSpan, seen.First().Task));
        foreach (var name in (string[])["task submit", "task assign", "task start", "task complete"]) Assert.Equal(2, recorded.All.Count(s => s.DisplayName == name));
        var (first, second) = (recorded.All.Single(s => s.DisplayName == "task first"), recorded.All.Single(s => s.DisplayName == "task second"));
        Assert.Equal(("completed", "a", submitted.TaskId), ((string?)first.GetTagItem("memento.task.outcome"), (string?)first.GetTagItem("memento.agent.id"), (string?)first.GetTagItem("memento.task.id")));
        Assert.Equal(trace, second.TraceId);
        Assert.All(recorded.All, span => Assert.True(span.Duration >= TimeSpan.Zero));
    }

    [Fact]
    public async Task An_attempt_that_fails_says_so_in_its_span()
    {
        var client = Client("http");
        _caller.Start();
        using var recorded = new RecordedSpans(_caller.TraceId);
        var id = (await client.Tasks(_workspace).SubmitAsync([new() { Type = "x" }], cancellationToken: Token))[0].TaskId;
        _caller.Stop();
        Run(client, (_, _) => throw new TaskFailedException("it cannot be done"));
        await TaskRig.UntilAsync(async () => (await client.Tasks(_workspace).GetAsync(id, Token)).Status is WorkStatus.Failed);
        await TaskRig.UntilAsync(() => Task.FromResult(recorded.All.Any(s => s.Kind is ActivityKind.Consumer)));

        var span = recorded.All.Single(s => s.Kind is ActivityKind.Consumer);
        Assert.Equal(("failed", ActivityStatusCode.Error, "it cannot be done"), ((string?)span.GetTagItem("memento.task.outcome"), span.Status, span.StatusDescription));
        Assert.Equal("exception", Assert.Single(span.Events).Name);
        Assert.Contains(recorded.All, s => s.DisplayName == "task fail" && s.Status is ActivityStatusCode.Error);
    }

    [Fact]
    public async Task A_trace_that_nobody_records_is_passed_on_all_the_same()
    {
        var client = Client("http");
        var inside = new TaskCompletionSource<string?>();
        Run(client, (_, _) =>
        {
            inside.TrySetResult(Activity.Current?.Id);
            return Task.FromResult<JsonText?>(null);
        });

        await client.Tasks(_workspace).SubmitAsync([new() { Type = "x" }], cancellationToken: Token);
        Assert.Null(await inside.Task.WaitAsync(SessionCluster.Patience, Token));   // it belongs to no trace

        inside = new();
        _caller.Start();
        await client.Tasks(_workspace).SubmitAsync([new() { Type = "x" }], cancellationToken: Token);
        Assert.True(TraceParent.TryRead(await inside.Task.WaitAsync(SessionCluster.Patience, Token), out var span));
        Assert.Equal(_caller.TraceId, span.TraceId);
    }
}

/// <summary>Memento's spans of one trace, whoever made them, once they have ended.</summary>
public sealed class RecordedSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public RecordedSpans(ActivityTraceId trace)
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref options) => options.TraceId == trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace) _ended.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<Activity> All => _ended;

    public void Dispose() => _listener.Dispose();
}
