using Memento.Tasks;

namespace Memento.Core.Coordination.Tasks;

/// <summary>The refusals of <see cref="TaskRules"/>: what happened, why, and what to do next.</summary>
public static class TaskRefusals
{
    /// <summary>Code of an assignment that comes too early or too late. Dispatchers act on it; callers of the API never see it.</summary>
    public const string NotReady = "TASK_NOT_READY";

    internal static Refusal NotFound =>
        Refusal.Of(RefusalKind.NotFound, Codes.TaskNotFound, "No such task was submitted. Check the id and the workspace.");

    internal static Refusal CannotStart(TaskState task, string why) =>
        Refusal.Of(RefusalKind.Conflict, NotReady, $"Task \"{task.Spec!.TaskId}\" cannot be assigned: {why}.");

    internal static Refusal Over(TaskState task, string next) =>
        Refusal.Of(RefusalKind.Conflict, Codes.TaskOver, $"Task \"{task.Spec!.TaskId}\" is already {Name(task.Status)}. {next}");

    internal static Refusal StaleToken(TaskState task, string agentId, long token)
    {
        var last = task.LastAttempt;
        var why = task.Lease is { } lease ? $"agent \"{lease.AgentId}\" has it under token {lease.Token}"
            : last is not null && last.Lease.IsHeldBy(agentId, token) ? $"that attempt ended at {last.EndedAt:O}: {Name(last.Outcome)}"
            : $"it is {Name(task.Status)}, and nobody has it";
        return Refusal.Of(
            RefusalKind.Conflict,
            Codes.StaleToken,
            $"Agent \"{agentId}\" does not hold task \"{task.Spec!.TaskId}\" under token {token}: {why}. Stop working on it; nothing was changed.");
    }

    internal static string Name(WorkStatus status) => NamedEnumConverter<WorkStatus>.NameOf(status);

    private static string Name(AttemptOutcome outcome) => NamedEnumConverter<AttemptOutcome>.NameOf(outcome);
}
