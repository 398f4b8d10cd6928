using Memento.Tasks;

namespace Memento.Tests.Crash.Histories;

/// <summary>Says what a history shows that must never be. Pure: the same history, the same answer.</summary>
internal static class HistoryChecker
{
    /// <summary>A sentence for each violation.</summary>
    public static IEnumerable<string> Check(History history)
    {
        var calls = history.Calls.ToLookup(c => c.TaskId);
        return
        [
            .. Missing(history), .. history.Tasks.SelectMany(t => Ends(history, t)), .. history.Tasks.SelectMany(t => Completions(t, [.. calls[t.TaskId]])), .. history.Tasks.SelectMany(t => Tokens(t, [.. calls[t.TaskId]])),
            .. Dependencies(history), .. Overtaking(history), .. Counts(history),
        ];
    }

    /// <summary>What was acknowledged is there, and nothing else.</summary>
    private static IEnumerable<string> Missing(History history)
    {
        var (there, asked) = (history.Tasks.Select(t => t.TaskId).ToArray(), history.Submitted.Select(t => t.TaskId!).ToHashSet());
        foreach (var id in asked.Except(there)) yield return $"{id} was submitted and is not there";
        foreach (var id in there.Except(asked)) yield return $"{id} is there and was not submitted";
        foreach (var id in there.GroupBy(id => id).Where(g => g.Count() > 1)) yield return $"{id.Key} is there more than once";
    }

    /// <summary>Each task has one end, which follows from what was done to it.</summary>
    private static IEnumerable<string> Ends(History history, TaskView task)
    {
        if (task.Status is WorkStatus.Queued or WorkStatus.Assigned or WorkStatus.Running) yield return $"{task.TaskId} has not ended: {task.Status}";
        if (task.CompletedAt is null) yield return $"{task.TaskId} has ended and has no end";
        if (task.Attempts > task.MaxAttempts) yield return $"{task.TaskId} was begun {task.Attempts} times, and {task.MaxAttempts} are allowed";
        if (history.Cancelled.Contains(task.TaskId) && task.Status is not WorkStatus.Cancelled) yield return $"{task.TaskId} was cancelled and is {task.Status}";
        if (task.Status is WorkStatus.Cancelled && !history.CancelAsked.Contains(task.TaskId)) yield return $"{task.TaskId} is cancelled, and nobody asked for it";
        if (task.History.Any(a => a.EndedAt is null || a.Outcome is null)) yield return $"{task.TaskId} has ended and has an attempt under way";
    }

    /// <summary>At most one completion counts, it is the one that is recorded, and nobody begins after it.</summary>
    private static IEnumerable<string> Completions(TaskView task, Call[] calls)
    {
        var completed = calls.Where(c => c is { Operation: TaskOperation.Complete, IsAccepted: true }).ToArray();
        if (completed.Select(c => c.Token).Distinct().Count() > 1) yield return $"{task.TaskId} was completed more than once: {string.Join("; ", completed.AsEnumerable())}";
        var recorded = task.History.Where(a => a.Outcome is AttemptOutcome.Completed).Select(a => a.Token).ToArray();
        if (recorded.Length != (task.Status is WorkStatus.Completed ? 1 : 0)) yield return $"{task.TaskId} is {task.Status} with {recorded.Length} completions";
        foreach (var call in completed.Where(c => !recorded.Contains(c.Token))) yield return $"{call}, and that is not recorded";
        foreach (var token in recorded)
        {
            if (!calls.Any(c => c.Operation is TaskOperation.Complete && c.Token == token)) yield return $"{task.TaskId} is completed under {token}, and nobody said so";
            if (task.Result?.Text != $"{token}") yield return $"{task.TaskId} was completed under {token} with the result of another: {task.Result?.Text}";
        }

        foreach (var call in calls.Where(c => c.IsAccepted && c.Operation is not TaskOperation.Complete && completed.Any(done => done.IsBefore(c) && (c.Operation is not null || c.Token != done.Token))))
            yield return $"{call}, after it was completed";
    }

