using System.Collections.Immutable;
using Memento.Agents;
using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Tasks;

/// <summary>
/// The shell of a queue: ask <see cref="TaskLife"/>, append, tell. It is the only writer of its tasks, so a task is never in two hands; what an agent has room for, the agent's own grain says.
/// It is reentrant for one reason: many changes may wait for the group commit at the same time. Deciding and queueing happen between two awaits, so they cannot interleave.
/// </summary>
[GrainType("memento.task-queue"), Reentrant]
internal sealed partial class TaskQueueGrain(
    IJournal journal, ITaskIndex index, IAgentIndex agents, IOptions<TaskOptions> options, TaskLimits limits, IOptions<StorageOptions> storage, TaskInstruments instruments, Pulse pulse, TimeProvider clock, ILogger<TaskQueueGrain> log)
    : Grain, ITaskQueueGrain, ITaskGiver, IDisposable
{
    private const int MaxAttempts = 5;

    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly PayloadCache _payloads = new(options.Value.CachedPayloadBytes);
    private GrainKey _key;
    private EventStream<QueueState, QueueFact> _queue = null!;
    private QueueBoard _board = new(QueueSettings.Default);
    private Task _reloading = Task.CompletedTask;
    private DateTimeOffset _createdAt;
    private bool _isVoid;

    public static string StreamOf(GrainKey key) => $"queue/{key}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = GrainKey.Parse(this.GetPrimaryKeyString());
        Names.Check("workspace", _key.Workspace);
        Names.Check("queue", _key.Id);
        _queue = new(journal, new StateMachine<QueueState, QueueFact>(QueueState.Empty, QueueState.Apply, QueueFact.Codec), StreamOf(_key), storage.Value.Journal.SnapshotInterval);
        await ReloadAsync();
        instruments.Follow(this, () => _board.Open);
    }

    public void Dispose()
    {
        instruments.Forget(this);
        _looking.Dispose();
    }

    public async Task<ImmutableArray<TaskView>> SubmitAsync(ImmutableArray<SubmitTask> tasks, string? idempotencyKey)
    {
        if (tasks.IsDefault) tasks = [];
        if (SubmitRules.Problem(tasks, limits, Now) is { } problem) throw new MementoException(problem);
        for (var i = 0; i < tasks.Length; i++)
        {
            if ((tasks[i].Queue ?? SubmitRules.DefaultQueue) != _key.Id)
                throw new MementoException(Refusal.Invalid(tasks.Length == 1 ? "queue" : $"tasks[{i}].queue", $"is {Quoted.Text(tasks[i].Queue ?? SubmitRules.DefaultQueue)}, and the request is for {Quoted.Text(_key.Id)}; send a request for each queue"));
        }

        var key = KeyedRequest.For($"tasks:{_key.Workspace}", idempotencyKey, _key.Id, SubmitRules.WithoutTraces(tasks), MementoJson.Default.ImmutableArraySubmitTask);
        return await TryAsync(async () =>
        {
            if (key is not null && await key.FindAnswerAsync(journal, MementoJson.Default.ImmutableArrayTaskView) is { IsDefault: false } known) return known;
            try
            {
                Others others;
                do
                {
                    others = await FindOthersAsync(tasks);
                    await _queue.ReserveAsync();
                    if (_queue.IsBroken || _isVoid) throw Interrupted();
                }
                while (others.Here.Any(id => _board.Find(id) is null));   // one that is waited for has just ended: whether well or not must be looked up
                return await SubmitAsync(tasks, others, key);
            }
            catch (MementoException e) when (e.Code is Codes.TaskExists or Codes.ValidationFailed or Codes.Overloaded)
            {
                await _queue.SettleAsync();   // it may rest on what is under way
                if (key is not null && await key.FindAnswerAsync(journal, MementoJson.Default.ImmutableArrayTaskView) is { IsDefault: false } meanwhile) return meanwhile;   // refused because it is done already
                throw;
            }
        });
    }

    public Task<QueueView> ConfigureAsync(QueueChange change) => TryAsync(async () =>
    {
        await _queue.ReserveAsync();
        var (settings, problem) = change.Change(_queue.Tentative.Settings);
        if (problem is not null) throw new MementoException(problem);
        if (_queue.TentativePosition == 0 || !Same(settings, _queue.Tentative.Settings))
        {
            await AppendAsync([new QueueFact.Configured { At = Now, Settings = settings }]);
            Dispatch();
        }

        return View();
    });

    public async Task<QueueView> GetAsync()
    {
        await EnsureLoadedAsync();
        return _queue.TentativePosition > 0 ? View() : throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.QueueNotFound, $"There is no queue \"{_key.Id}\". It is made by the first task, or by PUT /queues/{_key.Id}."));
    }

    private DateTimeOffset Now => clock.Now();

    private QueueView View()
    {
        var open = _board.Open;
        return _queue.Committed.View(_key.Id, _createdAt, open.Queued, open.Assigned, open.Running);
    }

    private async Task<ImmutableArray<TaskView>> SubmitAsync(ImmutableArray<SubmitTask> tasks, Others others, KeyedRequest? key)
    {
        if (_board.Count + tasks.Length > limits.MaxOpenPerQueue)
            throw new MementoException(Refusal.Of(RefusalKind.Overloaded, Codes.Overloaded, $"Queue \"{_key.Id}\" has {_board.Count} open tasks; at most {limits.MaxOpenPerQueue} are allowed (Memento:Tasks:MaxOpenPerQueue). Nothing was stored."));
        if (tasks.FirstOrDefault(t => t.TaskId is not null && _board.Find(t.TaskId) is not null) is { TaskId: { } taken }) throw Exists(taken);

        var (now, number, settings) = (Now, _queue.Tentative.Submitted, _queue.Tentative.Settings);
        var here = tasks.Where(t => t.TaskId is not null).Select(t => t.TaskId!).ToHashSet(StringComparer.Ordinal);
        var awaited = tasks.SelectMany(t => t.DependsOn).ToHashSet(StringComparer.Ordinal);
        var rows = ImmutableArray.CreateBuilder<TaskRow>(tasks.Length);
        foreach (var task in tasks)
        {
            number++;
            var id = task.TaskId ?? $"task-{Uuid7.Derive(now, StreamOf(_key), number)}";
            var state = TaskLife.Submit(task, number, id, [.. task.DependsOn.Distinct(StringComparer.Ordinal).Where(d => here.Contains(d) || others.IsOpen(d, _board))], settings, now);
            rows.Add(new(awaited.Contains(id) ? state with { HasDependents = true } : state, task));
        }

        var facts = ImmutableArray.CreateBuilder<QueueFact>(2);
        facts.Add(QueueFact.TasksChanged.Of(TaskChange.Submitted, null, rows, now));
        TaskRow[] waitedFor = [.. awaited.Select(_board.Find).Where(t => t is { HasDependents: false }).Select(t => new TaskRow(TaskLife.Await(t!).After!))];
        if (waitedFor.Length > 0) facts.Add(QueueFact.TasksChanged.Of(TaskChange.Awaited, null, waitedFor, now));
        foreach (var row in rows) _payloads.Add(row.State.Number, row.Submitted!);
        ImmutableArray<TaskView> views = [.. rows.Select(r => TaskView.Of(_key.Id, r.State, TaskBody.Of(r.Submitted)))];
        var durable = AppendAsync(facts.DrainToImmutable(), key?.Answer(views, MementoJson.Default.ImmutableArrayTaskView));
        Dispatch();   // it comes behind in the journal, and nobody hears of it before both are durable
        await durable;
        if (others.Asked.Count > 0) await AskAsync(others);
        return views;
    }

    private static ImmutableArray<QueueFact> Facts(IEnumerable<(TaskChange Change, TaskRow Row)> changes, string? agentId, DateTimeOffset now) =>
        [.. changes.GroupBy(c => c.Change, c => c.Row).Select(g => QueueFact.TasksChanged.Of(g.Key, agentId, g, now))];

    /// <summary>Hands facts to the journal; the board has them at once. Completes when they are durable, and whoever waits for their tasks is told.</summary>
    private async Task AppendAsync(ImmutableArray<QueueFact> facts, IdempotencyRecord? key = null)
    {
        if (_isVoid || _queue.IsBroken) throw Interrupted();   // what was decided rests on a board that is being read anew
        var (state, now, changes) = (_queue.Tentative, Now, new List<RowChange>());
        var before = new Stack<(long Number, TaskState? Task, DateTimeOffset? Heard)>();
        foreach (var fact in facts)
        {
            state = QueueState.Apply(state, fact);
            if (fact is QueueFact.TasksChanged changed)
            {
                foreach (var row in changed.Rows)
                {
                    before.Push((row.State.Number, _board.Find(row.State.Number), _board.HeardOf(row.State.Number)));
                    _board.Put(row.State, now);
                }
            }
        }

        for (var i = 0; i < facts.Length; i++) changes.AddRange(TaskRows.Follow(_key, _queue.StreamId, _queue.TentativePosition + 1 + i, facts[i], state, _board.Open));
        var isOpen = _board.Open.Any || facts is not [QueueFact.Rested];   // it may be empty for a moment only
        if (isOpen != _isMarked) changes.Add(TaskRows.Mark(_key, _queue.StreamId, isOpen));
        var isNew = _queue.TentativePosition == 0;
        if (isNew) _createdAt = facts[0].At;
        Appended<QueueState> appended;
        try
        {
            appended = _queue.Append(facts, state, new(changes), key);
        }
        catch (MementoException e) when (e.Refusal.Kind is RefusalKind.Overloaded)
        {
            foreach (var (number, task, heard) in before)
            {
                _board.Restore(number, task, heard, now);   // nothing was handed over; reading all of it anew is the last thing a busy store needs
                if (task is null) _payloads.TryTake(number, out _);
            }

            SetAlarm();
            throw;
        }
        catch
        {
            _isVoid = true;   // the board has what will not be
            throw;
        }

        _isMarked = isOpen;
        if (facts is [QueueFact.Configured { Settings: var settings }]) _board.Configure(settings, now);
        foreach (var ended in facts.OfType<QueueFact.TasksChanged>().SelectMany(f => f.Rows).Select(r => r.Ended).OfType<TaskAttempt>()) _pool!.Free(ended.AgentId);
        SetAlarm();
        await appended.Durable;
        _queue.Commit(appended);
        if (_pause.End())
        {
            SetAlarm();
            Dispatch();
        }

        foreach (var fact in facts)
            if (fact is QueueFact.TasksChanged changed) Measure(changed);
        if (isNew)
        {
            // Agents tell the queues that there are; those that looked before this one was there are found now.
            await MeetAgentsAsync();
            Dispatch();
        }

        foreach (var fact in facts)
            if (fact is QueueFact.TasksChanged { Change: TaskChange.Completed or TaskChange.Failed or TaskChange.Cancelled } ended) TellDependents(ended);
    }

    /// <summary>Does something on the state as it is. What another writer, or a failure of an append in front, made void is done anew; callers do not notice.</summary>
    private async Task<T> TryAsync<T>(Func<Task<T>> act)
    {
        for (var attempt = 1; ; attempt++)
        {
            await EnsureLoadedAsync();
            try
            {
                return await act();
            }
            catch (MementoException e) when (attempt < MaxAttempts && e.Code is Codes.StaleWriter or Codes.IdempotencyKeyReused && (_queue.IsBroken || _isVoid))
            {
                LogStale(log, _key, attempt);
                DeactivateOnIdle();   // if another activation is the rightful one, the next call finds it
            }
        }
    }

    private void Measure(QueueFact.TasksChanged changed)
    {
        instruments.Record(changed);
        TaskSpans.Record(_key, changed, Now);
    }

    private static MementoException Interrupted() => new(Refusal.Of(RefusalKind.Unavailable, Codes.StaleWriter, "The queue was interrupted; it is tried again."));

    /// <summary>Reads the truth again if an append failed; all calls wait for the same reading.</summary>
    private ValueTask EnsureLoadedAsync()
    {
        if ((_queue.IsBroken || _isVoid) && _reloading.IsCompleted) _reloading = ReloadAsync();
        return _reloading.IsCompletedSuccessfully ? default : new(_reloading);
    }

    private async Task ReloadAsync()
    {
        _isVoid = true;   // until the board says what the journal says
        _isMarked = null;
        await _queue.LoadAsync();
        var board = new QueueBoard(_queue.Committed.Settings);
        foreach (var task in _queue.StreamId == 0 ? [] : await index.ReadOpenAsync(_key.Workspace, _queue.StreamId))
        {
            board.Put(task, Now);
            if (task.Status is WorkStatus.Running) board.Hear(task.Number, Now);   // who last heard of it is not here any more
        }

        if (_queue.StreamId != 0 && await journal.ReadAsync(_queue.StreamId, 1, 1, 1) is [var first]) _createdAt = first.At;
        _offers.Clear();
        _payloads.Clear();
        _board = board;
        _isVoid = false;
        if (_pool is null) await MeetAgentsAsync();
        SetAlarm();
        Dispatch();
    }

    private static bool Same(QueueSettings a, QueueSettings b) => a with { Weights = b.Weights } == b && a.Weights.Count == b.Weights.Count && a.Weights.All(w => b.Weights.TryGetValue(w.Key, out var other) && other.Equals(w.Value));

    private static MementoException Exists(string taskId) => new(Refusal.Of(RefusalKind.Conflict, Codes.TaskExists, $"There is a task \"{taskId}\" already."));

    private static MementoException NotFound(string taskId) => new(Refusal.Of(RefusalKind.NotFound, Codes.TaskNotFound, $"There is no task \"{taskId}\"."));

    [LoggerMessage(Level = LogLevel.Information, Message = "Queue {Queue}: an append was void, attempt {Attempt}; the state is read again")]
    private static partial void LogStale(ILogger log, GrainKey queue, int attempt);
}
