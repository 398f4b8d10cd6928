using Memento.Core.Coordination.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>The invariants of safety, checked against the truth at each commit of a task's event.</summary>
internal sealed class SafetyChecks(Simulator sim)
{
    public void Check(TaskRow row, TaskEvent newEvent)
    {
        var task = row.Task.State;
        if (newEvent.At < task.LastEventAt) sim.Violate("I5 a recorded time went down");
        if (task.IsOver && newEvent is not TaskEvent.Redriven and not TaskEvent.StaleReportRejected)
            sim.Violate($"a task that is over got {newEvent.GetType().Name}");
        switch (newEvent)
        {
            case TaskEvent.Assigned e:
                CheckAssigned(task, e);
                break;
            case TaskEvent.Started e:
                CheckReport(task, e.Token, "start");
                break;
            case TaskEvent.Progressed e:
                CheckReport(task, e.Token, "heartbeat");
                break;
            case TaskEvent.Completed e:
                CheckReport(task, e.Token, "complete");
                break;
            case TaskEvent.AttemptFailed e:
                CheckReport(task, e.Token, "end of an attempt");
                CheckLoss(row, e.Outcome, e.Error);
                break;
            case TaskEvent.Released e:
                CheckReport(task, e.Token, "release");
                CheckRelease(row, e.Reason);
                break;
            case TaskEvent.Failed { Token: not null } e:
                CheckLoss(row, e.Outcome, e.Error);
                break;
        }
    }

    private void CheckAssigned(TaskState task, TaskEvent.Assigned e)
    {
        if (task.Lease is not null) sim.Violate("I1 a task was assigned while a lease stood");
        if (e.Token != task.Token + 1) sim.Violate("I1 a token was not raised by one");
        if (!task.WaitsFor.IsEmpty) sim.Violate("a task was assigned before its dependencies were over");
        if (task.NotBefore > e.At) sim.Violate("a task was assigned during its back-off");
        var agent = sim.Cluster.Journal.Agent(e.AgentId).State;
        if (!agent.IsAlive || agent.Epoch != e.Epoch) sim.Violate("I2 a task was assigned to an epoch that is over");
    }

    private void CheckReport(TaskState task, long token, string what)
    {
        if (task.Lease?.Token != token) sim.Violate($"I1 a report counted without a standing lease ({what})");
    }

    private void CheckRelease(TaskRow row, ReleaseReason reason)
    {
        if (reason is ReleaseReason.NotStarted && sim.Now - row.AssignedAt < sim.Cluster.Scenario.Claim)
            sim.Violate("I5 the visibility time-out came too soon");
        if (reason is ReleaseReason.AgentLost) CheckAgentLost(row);
        if (reason is ReleaseReason.Handoff && row.Task.State.Lease!.AgentId != Scenario.HandoffAgent)
            sim.Violate("a handoff released a lease of another agent");
    }

    private void CheckLoss(TaskRow row, Memento.Tasks.AttemptOutcome outcome, string error)
    {
        var spec = row.Task.State.Spec!;
        if (outcome is Memento.Tasks.AttemptOutcome.AgentLost) CheckAgentLost(row);
        if (error.Contains("startToClose", StringComparison.Ordinal) && sim.Now - row.StateSince < spec.StartToClose!.Value.TotalMilliseconds)
            sim.Violate("I5 the start-to-close time-out came too soon");
        var heard = Math.Max(row.StateSince, sim.Cluster.HeardReport(row.Task.TaskId, row.Task.State.Token));
        var isDuplicated = sim.Cluster.EverDuplicated.Contains($"task/{row.Task.TaskId}");   // Unstored reports are known to one activation.
        if (!isDuplicated && error.Contains("heartbeatTimeout", StringComparison.Ordinal) && sim.Now - heard < spec.HeartbeatTimeout!.Value.TotalMilliseconds)
            sim.Violate("I5 the heartbeat time-out of a task came too soon");
    }

    private void CheckAgentLost(TaskRow row)
    {
        var lease = row.Task.State.Lease!;
        var agent = sim.Cluster.Journal.Agent(lease.AgentId).State;
        if (agent.IsAlive && agent.Epoch == lease.Epoch) sim.Violate("a lease of the current epoch was released as lost");
        if (sim.Cluster.Works(lease.AgentId, row.Task.TaskId, lease.Token, row.AssignedAt))
            sim.Violate("I5 a lease was taken from a living agent that was not replaced");
    }
}
