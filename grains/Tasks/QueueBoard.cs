namespace Memento.Tasks;

/// <summary>The tasks of a queue that are not over, as they will be when everything under way is durable. Used by one grain; nothing in here is thread-safe.</summary>
internal sealed class QueueBoard(QueueSettings settings)
{
    private const int MostDue = 1_000;

    private readonly Dictionary<long, TaskState> _tasks = [];
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<long, DateTimeOffset> _heard = [];
    private readonly HashSet<long> _blocked = [];
    private readonly PriorityQueue<long, DateTimeOffset> _due = new();   // may name tasks that are over, or due later
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
    public IEnumerable<TaskState> Blocked => _blocked.Select(number => _tasks[number]);

    /// <summary>When an agent last said something of a task.</summary>
    public DateTimeOffset? HeardOf(long number) => _heard.TryGetValue(number, out var at) ? at : null;

    public void Hear(long number, DateTimeOffset now)
    {
        if (_tasks.ContainsKey(number)) _heard[number] = now;
    }

    /// <summary>A task is now this.</summary>
    public void Put(TaskState task, DateTimeOffset now)
    {
        if (_tasks.Remove(task.Number, out var before)) Leave(before);
        if (!task.IsReady(now)) Waiting.Remove(task.Number);
        if (!task.IsHeld) _heard.Remove(task.Number);
        if (task.IsOver)
        {
            _numbers.Remove(task.TaskId);
            return;
        }

        _tasks.Add(task.Number, task);
        _numbers[task.TaskId] = task.Number;
        Enter(task);
        if (task.IsReady(now)) Waiting.Add(task);
        Watch(task, HeardOf(task.Number), DateTimeOffset.MinValue);
        if (_due.Count > MostDue + (4 * _tasks.Count)) WatchAnew();
    }

    /// <summary>A task is what it was before, or was never there: what was put here is not stored.</summary>
    public void Restore(long number, TaskState? before, DateTimeOffset? heard, DateTimeOffset now)
    {
        if (before is not null)
        {
            if (heard is { } at) _heard[number] = at;
            Put(before, now);
            return;
        }

        if (!_tasks.Remove(number, out var task)) return;
        Leave(task);
        Waiting.Remove(number);
        _numbers.Remove(task.TaskId);
    }

    /// <summary>Goes on with other settings: what waits is put in order anew.</summary>
    public void Configure(QueueSettings changed, DateTimeOffset now)
    {
        Settings = changed;
        Waiting = new(changed);
        _due.Clear();
        foreach (var task in _tasks.Values.OrderBy(t => t.Number).ToArray()) Put(task, now);
    }

    /// <summary>Tasks for which something may be due, each once, however often it was to be looked at.</summary>
    public IReadOnlyCollection<TaskState> TakeDue(DateTimeOffset now, int limit)
    {
        var due = new Dictionary<long, TaskState>();
        while (due.Count < limit && _due.TryPeek(out var number, out var at) && at <= now)
        {
            _due.Dequeue();
            if (_tasks.TryGetValue(number, out var task)) due.TryAdd(number, task);
        }

        return due.Values;
    }

    /// <summary>Nothing is due for a task yet, if it was heard of then: looks at it again when its time is up.</summary>
    public void Requeue(TaskState task, DateTimeOffset? heard, DateTimeOffset now)
    {
        if (task.IsReady(now)) Waiting.Add(task);
        Watch(task, heard, now);
    }

    private void Enter(TaskState task)
    {
        _counts[(int)task.Status]++;
        if (!task.WaitsFor.IsEmpty) _blocked.Add(task.Number);
    }

    private void Leave(TaskState task)
    {
        _counts[(int)task.Status]--;
        _blocked.Remove(task.Number);
    }

    /// <summary>Remembers when a task is to be looked at, if that is after a time.</summary>
    private void Watch(TaskState task, DateTimeOffset? heard, DateTimeOffset after)
    {
        if (task is { Status: WorkStatus.Queued, WaitsFor.IsEmpty: true, NotBefore: { } later } && later > after) _due.Enqueue(task.Number, later);
        if (TaskLife.DueAt(task, Settings, heard) is { } due && due > after) _due.Enqueue(task.Number, due);
    }

    /// <summary>Most tasks end before they are due: forgets those.</summary>
    private void WatchAnew()
    {
        _due.Clear();
        foreach (var task in _tasks.Values) Watch(task, HeardOf(task.Number), DateTimeOffset.MinValue);
    }
}
