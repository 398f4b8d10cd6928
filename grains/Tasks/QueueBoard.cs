namespace Memento.Tasks;

/// <summary>The tasks of a queue that are not over, as they will be when everything under way is durable. Used by one grain; nothing in here is thread-safe.</summary>
internal sealed class QueueBoard(QueueSettings settings)
{
    private readonly Dictionary<long, TaskState> _tasks = [];
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<long, DateTimeOffset> _heard = [];
    private readonly PriorityQueue<long, DateTimeOffset> _due = new();
    private readonly long[] _counts = new long[3];   // queued, assigned, running

    public QueueSettings Settings { get; private set; } = settings;

    public WaitingTasks Waiting { get; private set; } = new(settings);

    public OpenTasks Open => new(_counts[0], _counts[1], _counts[2]);

    public int Count => _tasks.Count;

    /// <summary>When something is due, at the earliest.</summary>
    public DateTimeOffset? NextDue => _due.TryPeek(out _, out var at) ? at : null;

    public TaskState? Find(string taskId) => _numbers.TryGetValue(taskId, out var number) ? _tasks[number] : null;

    public TaskState? Find(long number) => _tasks.GetValueOrDefault(number);

    /// <summary>Tasks that wait for others.</summary>
    public IEnumerable<TaskState> Blocked => _tasks.Values.Where(t => !t.WaitsFor.IsEmpty);

    public IEnumerable<TaskState> HeldBy(string agentId) => _tasks.Values.Where(t => t.Current?.AgentId == agentId);

    /// <summary>When an agent last said something of a task.</summary>
    public DateTimeOffset? HeardOf(long number) => _heard.TryGetValue(number, out var at) ? at : null;

    public void Hear(long number, DateTimeOffset now)
    {
        if (_tasks.ContainsKey(number)) _heard[number] = now;
    }

    /// <summary>A task is now this.</summary>
    public void Put(TaskState task, DateTimeOffset now)
    {
        if (_tasks.Remove(task.Number, out var before)) _counts[(int)before.Status]--;
        if (!task.IsReady(now)) Waiting.Remove(task.Number);
        if (!task.IsHeld) _heard.Remove(task.Number);
        if (task.IsOver)
        {
            _numbers.Remove(task.TaskId);
            return;
        }

        _tasks.Add(task.Number, task);
        _numbers[task.TaskId] = task.Number;
        _counts[(int)task.Status]++;
        if (task.IsReady(now)) Waiting.Add(task);
        else if (task is { Status: WorkStatus.Queued, NotBefore: { } later }) _due.Enqueue(task.Number, later);
        if (TaskLife.DueAt(task, Settings, HeardOf(task.Number)) is { } due) _due.Enqueue(task.Number, due);
    }

    /// <summary>Goes on with other settings: what waits is put in order anew.</summary>
    public void Configure(QueueSettings changed, DateTimeOffset now)
    {
        Settings = changed;
        Waiting = new(changed);
        _due.Clear();
        foreach (var task in _tasks.Values.OrderBy(t => t.Number).ToArray()) Put(task, now);
    }

    /// <summary>Tasks for which something may be due; they are looked at once.</summary>
    public IEnumerable<TaskState> TakeDue(DateTimeOffset now, int limit)
    {
        for (var i = 0; i < limit && _due.TryPeek(out var number, out var at) && at <= now;)
        {
            _due.Dequeue();
            if (!_tasks.TryGetValue(number, out var task)) continue;
            i++;
            yield return task;
        }
    }

    /// <summary>Looks at a task again when its time is up, as far as is known now.</summary>
    public void Requeue(TaskState task, DateTimeOffset now)
    {
        if (task.IsReady(now)) Waiting.Add(task);
        else if (task is { Status: WorkStatus.Queued, NotBefore: { } later } && later > now) _due.Enqueue(task.Number, later);
        if (TaskLife.DueAt(task, Settings, HeardOf(task.Number)) is { } due && due > now) _due.Enqueue(task.Number, due);
    }
}
