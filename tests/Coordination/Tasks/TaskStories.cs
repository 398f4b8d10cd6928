using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using TaskState = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tests.Coordination.Tasks;

/// <summary>Short words for the tests of the task's rules: a task of each kind, and commands with their defaults.</summary>
internal static class TaskStories
{
    public static readonly DateTimeOffset T0 = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    public static readonly QueueSettings Settings = QueueSettings.Default;

    public static readonly TaskLimits Limits = new();

    public static readonly TaskSpec Spec = new() { TaskId = "t1", Queue = "default", Type = "build" };

    public static DateTimeOffset At(double seconds) => T0.AddSeconds(seconds);

    public static TaskReport Report(long token = 1, string agent = "a1") => new() { AgentId = agent, Token = token };

    public static TaskState Apply(this TaskState task, Decision<TaskEvent> decision) => decision.Refusal is { } refusal
        ? throw new InvalidOperationException(refusal.Message)
        : decision.Facts.IsDefaultOrEmpty ? task : decision.Facts.Aggregate(task, TaskRules.Apply);

    public static TaskState Queued(TaskSpec? spec = null, params string[] waitsFor) =>
        TaskState.None.Apply(TaskRules.Submit(TaskState.None, spec ?? Spec, null, [.. waitsFor], 0, T0));

    public static TaskState Assign(this TaskState task, double at = 1, string agent = "a1", long epoch = 1, string reservation = "r1") =>
        task.Apply(TaskRules.Assign(task, agent, epoch, reservation, At(at)));

    public static TaskState Start(this TaskState task, double at = 2) =>
        task.Apply(TaskRules.Start(task, Report(task.Token), Limits, At(at)));

    public static TaskState Complete(this TaskState task, double at = 3, string? result = null) =>
        task.Apply(TaskRules.Complete(task, Report(task.Token) with { Result = Json(result) }, Limits, At(at)));

    public static TaskState Fail(this TaskState task, double at = 3) =>
        task.Apply(TaskRules.Fail(task, Report(task.Token), Settings, Limits, 0, At(at)));

    public static TaskState Cancel(this TaskState task, double at = 4) => task.Apply(TaskRules.Cancel(task, new(), At(at)));

    public static TaskState Assigned(TaskSpec? spec = null) => Queued(spec).Assign();

    public static TaskState Running(TaskSpec? spec = null) => Assigned(spec).Start();

    public static JsonText? Json(string? text) => text is null ? null : new(text);

    /// <summary>A task by the name of its status, for tables.</summary>
    public static TaskState Named(string name) => name switch
    {
        "none" => TaskState.None,
        "queued" => Queued(),
        "blocked" => Queued(Spec with { DependsOn = ["d"] }, "d"),
        "backing off" => Running().Fail(),
        "assigned" => Assigned(),
        "running" => Running(),
        "completed" => Running().Complete(),
        "failed" => Running(Spec with { MaxAttempts = 1 }).Fail(),
        "cancelled" => Running().Cancel(),
        "released" => Assigned().Apply(TaskRules.Release(Assigned(), 1, ReleaseReason.NotStarted, At(3))),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Unknown name."),
    };

    /// <summary>Says in one word what was decided: names of events, a refusal's code, or "nothing".</summary>
    public static string Outcome(Decision<TaskEvent> decision) => decision.Refusal is { } refusal ? refusal.Code
        : decision.Facts.IsDefaultOrEmpty ? "nothing"
        : string.Join(" ", decision.Facts.Select(e => e is TaskEvent.Failed f ? $"Failed:{f.Reason}" : e.GetType().Name));
}
