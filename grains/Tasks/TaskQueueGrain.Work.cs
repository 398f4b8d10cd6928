using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>The part about single tasks: what agents say of them, and who takes them away.</summary>
internal sealed partial class TaskQueueGrain
{
    /// <summary>Characters of payload and metadata behind which no more tasks are given in one step.</summary>
    private const long MostGiven = 8 * 1024 * 1024;

    public async Task<ImmutableArray<GivenTask>> TakeAsync(string agentId, long offer, int count)
    {
        if (_queue.IsBroken || _isVoid || _board.Settings.Paused || !_offers.Remove(offer, out var offered) || offered.AgentId != agentId) return [];
        var (now, few) = (Now, Few(offered.Numbers.Take(count)).ToArray());
        foreach (var number in offered.Numbers.Skip(few.Length)) PutBack(number);
        var (fact, taken) = Assign(agentId, few, _queue.TentativePosition + 1, now);
        if (fact is null) return [];
        try
        {
            return await GiveAsync(AppendAsync([fact]), taken);
        }
        catch (MementoException e) when (e.Refusal.Kind is RefusalKind.Overloaded or RefusalKind.Unavailable || e.Code is Codes.StaleWriter)
        {
            Pause(e);   // they wait again
            return [];
        }
    }

    public Task<Reported> ReportAsync(ImmutableArray<TaskSaying> sayings, AgentRoom? room) => TryAsync(async () =>
    {
        if (sayings.Any(s => _board.Find(s.TaskId) is null)) return new(await ReportSlowlyAsync(sayings), [], IsFull: true);
        var now = Now;
        var decided = Decide(sayings, _board.Find, now);
        var given = room is null ? null : PullFor(room, decided, now);
        Task durable = decided.Facts.Count == 0 ? _queue.SettleAsync() : AppendAsync([.. decided.Facts]);
        if (decided.Facts.Any(f => f is QueueFact.TasksChanged { Change: TaskChange.Retried })) Dispatch();   // without a pause it can go to somebody else at once
        var load = room is null ? 0 : room.Load - decided.Ended + (given?.Count ?? 0);
        var isHeeded = room is not null && Meet(room with { Load = load });
        var tasks = given is null ? [] : await GiveAsync(durable, given);
        await durable;
        return new Reported(decided.Answers, tasks, IsFull: !isHeeded || load >= room!.MaxLoad || given?.Sum(t => (long)t.Size) > MostGiven);
    });

