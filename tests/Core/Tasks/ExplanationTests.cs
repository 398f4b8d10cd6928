using Memento.Agents;
using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Core.Tasks;

/// <summary>Why a task does not run, in words.</summary>
public sealed class ExplanationTests
{
    private static readonly DateTimeOffset T0 = new DateTimeOffset(2026, 5, 6, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(250);
    private static readonly TaskReport ByA = new() { AgentId = "a", Token = 7 };

    private static TaskState New(params string[] capabilities) => TaskLife.Submit(new() { Type = "build", RequiredCapabilities = [.. capabilities] }, 1, "task-1", [], QueueSettings.Default, T0);

    private static TaskState Running() => TaskLife.Start(TaskLife.Assign(New(), "a", 7, T0.AddSeconds(1)).After!, ByA, new TaskLimits(), T0.AddSeconds(1.75)).After!;

    private static AgentPool Pool(params string[] capabilities)
    {
        var pool = new AgentPool();
        if (capabilities.Length > 0) pool.Put("a", 1, [.. capabilities], new(0, 0, 1, 1, 0, null));
        return pool;
    }

    private static string Sentence(TaskState task, AgentPool? pool = null) => Explanation.Of(task, QueueSettings.Default, pool ?? Pool(), T0.AddMinutes(1)).Explanation;

    [Fact]
    public void Who_is_missing_is_named_also_when_no_agent_is_alive()
    {
        Assert.Equal("No agent is alive.", Sentence(New()));
        Assert.Equal("No agent that is alive has capability gpu.", Sentence(New("gpu")));
        Assert.Equal("No agent that is alive has capability gpu.", Sentence(New("gpu", "cpu"), Pool("cpu")));
        Assert.Equal("No agent that is alive has capability gpu or tpu.", Sentence(New("gpu", "cpu", "tpu"), Pool("cpu")));
        var apart = Pool("cpu");
        apart.Put("b", 1, ["gpu"], new(0, 0, 1, 1, 0, null));
        Assert.Equal("No agent that is alive has all of its capabilities: cpu, gpu.", Sentence(New("gpu", "cpu"), apart));
    }

    [Fact]
    public void Times_are_written_as_in_data()
    {
        Assert.Equal("It is running on agent a since 2026-05-06T12:00:02Z.", Sentence(Running()));
        var assigned = TaskLife.Assign(New(), "a", 7, T0.ToOffset(TimeSpan.FromHours(2))).After!;
        Assert.Equal("Agent a was given it at 2026-05-06T12:00:00.25Z and has not begun; others get it at 2026-05-06T12:01:00.25Z.", Sentence(assigned));
    }

    [Fact]
    public void How_it_ended_is_said_as_people_say_it()
    {
        var failed = TaskLife.Fail(Running(), ByA with { Error = "no disk", Retryable = false }, QueueSettings.Default, new(), T0.AddSeconds(3)).After!;

        Assert.Equal("It has failed: no disk", Sentence(failed));
        Assert.Equal("It is completed.", Sentence(TaskLife.Complete(Running(), ByA, new(), T0.AddSeconds(3)).After!));
        Assert.Equal("It was cancelled.", Sentence(TaskLife.Cancel(New(), new(), T0).After!));
        Assert.Equal("It was cancelled by ann.", Sentence(TaskLife.Cancel(New(), new() { AgentId = "ann" }, T0).After!));
        Assert.Equal("It was cancelled: no need", Sentence(TaskLife.Cancel(New(), new() { Reason = "no need" }, T0).After!));
    }
}
