using System.Text;
using Memento.Agents;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using AgentState = Memento.Core.Coordination.Agents.AgentState;
using QueueState = Memento.Core.Coordination.Queues.QueueState;
using TaskState = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tests.Coordination;

/// <summary>Values of every stored kind, and how each is written and read.</summary>
internal static class StoredForms
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly TaskBody Body =
        new() { Payload = JsonText.Parse("""{"ü":[1,2.50,null]}"""), Metadata = new("""{"by":"zoe"}""") };

    private static readonly TaskSpec Spec = new() { TaskId = "t-7", Queue = "builds", Type = "build" };

    private static readonly TaskSpec FullSpec = new()
    {
        TaskId = "t-7", Queue = "builds", Type = "build", Priority = 5, SessionId = "s1", Tenant = "acme",
        RequiredCapabilities = ["linux", "x64"], Estimate = TimeSpan.FromSeconds(1), Deadline = At, MaxAttempts = 4,
        ScheduleToStart = TimeSpan.FromMilliseconds(1), StartToClose = TimeSpan.FromMilliseconds(2.5),
        HeartbeatTimeout = TimeSpan.FromMilliseconds(3), DependsOn = ["t-1", "t-2"], OnDependencyFailure = DependencyFailure.Release,
        BodyLength = 31, TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };

    private static readonly StaleReport Stale = new("a1", 11, "complete");

    private static readonly TaskState FullTask = new()
    {
        Spec = FullSpec, Status = WorkStatus.Running, Token = 15,
        Lease = new("a2", 3, "r-1", 15, At) { Attempt = 2, StartedAt = At }, Attempts = 2, WaitsFor = ["t-2"],
        CreatedAt = At, QueuedAt = At, NotBefore = At, Deadline = At, Progress = new("null"), ProgressAt = At, Result = new("null"),
        Error = "It broke.", EndedAt = At,
        PastAttempts = [new(new("a1", 2, "r-0", 11, At) { Attempt = 1 }, AttemptOutcome.AgentLost, At, "Agent a1 was lost.")],
        Handoff = new("a1", AttemptOutcome.HandedOver, At, new("0.5"), "It stopped."), StaleReports = new(3, Stale, At), LastEventAt = At,
    };

    private static readonly QueueSettings Settings = new()
    {
        Strategy = LoadBalancing.Dynamic, Paused = true, AgeingSeconds = 30, FairBy = FairShare.Tenant,
        Weights = QueueSettings.Default.Weights.Add("acme", 2.5), MaxAttempts = 5, BackoffMs = 100, BackoffFactor = 3,
        MaxBackoffMs = 9_000, BackoffJitter = 0.5, ClaimMs = 30_000,
    };

    private static readonly AgentProfile Profile = new()
    {
        Type = "coder", Capabilities = ["build", "test"], TaskTypes = ["build"], Priority = 3, MaxLoad = 4,
        Metadata = new("""{"host":"h1"}"""), InstanceId = "i-1", OnReturn = ReturnPolicy.Resume,
    };

    /// <summary>A value for each file: owner, kind, and what is special about the value.</summary>
    public static IReadOnlyDictionary<string, object> Values { get; } = new Dictionary<string, object>
    {
        ["task.submitted"] = new TaskEvent.Submitted(Spec, []) { At = At },
        ["task.submitted.full"] = new TaskEvent.Submitted(FullSpec, ["t-2"], 9) { Body = Body, At = At },
        ["task.body"] = new TaskEvent.BodyStored(Body) { At = At },
        ["task.body.null"] = new TaskEvent.BodyStored(new() { Payload = new("null") }) { At = At },
        ["task.imported"] = new TaskEvent.Imported(FullTask) { At = At },
        ["task.imported.body"] = new TaskEvent.Imported(new() { Spec = Spec }) { Body = Body, At = At },
        ["task.assigned"] = new TaskEvent.Assigned("a2", 3, "r-1", 15) { At = At },
        ["task.started"] = new TaskEvent.Started(15) { At = At },
        ["task.progressed"] = new TaskEvent.Progressed(15, new("0.5")) { At = At },
        ["task.progressed.null"] = new TaskEvent.Progressed(15, new("null")) { At = At },
        ["task.completed"] = new TaskEvent.Completed(15) { At = At },
        ["task.completed.null"] = new TaskEvent.Completed(15, new("null")) { At = At },
        ["task.completed.full"] = new TaskEvent.Completed(15, new("""{"n":1e400}""")) { At = At },
        ["task.attempt_failed"] = new TaskEvent.AttemptFailed(15, AttemptOutcome.AgentLost, "Lost.") { At = At },
        ["task.attempt_failed.back_off"] = new TaskEvent.AttemptFailed(15, AttemptOutcome.Failed, "It broke.", At) { At = At },
        ["task.failed"] = new TaskEvent.Failed(FailureReason.Deadline, AttemptOutcome.TimedOut, "Late.") { At = At },
        ["task.failed.attempts_exhausted"] =
            new TaskEvent.Failed(FailureReason.AttemptsExhausted, AttemptOutcome.Failed, "It broke.", 15) { At = At },
        ["task.failed.not_retryable"] =
            new TaskEvent.Failed(FailureReason.NotRetryable, AttemptOutcome.Failed, "It broke.", 15) { At = At },
        ["task.failed.schedule_to_start"] =
            new TaskEvent.Failed(FailureReason.ScheduleToStart, AttemptOutcome.TimedOut, "Late.") { At = At },
        ["task.failed.dependency"] = new TaskEvent.Failed(FailureReason.Dependency, AttemptOutcome.Failed, "t-1 failed.") { At = At },
        ["task.released"] = new TaskEvent.Released(15, ReleaseReason.NotStarted) { At = At },
        ["task.released.agent_lost"] = new TaskEvent.Released(15, ReleaseReason.AgentLost) { At = At },
        ["task.released.given_back"] = new TaskEvent.Released(15, ReleaseReason.GivenBack) { At = At },
        ["task.released.handoff"] = new TaskEvent.Released(15, ReleaseReason.Handoff) { At = At },
        ["task.cancelled"] = new TaskEvent.Cancelled("Cancelled by zoe.") { At = At },
        ["task.redriven"] = new TaskEvent.Redriven(["t-2"]) { At = At },
        ["task.dependency_satisfied"] = new TaskEvent.DependencySatisfied("t-1") { At = At },
        ["task.stale_report_rejected"] = new TaskEvent.StaleReportRejected(3, Stale) { At = At },
        ["task.state"] = TaskState.None,
        ["task.state.full"] = FullTask,
        ["queue.configured"] = new QueueEvent.Configured(Settings) { At = At },
        ["queue.tasks_submitted"] = new QueueEvent.TasksSubmitted(3) { At = At },
        ["queue.state"] = QueueState.Empty,
        ["queue.state.full"] = new QueueState { Settings = Settings, Submitted = 42 },
        ["agent.registered"] = new AgentEvent.Registered(new() { Type = "coder" }, 1) { At = At },
        ["agent.registered.full"] = new AgentEvent.Registered(Profile, 3) { At = At },
        ["agent.status_changed"] = new AgentEvent.StatusChanged(AgentStatus.Maintenance) { At = At },
        ["agent.status_changed.full"] = new AgentEvent.StatusChanged(AgentStatus.Busy, new("null")) { At = At },
        ["agent.died"] = new AgentEvent.Died(4, TimeSpan.FromSeconds(15)) { At = At },
        ["agent.returned"] = new AgentEvent.Returned { At = At },
        ["agent.removed"] = new AgentEvent.Removed(4) { At = At },
        ["agent.state"] = AgentState.None,
        ["agent.state.full"] = new AgentState
        {
            Profile = Profile, Epoch = 4, Status = AgentStatus.Maintenance, IsDead = true, RegisteredAt = At,
        },
    };

    /// <summary>Returns the kind and the bytes under which a value is stored; states have the kind <c>task.state</c> and so on.</summary>
    public static (string Kind, byte[] Bytes) Write(object value) => value switch
    {
        TaskEvent e => TaskEvent.Codec.Encode(e),
        QueueEvent e => QueueEvent.Codec.Encode(e),
        AgentEvent e => AgentEvent.Codec.Encode(e),
        TaskState state => ("task.state", TaskEvent.Codec.EncodeState(state)),
        QueueState state => ("queue.state", QueueEvent.Codec.EncodeState(state)),
        AgentState state => ("agent.state", AgentEvent.Codec.EncodeState(state)),
        _ => throw new ArgumentException(value.GetType().Name, nameof(value)),
    };

    public static object Read(string kind, byte[] bytes, short version = 1) => kind switch
    {
        "task.state" => TaskEvent.Codec.DecodeState(version, bytes),
        "queue.state" => QueueEvent.Codec.DecodeState(version, bytes),
        "agent.state" => AgentEvent.Codec.DecodeState(version, bytes),
        _ when kind.StartsWith("task.", StringComparison.Ordinal) => TaskEvent.Codec.Decode(kind, version, bytes),
        _ when kind.StartsWith("queue.", StringComparison.Ordinal) => QueueEvent.Codec.Decode(kind, version, bytes),
        _ => AgentEvent.Codec.Decode(kind, version, bytes),
    };

    public static string Text(object value) => Encoding.UTF8.GetString(Write(value).Bytes);
}