    public Task<TaskView> CancelAsync(string taskId, CancelTask request)
    {
        if (request.AgentId is { } agent) Names.Check("agentId", agent);
        if (request.Reason?.Length > limits.MaxTextLength) throw new MementoException(Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"reason: has {request.Reason.Length} characters; at most {limits.MaxTextLength} are allowed (Memento:Tasks:MaxTextLength)"));
        if (request.Reason?.Contains('\0', StringComparison.Ordinal) is true) throw new MementoException(Refusal.Invalid("reason", "has the character U+0000"));
        return WithTaskAsync(taskId, task => ChangeAsync(taskId, task, request.AgentId, s => TaskLife.Cancel(s, request, Now)));
    }

    public async Task<TaskView> RetryAsync(string taskId)
    {
        var open = Others.None;
        var view = await WithTaskAsync(taskId, async task =>
        {
            open = task is { IsOver: true } ? await FindOpenAsync(task.DependsOn) : Others.None;   // an ended one changes here only, one call after the other
            return await ChangeAsync(taskId, task, null, s => TaskLife.Revive(s, [.. task!.DependsOn.Where(open.Asked.ContainsKey)], Now));
        });
        await AskAsync(open);
        return view;
    }

    public Task LoseAsync(string agentId, ImmutableArray<HeldTask> tasks) => TryAsync(async () =>
    {
        _pool!.Remove(agentId);
        return await TakeAwayAsync(agentId, tasks, (task, token, now) => TaskLife.Lose(task, agentId, token, _board.Settings, now));
    });

    public Task GiveBackAsync(string agentId, ImmutableArray<HeldTask> tasks) => TryAsync(() => TakeAwayAsync(agentId, tasks, (task, token, now) => TaskLife.GiveBack(task, agentId, token, now)));

    private async Task<int> TakeAwayAsync(string agentId, ImmutableArray<HeldTask> tasks, Func<TaskState, long, DateTimeOffset, TaskStep> take)
    {
        var now = Now;
        var facts = Facts(Found(tasks).Select(t => (Before: t.Task, Step: take(t.Task, t.Token, now))).Where(x => x.Step.After is not null).Select(x => (x.Step.Change, RowOf(x.Before, x.Step.After!))), agentId, now);
        if (!facts.IsEmpty) await AppendAsync(facts);
        Dispatch();
        return facts.Length;
    }

    private IEnumerable<(TaskState Task, long Token)> Found(ImmutableArray<HeldTask> tasks) => tasks.Select(t => (Task: _board.Find(t.Number)!, t.Token)).Where(t => t.Task is not null);

    public Task HandOverAsync(string fromAgent, string toAgent, ImmutableArray<HeldTask> tasks) => TryAsync(async () =>
    {
        var now = Now;
        var able = Found(tasks).Where(t => fromAgent == toAgent || _pool!.CanDo(toAgent, TaskNeeds.Of(t.Task)));   // what the other one cannot do stays with who does it
        var moved = able.Select(t => (Before: t.Task, TaskLife.HandOver(t.Task, fromAgent, t.Token, now).After)).Where(x => x.After is not null).Select(x => (x.Before, After: x.After!)).ToArray();
        if (moved.Length == 0) return 0;
        var durable = AppendAsync([QueueFact.TasksChanged.Of(TaskChange.Requeued, fromAgent, moved.Select(x => RowOf(x.Before, x.After)), now)]);
        List<long> first = [.. moved.Where(x => _pool!.CanDo(toAgent, TaskNeeds.Of(x.After))).Select(x => x.After.Number)];
        foreach (var number in first) _board.Waiting.Remove(number);
        await durable;
        Revoke(moved);
        if (first.Count > 0) await OfferAsync(toAgent, first);   // what it has no room for goes to others
        Dispatch();
        return moved.Length;
    });

    /// <summary>Gives tasks that wait to an agent: the fact to append, and the tasks then.</summary>
    private (QueueFact.TasksChanged? Fact, List<TaskState> Taken) Assign(string agentId, IEnumerable<long> numbers, long token, DateTimeOffset now)
    {
        var taken = new List<TaskState>();
        foreach (var number in numbers)
            if (_board.Find(number) is { } task && TaskLife.Assign(task, agentId, token, now) is { After: { } assigned }) taken.Add(assigned);
        return (taken.Count == 0 ? null : QueueFact.TasksChanged.Of(TaskChange.Assigned, agentId, taken.Select(t => new TaskRow(t)), now), taken);
    }

    /// <summary>As many of these tasks as are given in one step, the first of them.</summary>
    private IEnumerable<long> Few(IEnumerable<long> numbers)
    {
        var size = 0L;
        foreach (var number in numbers)
        {
            yield return number;
            if ((size += _board.Find(number)?.Size ?? 0) > MostGiven) yield break;   // before the next one is fetched
        }
    }

    /// <summary>What is told of tasks that were given to an agent, when that is durable.</summary>
    private async Task<ImmutableArray<GivenTask>> GiveAsync(Task durable, List<TaskState> taken)
    {
        await durable;
        var bodies = await BodiesAsync(taken);
        return [.. taken.Select(t =>
        {
            var body = bodies.GetValueOrDefault(t.Number);
            return new GivenTask(t.Number, new()
            {
                TaskId = t.TaskId, Token = t.Current!.Token, Type = t.Type, Queue = _key.Id, SessionId = t.SessionId, Deadline = t.Deadline, Attempt = t.Attempts, Handoff = t.Handoff,
                Payload = body?.Payload, Metadata = body?.Metadata, StartBy = TaskLife.DueAt(t, _board.Settings)!.Value, HeartbeatTimeoutMs = t.HeartbeatTimeoutMs, TraceParent = t.TraceParent,
            });
        })];
    }

    private async Task<Dictionary<long, TaskBody?>> BodiesAsync(List<TaskState> tasks)
    {
        var bodies = new Dictionary<long, TaskBody?>(tasks.Count);
        foreach (var task in tasks)
            if (_payloads.TryTake(task.Number, out var body)) bodies.Add(task.Number, body);
        if (bodies.Count < tasks.Count)
            foreach (var (state, body) in await index.ReadAsync(_queue.StreamId, [.. tasks.Select(t => t.Number).Where(n => !bodies.ContainsKey(n))])) bodies[state.Number] = body;
        return bodies;
    }

    /// <summary>What follows from sayings, one after the other.</summary>
    private Decided Decide(ImmutableArray<TaskSaying> sayings, Func<string, TaskState?> find, DateTimeOffset now)
    {
        var decided = new Decided();
        var changed = new Dictionary<string, TaskState>(StringComparer.Ordinal);
        foreach (var (id, operation, by) in sayings)
        {
            if ((changed.GetValueOrDefault(id) ?? find(id)) is not { } before)
            {
                decided.Add(new TaskAnswer(null, NotFound(id).Refusal));
                continue;
            }

            var step = operation switch
            {
                TaskOperation.Start => TaskLife.Start(before, by, limits, now),
                TaskOperation.Heartbeat => TaskLife.Heartbeat(before, by, limits, now),
                TaskOperation.Complete => TaskLife.Complete(before, by, limits, now),
                TaskOperation.Fail => TaskLife.Fail(before, by, _board.Settings, limits, now),
                _ => throw new ArgumentOutOfRangeException(nameof(sayings), operation, "Unknown operation."),
            };
            if (step.Refusal is { Code: Codes.StaleToken }) step = new(TaskLife.CountStale(before, by, NamedEnumConverter<TaskOperation>.NameOf(operation), now), TaskChange.Refused, step.Refusal);
            else if (step.Refusal is null) _board.Hear(before.Number, now);
            var after = step.After ?? before;
            if (step.After is not null)
            {
                changed[id] = after;
                decided.Add(step.Change, by.AgentId, RowOf(before, after) with { Result = step.Change is TaskChange.Completed ? by.Result : null }, now);
            }

            if (before.IsHeld && !after.IsHeld) decided.Ended++;
            decided.Add(step.Refusal is null ? new(TaskView.Of(_key.Id, after) with { Result = step.Change is TaskChange.Completed && step.After is not null ? by.Result : null }, null) : new(null, step.Refusal));
        }

        return decided;
    }

    /// <summary>Gives an agent that has ended some tasks the next ones, in the same append.</summary>
    private List<TaskState>? PullFor(AgentRoom room, Decided decided, DateTimeOffset now)
    {
        var free = room.MaxLoad - (room.Load - decided.Ended);
        if (decided.Ended == 0 || free <= 0 || !room.IsOpen || _board.Settings.Paused || decided.Facts.Count == 0) return null;
        var numbers = Few(Next()).ToArray();
        if (numbers.Length == 0) return null;
        var (fact, taken) = Assign(room.AgentId, numbers, _queue.TentativePosition + decided.Facts.Count + 1, now);
        if (fact is not null) decided.Facts.Add(fact);
        return taken;

        IEnumerable<long> Next()
        {
            for (var i = 0; i < free && _board.Waiting.TakeNext(needs => _pool!.CanDo(room.AgentId, needs), now) is { } next; i++) yield return next.Number;
        }
    }

    /// <summary>Sayings of which some are about tasks that are over, or were never here: those must be looked up. One request at a time, so that what was looked up still holds when it is decided.</summary>
    private async Task<ImmutableArray<TaskAnswer>> ReportSlowlyAsync(ImmutableArray<TaskSaying> sayings)
    {
        var answers = ImmutableArray.CreateBuilder<TaskAnswer>(sayings.Length);
        foreach (var saying in sayings)
        {
            answers.Add(await WithTaskAsync(saying.TaskId, async task =>
            {
                var decided = Decide([saying], _ => task, Now);
                if (decided.Facts.Count > 0) await AppendAsync([.. decided.Facts]);
                else await _queue.SettleAsync();
                return saying.Operation is TaskOperation.Complete && task is { Status: WorkStatus.Completed } ? await RepeatedAsync(saying, task, decided.Answers[0]) : decided.Answers[0];
            }));
        }

        return answers.MoveToImmutable();
    }

    /// <summary>A completion that is said again is answered the same; with another result it is another one, and comes too late.</summary>
    private async Task<TaskAnswer> RepeatedAsync(TaskSaying saying, TaskState task, TaskAnswer answer)
    {
        if (answer.Task is not { } view) return answer;
        var (_, result) = await index.ReadBodyAsync(_queue.StreamId, task.Number);
        return result == saying.Report.Result ? new(view with { Result = result }, null)
            : new(null, Refusal.Of(RefusalKind.Conflict, Codes.TaskOver, $"Task \"{task.TaskId}\" is completed already, with another result; that one counts."));
    }

    /// <summary>Changes one task, whatever it is doing; its agent is told if it loses it.</summary>
    private async Task<TaskView> ChangeAsync(string taskId, TaskState? task, string? agentId, Func<TaskState, TaskStep> decide)
    {
        if (task is null) throw NotFound(taskId);
        var step = decide(task);
        if (step.Refusal is not null || step.After is not { } after)
        {
            await _queue.SettleAsync();   // it rests on what is under way
            return step.Refusal is null ? TaskView.Of(_key.Id, task) : throw new MementoException(step.Refusal);
        }

        await AppendAsync([QueueFact.TasksChanged.Of(step.Change, agentId, [RowOf(task, after)], Now)]);
        Revoke([(task, after)]);
        Dispatch();
        return TaskView.Of(_key.Id, after);
    }

    private Task<T> WithTaskAsync<T>(string taskId, Func<TaskState?, Task<T>> act) => TryAsync(async () =>
    {
        if (_board.Find(taskId) is { } open) return await act(open);
        await _looking.WaitAsync();
        try
        {
            while (true)
            {
                await _queue.SettleAsync();   // it may just have ended
                var stored = await index.FindAsync(_key.Workspace, taskId);
                if (_board.Find(taskId) is { } again) return await act(again);
                if (stored?.StreamId != _queue.StreamId) return await act(null);
                if (stored.State.IsOver) return await act(stored.State);
            }
        }
        finally
        {
            _looking.Release();
        }
    });

    /// <summary>A task's row, with the attempt that has just ended.</summary>
    private static TaskRow RowOf(TaskState before, TaskState after) => new(after, Ended: before.IsHeld && !after.IsHeld ? after.History[^1] : null);

    private sealed class Decided
    {
        private readonly ImmutableArray<TaskAnswer>.Builder _answers = ImmutableArray.CreateBuilder<TaskAnswer>();

        public List<QueueFact> Facts { get; } = [];

        public ImmutableArray<TaskAnswer> Answers => _answers.ToImmutable();

        /// <summary>Tasks that the agent does not have any more.</summary>
        public int Ended { get; set; }

        public void Add(TaskAnswer answer) => _answers.Add(answer);

        /// <summary>Adds a change to the fact before if it is the same kind of change.</summary>
        public void Add(TaskChange change, string agentId, TaskRow row, DateTimeOffset now)
        {
            var next = QueueFact.TasksChanged.Of(change, agentId, [row], now);
            if (Facts is [.., QueueFact.TasksChanged last] && last.Change == change && last.AgentId == agentId) Facts[^1] = last.With(next);
            else Facts.Add(next);
        }
    }
}
