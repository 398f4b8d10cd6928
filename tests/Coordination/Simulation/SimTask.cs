using System.Collections.Immutable;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using TaskState = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>What a task's grain answers: the task as it is, or nothing because the outcome of its append is unknown.</summary>
internal sealed record TaskAnswer(TaskSnapshot? Task, string? Refusal = null, bool EpochIsOver = false, TimeSpan? SinceReport = null)
{
    public static readonly TaskAnswer Unknown = new(null, "unknown");

    public bool IsUnknown => this == Unknown;
}

/// <summary>The shell of one task: load, decide, append, apply, tell.</summary>
internal sealed class SimTask(Simulator sim, string key, int silo) : Activation(sim, key, silo)
{
    private const int MaxTries = 5;

    private TaskSnapshot? _task;
    private ReportBuffer _buffer = ReportBuffer.Empty;
    private TimeSpan? _lastReport;

    protected override bool IsSerial => true;

    public bool HoldsHeartbeats => _task is { State: { Lease: not null, Spec.HeartbeatTimeout: not null } };

    public Task<TaskAnswer> Assign(string agentId, long epoch, string reservationId, TaskSnapshot? known) => Execute(
        task => TaskRules.Assign(task, agentId, epoch, reservationId, Clock.Utc), known, seen => known is not null && known.Stamp > seen.Stamp);

    /// <param name="isDoubted">Whether the agent's grain does not count this lease: an answer without an append must not come from old memory.</param>
    public async Task<TaskAnswer> Report(TaskReport report, string kind, bool isDoubted)
    {
        var answer = await Execute(
            task => DecideReport(task, report, kind), null, seen => isDoubted || report.Token > seen.State.Token);
        if (answer.Refusal is null && answer.Task?.State.Lease?.Token == report.Token)
        {
            _lastReport = Clock.Monotonic;
            Sim.Cluster.NoteReport(Id, report.Token);
            _buffer = _buffer.Hold(report);
        }
        else if (answer.Refusal == Codes.StaleToken) _buffer = _buffer.Count(report, kind);

        if (!_buffer.IsEmpty && _task is not null) await Flush();
        return answer;
    }

    public Task<TaskAnswer> Release(long token, ReleaseReason reason) => Execute(
        task => TaskRules.Release(task, token, reason, Clock.Utc), null, seen => token > seen.State.Token);

    public Task<TaskAnswer> Resume(long token, long epoch, string reservationId) => Execute(
        task => TaskRules.Resume(task, token, epoch, reservationId, Clock.Utc), null, seen => token > seen.State.Token);

    public async Task<TaskAnswer> Expire(DueTask due)
    {
        var watch = due.Watch is { } w && !Sim.Has(Bug.HeartbeatsForgotten) ? w with { SinceReport = Min(w.SinceReport, SinceReport) } : due.Watch;
        var answer = await Execute(
            task => TaskRules.Expire(task, watch, Sim.Cluster.Scenario.Settings, Sim.Random.Part(), Clock.Utc),
            null,
            seen => due.Task.Stamp > seen.Stamp);
        return answer with { SinceReport = SinceReport };
    }

    public Task<TaskAnswer> Cancel() => Execute(task => TaskRules.Cancel(task, new(), Clock.Utc));

    public async Task<TaskAnswer> Redrive()
    {
        var waitsFor = await Sim.Read(this, "read:deps", journal => Unmet(journal.Find(Id)));
        return await Execute(task => TaskRules.Redrive(task, waitsFor.Value, Clock.Utc));

        ImmutableArray<string> Unmet(TaskSnapshot? task) =>
            task is null ? [] : [.. task.State.Spec!.DependsOn.Where(id => !Sim.Cluster.Journal.IsOver(id))];
    }

    public Task<TaskAnswer> EndDependency(string taskId, WorkStatus status) => Execute(
        task => TaskRules.EndDependency(task, taskId, status, Clock.Utc),
        null,
        seen => !seen.State.WaitsFor.Contains(taskId));

    /// <summary>Time since the last report that this grain may have heard: a new activation counts from its start.</summary>
    private TimeSpan SinceReport => Clock.Monotonic - (_lastReport ?? Cluster.MonotonicOf(Silo, ActivatedAt));

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private Decision<TaskEvent> DecideReport(TaskState task, TaskReport report, string kind)
    {
        if (Sim.Has(Bug.TokenIsEnough) && task.Lease is null && task.LastAttempt is { } last && last.Lease.Token == report.Token && !task.IsOver)
            task = task with { Lease = last.Lease, Status = WorkStatus.Running };
        return kind switch
        {
            "start" => TaskRules.Start(task, report, SimLimits.Tasks, Clock.Utc),
            "heartbeat" => TaskRules.Heartbeat(task, report, SimLimits.Tasks, Clock.Utc),
            "complete" => TaskRules.Complete(task, report, SimLimits.Tasks, Clock.Utc),
            _ => TaskRules.Fail(task, report, Sim.Cluster.Scenario.Settings, SimLimits.Tasks, Sim.Random.Part(), Clock.Utc),
        };
    }

    private Task<TaskAnswer> Flush() => Execute(task =>
    {
        var (decision, rest) = _buffer.Flush(task, Clock.Utc);
        _buffer = rest;
        return decision;
    });

    /// <param name="known">What the caller knows of the task: it saves the read.</param>
    /// <param name="isNewer">Whether the caller has seen something newer than this grain.</param>
    private async Task<TaskAnswer> Execute(
        Func<TaskState, Decision<TaskEvent>> decide, TaskSnapshot? known = null, Func<TaskSnapshot, bool>? isNewer = null)
    {
        _task ??= known;
        if (_task is not null && isNewer is not null && !Sim.Has(Bug.NoReload) && isNewer(_task)) _task = null;
        for (var i = 0; i < MaxTries; i++)
        {
            _task ??= (await Sim.Read(this, "read:task", journal => journal.Find(Id))).Value;
            if (_task is not { } task) return new(null, Codes.TaskNotFound);
            var decision = decide(task.State);
            if (decision.Refusal is { } refusal) return new(task, refusal.Code);
            if (decision.Facts.IsDefaultOrEmpty) return new(task);
            var label = $"append:{decision.Facts[^1].GetType().Name}";
            var reply = await Sim.Append(this, label, (journal, change) => journal.Append(task, decision.Facts, change));
            _task = null;
            if (!reply.Came) return TaskAnswer.Unknown;
            if (reply.Value.Result is AppendResult.EpochIsOver) return new(task, TaskRefusals.NotReady, EpochIsOver: true);
            if (reply.Value.Result is AppendResult.Conflict) continue;
            var after = reply.Value.Task!;
            Tell(task, after);
            if (!after.State.IsOver) _task = after;
            return new(after);
        }

        return TaskAnswer.Unknown;
    }

    private void Tell(TaskSnapshot before, TaskSnapshot after)
    {
        Sim.Wake<SimQueue>(this, $"queue/{after.State.Spec!.Queue}", "wake:queue.hear", queue => queue.Hear(after));
        if (before.State.Lease is not { } lease || after.State.Lease?.Token == lease.Token) return;
        var outcome = after.State.LastAttempt!.Outcome;
        Sim.Wake<SimAgent>(this, $"agent/{lease.AgentId}", "wake:agent.ended", agent => agent.LeaseEnded(Id, lease.Token, outcome));
    }
}

internal static class SimLimits
{
    public static readonly TaskLimits Tasks = new();

    public static readonly Memento.Agents.AgentLimits Agents = new();
}
