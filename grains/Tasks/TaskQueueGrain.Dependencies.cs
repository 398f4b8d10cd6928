using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Memento.Tasks;

/// <summary>The part about tasks that wait for others, of this queue or another one.</summary>
internal sealed partial class TaskQueueGrain
{
    public async Task<ImmutableArray<EndedTask>> AwaitAsync(ImmutableArray<string> taskIds)
    {
        var over = ImmutableArray.CreateBuilder<EndedTask>();
        await TryAsync(async () =>
        {
            await MarkAsync(taskIds.Select(_board.Find).OfType<TaskState>());
            return 0;
        });
        foreach (var id in taskIds)
        {
            await WithTaskAsync(id, async task =>
            {
                if (task is { IsOver: true }) over.Add(new(0, id, task.Status));
                else if (task is not null) await MarkAsync([task]);
                return 0;
            });
        }

        return over.ToImmutable();
    }

    /// <summary>Remembers of tasks that others wait for them.</summary>
    private async Task MarkAsync(IEnumerable<TaskState> tasks)
    {
        TaskRow[] rows = [.. tasks.Select(t => TaskLife.Await(t).After).OfType<TaskState>().Select(after => new TaskRow(after))];
        if (rows.Length > 0) await AppendAsync([QueueFact.TasksChanged.Of(TaskChange.Awaited, null, rows, Now)]);
    }

    public async Task DependencyEndedAsync(ImmutableArray<EndedTask> ended) => await TryAsync(async () =>
    {
        var now = Now;
        var changed = new Dictionary<long, (TaskState After, TaskChange Change)>();
        foreach (var (number, dependsOn, status) in ended)
        {
            var task = changed.TryGetValue(number, out var before) ? before.After : _board.Find(number);
            if (task is not null && TaskLife.DependencyEnded(task, dependsOn, status, now) is { After: { } after } step) changed[number] = (after, step.Change);
        }

        if (changed.Count > 0) await AppendAsync(Facts(changed.Values.Select(c => (c.Change, new TaskRow(c.After))), null, now));
        Dispatch();
        return changed.Count;
    });

    /// <summary>Looks at tasks that a request names and that are not in it: ids that must be free, and dependencies that must be there. Throws <c>TASK_EXISTS</c>, <c>VALIDATION_FAILED</c>.</summary>
    private async Task<Others> FindOthersAsync(ImmutableArray<SubmitTask> tasks)
    {
        var here = tasks.Where(t => t.TaskId is not null).Select(t => t.TaskId!).ToHashSet(StringComparer.Ordinal);
        var needed = tasks.SelectMany(t => t.DependsOn).Where(id => !here.Contains(id)).ToHashSet(StringComparer.Ordinal);
        if (here.Count + needed.Count == 0) return Others.None;

        await _queue.SettleAsync();
        var found = new Dictionary<string, StoredTask>(StringComparer.Ordinal);
        foreach (var some in here.Concat(needed).Chunk(500))
            foreach (var task in await index.FindManyAsync(_key.Workspace, some)) found[task.State.TaskId] = task;
        if (here.FirstOrDefault(found.ContainsKey) is { } taken) throw Exists(taken);
        for (var i = 0; i < tasks.Length; i++)
        {
            foreach (var id in tasks[i].DependsOn)
            {
                if (here.Contains(id)) continue;
                var problem = !found.TryGetValue(id, out var task) ? _board.Find(id) is null ? "there is no such task" : null
                    : task.State.Status is WorkStatus.Failed or WorkStatus.Cancelled && tasks[i].OnDependencyFailure is DependencyFailure.Fail ? $"it is {NamedEnumConverter<WorkStatus>.NameOf(task.State.Status)}; with onDependencyFailure = release it need not be completed"
                    : null;
                if (problem is not null) throw new MementoException(Refusal.Invalid(tasks.Length == 1 ? "dependsOn" : $"tasks[{i}].dependsOn", $"names {Quoted.Text(id)}: {problem}"));
            }
        }

        var open = found.Values.Where(t => !t.State.IsOver).ToLookup(t => t.StreamId == _queue.StreamId);
        return new([.. open[true].Select(t => t.State.TaskId)], open[false].ToDictionary(t => t.State.TaskId, t => t.Queue, StringComparer.Ordinal));
    }

