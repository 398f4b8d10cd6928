using System.Collections.Immutable;
using Memento.Agents;
using Memento.Journaling;
using Memento.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Memento.Tests.Grains.Tasks;

/// <summary>A workspace of its own, its agents and what they do with its tasks.</summary>
public sealed class TaskRig(SessionCluster cluster, string? name = null)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    /// <summary>Time between two questions. Questions without a pause take the processor from the grains that answer.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public string Name { get; } = name ?? $"w/{SessionCluster.NewId()}";

    public SessionCluster Cluster => cluster;

    public ITaskQueueGrain Queue(string name = SubmitRules.DefaultQueue) => cluster.Client.GetGrain<ITaskQueueGrain>(new GrainKey(Name, name).ToString());

    public ITaskQueryGrain Tasks => cluster.Client.GetGrain<ITaskQueryGrain>(Name);

    public IAgentGrain Agent(string name) => cluster.Client.GetGrain<IAgentGrain>(new GrainKey(Name, name).ToString());

    public IAgentQueryGrain Agents => cluster.Client.GetGrain<IAgentQueryGrain>(Name);

    public Task<AgentRegistration> RegisterAsync(string name, int maxLoad = 1, string? instance = null, params string[] capabilities) =>
        Agent(name).RegisterAsync(new() { Type = "test", MaxLoad = maxLoad, Capabilities = [.. capabilities], InstanceId = instance });

    public async Task<string> SubmitAsync(SubmitTask? task = null) => (await Queue(task?.Queue ?? SubmitRules.DefaultQueue).SubmitAsync([task ?? new() { Type = "build" }]))[0].TaskId;

    public async Task<ImmutableArray<string>> SubmitManyAsync(int count) => [.. (await Queue().SubmitAsync([.. Enumerable.Range(0, count).Select(i => new SubmitTask { Type = "build", Payload = JsonText.Parse($"{{\"n\":{i}}}") })])).Select(t => t.TaskId)];

    /// <summary>Receives until so many tasks are there, or the time is up.</summary>
    public async Task<ImmutableArray<ReceivedTask>> ReceiveAsync(string agent, int count = 1)
    {
        var all = ImmutableArray.CreateBuilder<ReceivedTask>();
        while (all.Count < count)
        {
            var polling = Agent(agent).ReceiveAsync(new() { Max = count - all.Count, WaitSeconds = 30 }, TestContext.Current.CancellationToken);
            all.AddRange((await polling.WaitAsync(SessionCluster.Patience, TestContext.Current.CancellationToken)).Items);
        }

        return all.ToImmutable();
    }

    /// <summary>What is there already.</summary>
    public async Task<ReceivedTasks> PollAsync(string agent, int max = 100) => await Agent(agent).ReceiveAsync(new() { Max = max }, TestContext.Current.CancellationToken);

    public async Task<TaskAnswer> SayAsync(string agent, TaskOperation operation, string taskId, long token, Func<TaskReport, TaskReport>? more = null)
    {
        var report = new TaskReport { AgentId = agent, Token = token };
        return (await Agent(agent).ReportAsync([new(taskId, operation, more?.Invoke(report) ?? report)]))[0];
    }

    public async Task<TaskView> CompleteAsync(string agent, ReceivedTask task, string result = "true") => (await SayAsync(agent, TaskOperation.Complete, task.TaskId, task.Token, r => r with { Result = JsonText.Parse(result) })).Value();

    public async Task<WorkStatus> StatusAsync(string taskId) => (await Tasks.GetAsync(taskId)).Status;

    /// <summary>Waits until something is so; what grains do in the background takes a moment.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var over = new CancellationTokenSource(SessionCluster.Patience);
        using var timer = new PeriodicTimer(Pause);
        while (!await isSo()) await timer.WaitForNextTickAsync(over.Token);
    }

    public Task UntilAsync(string taskId, WorkStatus status) => UntilAsync(async () => await StatusAsync(taskId) == status);

    /// <summary>Lets time pass, and whoever looks after the dead look.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= Step) cluster.Clock.Advance(left < Step ? left : Step);   // in one jump it would seem that the silo slept
        await cluster.Services.GetRequiredService<AgentMonitor>().SweepAsync(SweepShare.All, CancellationToken.None);
        await cluster.Services.GetRequiredService<QueueSweeper>().SweepAsync(SweepShare.All, CancellationToken.None);
    }

    public static async Task<Refusal> RefusedAsync(string code, Task<TaskAnswer> answer)
    {
        var refusal = Assert.IsType<Refusal>((await answer).Refusal);
        Assert.Equal(code, refusal.Code);
        return refusal;
    }
}