    /// <summary>Tokens grow, each is one process's, and none counts when a higher one has been heard.</summary>
    private static IEnumerable<string> Tokens(TaskView task, Call[] calls)
    {
        var tokens = task.History.Select(a => a.Token).ToArray();
        if (!tokens.SequenceEqual(tokens.Distinct().Order())) yield return $"{task.TaskId} has tokens that do not grow: {string.Join(", ", tokens)}";
        foreach (var token in calls.GroupBy(c => c.Token).Where(g => g.Select(c => c.Process).Distinct().Count() > 1))
            yield return $"{task.TaskId} was given to several under {token.Key}: {string.Join(", ", token.Select(c => c.Process).Distinct())}";
        var accepted = calls.Where(c => c.IsAccepted).ToArray();
        foreach (var late in accepted)
            if (accepted.FirstOrDefault(early => early.Token > late.Token && early.IsBefore(late)) is { } early) yield return $"{late}, after {early}";
        foreach (var call in accepted.Where(c => task.History.Length < TaskLife.MaxHistory && !tokens.Contains(c.Token))) yield return $"{call}, and there was no such assignment";
    }

    /// <summary>Nobody gets a task before those that it waits for have ended.</summary>
    private static IEnumerable<string> Dependencies(History history)
    {
        var tasks = history.Tasks.ToDictionary(t => t.TaskId);
        foreach (var task in history.Tasks)
            foreach (var awaited in task.DependsOn.Select(id => tasks[id]))
                if (task.History is [var first, ..] && !(awaited.CompletedAt <= first.AssignedAt)) yield return $"{task.TaskId} was given out {first.AssignedAt:O}, before {awaited.TaskId} ended {awaited.CompletedAt:O}";
    }

    /// <summary>A task that waits is overtaken by others that should come later only while it is on offer: by no more than the agents have room for.</summary>
    private static IEnumerable<string> Overtaking(History history)
    {
        var order = history.Tasks.Where(t => t.DependsOn.IsEmpty && t.RequiredCapabilities.IsEmpty && t.History is [{ Attempt: 1 }, ..])
            .Select(t => (t.TaskId, t.CreatedAt, Given: t.History[0].AssignedAt, t.History[0].Token, Order: (t.CreatedAt.ToUnixTimeMilliseconds() / 1e3) - (t.Priority * history.Queue.Settings.AgeingSeconds))).ToArray();
        foreach (var task in order)
        {
            var overtaken = order.Count(other => other.Given > task.CreatedAt && other.Token < task.Token && other.Order > task.Order);
            if (overtaken > history.Room) yield return $"{task.TaskId} was overtaken by {overtaken} that should come later; there is room for {history.Room}";
        }
    }

    /// <summary>What is counted is what is there.</summary>
    private static IEnumerable<string> Counts(History history)
    {
        var queue = history.Queue;
        long Of(WorkStatus status) => history.Tasks.Count(t => t.Status == status);
        if ((queue.Queued, queue.Assigned, queue.Running) != (0, 0, 0)) yield return $"the queue counts {queue.Queued} queued, {queue.Assigned} assigned, {queue.Running} running; none is";
        if ((queue.Submitted, queue.Completed, queue.Failed, queue.Cancelled) != (history.Tasks.Length, Of(WorkStatus.Completed), Of(WorkStatus.Failed), Of(WorkStatus.Cancelled)))
            yield return $"the queue counts {queue.Submitted} submitted, {queue.Completed} completed, {queue.Failed} failed, {queue.Cancelled} cancelled; there are {history.Tasks.Length}, {Of(WorkStatus.Completed)}, {Of(WorkStatus.Failed)}, {Of(WorkStatus.Cancelled)}";
        foreach (var agent in history.Agents.Where(a => a.Load != 0)) yield return $"agent {agent.AgentId} has a load of {agent.Load} and holds nothing";
        foreach (var agent in history.Agents)
        {
            var done = history.Tasks.SelectMany(t => t.History).Count(a => a.AgentId == agent.AgentId && a.Outcome is AttemptOutcome.Completed);
            if (done != agent.TotalTasksCompleted) yield return $"agent {agent.AgentId} counts {agent.TotalTasksCompleted} completed; it completed {done}";
        }
    }
}