    /// <summary>Asks other queues to tell when tasks end. Those that have ended meanwhile are heard of at once, and if a queue cannot be asked, the next waking finds them.</summary>
    private async Task AskAsync(Others others)
    {
        try
        {
            foreach (var queue in others.Asked.GroupBy(o => o.Value, o => o.Key))
            {
                var over = await Giver(queue.Key).AwaitAsync([.. queue]);
                if (!over.IsEmpty) await TellAsync([.. over.Select(o => (o.DependsOn, o.Status))]);
            }
        }
        catch (Exception e)
        {
            LogUntold(log, _key, e.Message);
        }
    }

    /// <summary>Tells the tasks that wait for some that have ended, wherever they are. What is lost here, the next waking finds.</summary>
    private void TellDependents(QueueFact.TasksChanged ended)
    {
        var awaited = ended.Rows.Where(r => r.State is { HasDependents: true, IsOver: true }).Select(r => (r.State.TaskId, r.State.Status)).ToArray();
        if (awaited.Length > 0) _ = TellAndLogAsync(awaited);
    }

    private async Task TellAndLogAsync((string TaskId, WorkStatus Status)[] ended)
    {
        try
        {
            await TellAsync(ended);
        }
        catch (Exception e)
        {
            LogUntold(log, _key, e.Message);
        }
    }

    private async Task TellAsync((string TaskId, WorkStatus Status)[] ended)
    {
        var status = ended.ToDictionary(e => e.TaskId, e => e.Status, StringComparer.Ordinal);
        foreach (var some in status.Keys.Chunk(500))
            foreach (var waiting in (await index.GetDependentsAsync(_key.Workspace, some)).GroupBy(d => d.Queue))
                foreach (var round in waiting.Chunk(Round)) await Giver(waiting.Key).DependencyEndedAsync([.. round.Select(d => new EndedTask(d.Number, d.DependsOn, status[d.DependsOn]))]);
    }

    /// <summary>Those of some tasks that are not over, this queue's own among them: all are asked to tell when they end.</summary>
    private async Task<Others> FindOpenAsync(ImmutableArray<string> taskIds)
    {
        if (taskIds.IsEmpty) return Others.None;
        await _queue.SettleAsync();
        var found = new List<StoredTask>();
        foreach (var some in taskIds.Chunk(500)) found.AddRange(await index.FindManyAsync(_key.Workspace, some));
        return new([], found.Where(t => !t.State.IsOver).ToDictionary(t => t.State.TaskId, t => t.Queue, StringComparer.Ordinal));
    }

    /// <summary>Finds dependencies that have ended without this queue being told, because somebody died.</summary>
    private async Task CheckDependenciesAsync()
    {
        var blocked = _board.Blocked.ToArray();
        if (blocked.Length == 0) return;
        var over = new Dictionary<string, WorkStatus>(StringComparer.Ordinal);
        foreach (var some in blocked.SelectMany(t => t.WaitsFor).Where(id => _board.Find(id) is null).Distinct(StringComparer.Ordinal).Chunk(500))
            foreach (var task in await index.FindManyAsync(_key.Workspace, some))
                if (task.State.IsOver) over[task.State.TaskId] = task.State.Status;
        foreach (var round in blocked.SelectMany(t => t.WaitsFor.Where(over.ContainsKey).Select(id => new EndedTask(t.Number, id, over[id]))).Chunk(Round)) await DependencyEndedAsync([.. round]);
    }

    private ITaskGiver Giver(string queue) => GrainFactory.GetGrain<ITaskGiver>(new GrainKey(_key.Workspace, queue).ToString());

    /// <summary>Tasks that a request names and that are not in it.</summary>
    /// <param name="Here">Those of this queue that were not over.</param>
    /// <param name="Asked">Those that were not over and are asked by a call, with their queue.</param>
    private sealed record Others(ImmutableArray<string> Here, IReadOnlyDictionary<string, string> Asked)
    {
        public static Others None { get; } = new([], ImmutableDictionary<string, string>.Empty);

        /// <summary>Whether one has not ended, as far as is known.</summary>
        public bool IsOpen(string taskId, QueueBoard board) => board.Find(taskId) is not null || Asked.ContainsKey(taskId);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {Queue} could not tell tasks that others they wait for have ended; they are found in a moment: {Problem}")]
    private static partial void LogUntold(ILogger log, GrainKey queue, string problem);
}
