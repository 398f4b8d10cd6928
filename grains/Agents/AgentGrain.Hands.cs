using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Memento.Tasks;
using Microsoft.Extensions.Logging;

namespace Memento.Agents;

/// <summary>The part about tasks: what the agent has room for, is given, receives and says.</summary>
internal sealed partial class AgentGrain
{
    private const int MostRevoked = 1_000;

    private const int QueuesAtOnce = 32;

    /// <summary>Characters of payload and metadata behind which no more tasks are handed out in one answer, and no more are taken while they wait to be received.</summary>
    private const long MostAtOnce = 8 * 1024 * 1024, MostWaiting = 32 * 1024 * 1024;

    private readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly Queue<GivenTask> _inbox = new();
    private readonly Queue<RevokedTask> _revoked = new();
    private readonly List<string> _hungry = [];   // queues that think there is no room, and must be told when there is; in that order
    private AgentWork _work = AgentWork.None;
    private TaskCompletionSource _arrived = NewSignal();
    private int _coming;
    private long _inboxSize;
    private long _said = TimeProvider.System.GetUtcNow().Ticks;   // more than any activation before has said
    private Task _handingOn = Task.CompletedTask;
    private readonly HashSet<string> _resuming = new(StringComparer.Ordinal);   // queues that are giving it what the process before had
    private int _successors;   // registrations that wait until that is done
    private int _losses;   // times that all was taken from it
    private bool _isQuiet;   // it was given a task and did not begin: nothing more until it asks

    public async Task<ReceivedTasks> ReceiveAsync(ReceiveTasks request, CancellationToken cancellationToken)
    {
        if (request.Max is < 1 or > ReceiveTasks.MostItems) throw new MementoException(Refusal.Invalid("max", $"is {request.Max}; must be from 1 to {ReceiveTasks.MostItems}"));
        if (!(request.WaitSeconds is >= 0 and <= ReceiveTasks.LongestWait)) throw new MementoException(Refusal.Invalid("waitSeconds", FormattableString.Invariant($"is {request.WaitSeconds}; must be from 0 to {ReceiveTasks.LongestWait}")));
        if (lifetime.ApplicationStopping.IsCancellationRequested) throw new MementoException(Refusal.Of(RefusalKind.Unavailable, Codes.Stopping, "The server that looks after this agent is stopping; ask again in a moment."));
        await EnterAsync(request.InstanceId);
        if (_isQuiet)
        {
            _isQuiet = false;
            await AnnounceEverywhereAsync();
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var end = Now + TimeSpan.FromSeconds(request.WaitSeconds);
        while (true)
        {
            if (Agent.Stale(_agent.Committed, _key.Id, request.InstanceId) is { } stale) throw new MementoException(stale);   // somebody else may have registered meanwhile
            var arrived = _arrived.Task;
            var items = TakeArrived(request.Max ?? 1);
            var (now, late) = (Now, _heardAt + _detector.Interval);
            var left = (late < end ? late.Value : end) - now;   // one that says nothing else must ask again by then, or it would be taken for dead
            if (!items.IsEmpty || _revoked.Count > 0 || left <= TimeSpan.Zero || lifetime.ApplicationStopping.IsCancellationRequested)
            {
                await over.CancelAsync();
                Hear();
                ImmutableArray<RevokedTask> revoked = [.. _revoked];
                _revoked.Clear();
                return new() { Items = items, Revoked = revoked };
            }

            await Task.WhenAny(arrived, Task.Delay(left, clock, over.Token));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task<ImmutableArray<TaskAnswer>> ReportAsync(ImmutableArray<TaskSaying> sayings)
    {
        if (sayings.IsDefaultOrEmpty) return [];
        if (sayings.FirstOrDefault(s => s.Report.AgentId != _key.Id) is { } other) throw new MementoException(Refusal.Invalid("agentId", $"is {Quoted.Text(other.Report.AgentId)}, but the agent that was called is {Quoted.Text(_key.Id)}"));
        if (_agent.Committed.Exists) await EnterAsync(null, handsOn: false);   // it may be of the process before, and the next one wants to resume

        var queues = await FindQueuesAsync(sayings);
        var answers = new TaskAnswer[sayings.Length];
        var groups = Enumerable.Range(0, sayings.Length).GroupBy(i => queues.GetValueOrDefault(sayings[i].TaskId)).ToArray();
        foreach (var group in groups)
        {
            int[] places = [.. group];
            if (group.Key is not { } queue)
            {
                foreach (var i in places) answers[i] = new(null, Refusal.Of(RefusalKind.NotFound, Codes.TaskNotFound, $"There is no task \"{sayings[i].TaskId}\"."));
                continue;
            }

            var told = await ReportAsync(queue, [.. places.Select(i => sayings[i])]);
            for (var i = 0; i < places.Length; i++) answers[places[i]] = told[i];
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(answers);
    }

    public async Task<AgentRoom?> OfferAsync(string queue, long offer, int count, long known)
    {
        _said = Math.Max(_said, known);
        if (!_agent.Committed.Exists || _agent.Committed.IsDead) return null;
        var grant = IsOpen || _resuming.Contains(queue) ? Math.Min(Free, count) : 0;
        if (grant > 0)
        {
            var losses = _losses;
            _coming += grant;
            try
            {
                await AcceptAsync(queue, await Giver(queue).TakeAsync(_key.Id, offer, grant), losses);
            }
            finally
            {
                _coming -= grant;
            }

            if (!_agent.Committed.Exists || _agent.Committed.IsDead) return null;
            await FeedAsync();   // the queue may have given fewer than room was kept for, and others were told to wait
        }

        if (grant < count) Starve(queue);
        return RoomFor(queue);
    }

    /// <summary>Whether it may be given work: it says so, it receives what it is given, what it had before is no longer its, and it is not suspect.</summary>
    private bool IsOpen => _agent.Committed is { TakesWork: true, IsHandingOn: false } && !_isQuiet && _inboxSize <= MostWaiting && (_heardAt is not { } heard || Now - heard <= (_detector.Interval * 1.5) + pulse.SleptSince(heard));

    private int Free => Math.Max(0, (_agent.Committed.Agent?.Capacity ?? 0) - _held.Count - _coming);

    private AgentRoom Room() => new()
    {
        AgentId = _key.Id, Capabilities = _agent.Committed.Agent!.Capabilities, TaskTypes = _agent.Committed.Agent.TaskTypes, Priority = _agent.Committed.Agent.Priority, MaxLoad = _agent.Committed.Agent.Capacity,
        Version = ++_said, Load = _held.Count + _coming, ErrorRate = _work.ErrorRate, MeanDurationMs = _work.MeanDuration, IsOpen = IsOpen,
    };

    private async Task<ImmutableArray<TaskAnswer>> ReportAsync(string queue, ImmutableArray<TaskSaying> sayings)
    {
        // Whoever ends tasks is given the next ones in the same step, unless other queues wait for the room.
        var room = _agent.Committed.Exists && _hungry.TrueForAll(other => other == queue) ? Room() : null;
        var (reserved, losses) = (room is null ? 0 : Free, _losses);
        _coming += reserved;
        Reported reported;
        try
        {
            reported = await Giver(queue).ReportAsync(sayings, room);
        }
        finally
        {
            _coming -= reserved;
        }

        for (var i = 0; i < sayings.Length; i++) Note(sayings[i], reported.Answers[i]);
        await AcceptAsync(queue, reported.Given, losses);
        if (_agent.Committed.Exists && (room is not { IsOpen: true } || reported.IsFull)) Starve(queue);   // it thinks that there is no room, or comes after those that have waited for longer
        await FeedAsync();
        return reported.Answers;
    }

    private void Note(TaskSaying saying, TaskAnswer answer)
    {
        if (!_held.TryGetValue(saying.TaskId, out var held) || held.Token != saying.Report.Token) return;
        if (answer.Task is { Token: { } token } && token == held.Token)
        {
            _held[saying.TaskId] = held with { HasBegun = true };
            return;
        }

        if (answer.Refusal is { Code: not Codes.StaleToken }) return;   // it said something wrong and still has the task
        _held.Remove(saying.TaskId);
        if (answer.Task is { Status: WorkStatus.Completed, History: [.., var done] }) _work = _work with { Completed = _work.Completed + 1, DurationMs = _work.DurationMs + (long)(done.EndedAt!.Value - (done.StartedAt ?? done.AssignedAt)).TotalMilliseconds };
        else if (answer.Task is not null) _work = _work with { Failed = _work.Failed + 1 };
    }

    /// <summary>Puts tasks into the agent's hands, or back if all was taken from it since they were asked for.</summary>
    private async Task AcceptAsync(string queue, ImmutableArray<GivenTask> given, int losses)
    {
        if (losses != _losses)
        {
            if (!given.IsEmpty) await Giver(queue).GiveBackAsync(_key.Id, [.. given.Select(g => new HeldTask(g.Number, g.Task.Token))]);
            return;
        }

        foreach (var task in given)
        {
            _held[task.Task.TaskId] = new(queue, task.Number, task.Task.Token, task.Task.SessionId, HasBegun: false);
            _inbox.Enqueue(task);
            _inboxSize += task.Size;
        }

        if (!given.IsEmpty) Arrive();
    }

    private ImmutableArray<ReceivedTask> TakeArrived(int max)
    {
        var items = ImmutableArray.CreateBuilder<ReceivedTask>();
        var (size, wasFull) = (0L, _inboxSize > MostWaiting);
        while (items.Count < max && size <= MostAtOnce && _inbox.TryDequeue(out var given))
        {
            _inboxSize -= given.Size;
            items.Add(given.Task);
            size += given.Size;
        }

        if (wasFull) _ = FeedAsync();   // nobody who receives waits for that
        return items.DrainToImmutable();
    }

    private void Arrive()
    {
        var arrived = _arrived;
        _arrived = NewSignal();
        arrived.TrySetResult();
    }

    /// <summary>What a queue is told of the room. If there is none, it will be told when there is.</summary>
    private AgentRoom RoomFor(string queue)
    {
        if (Free == 0 || !IsOpen) Starve(queue);
        return Room();
    }

    private void Starve(string queue)
    {
        if (!_hungry.Contains(queue)) _hungry.Add(queue);
    }

    /// <summary>Tells queues that were told to wait that there is room now, one after the other, while there is.</summary>
    private async Task FeedAsync()
    {
        for (var left = _hungry.Count; left > 0 && _hungry is [var queue, ..] && _agent.Committed.Exists && IsOpen && Free > 0; left--)
        {
            _hungry.RemoveAt(0);
            await AnnounceAsync(queue);
        }
    }

    /// <summary>Tells every queue that the agent is there, or is as it is now.</summary>
    private async Task AnnounceEverywhereAsync()
    {
        foreach (var some in (await tasks.GetQueuesAsync(_key.Workspace)).Chunk(QueuesAtOnce)) await Task.WhenAll(some.Select(queue => AnnounceAsync(queue.Name)));
    }

    private async Task AnnounceAsync(string queue)
    {
        try
        {
            var room = RoomFor(queue);
            var known = await Giver(queue).AnnounceAsync(room);
            if (known <= room.Version) return;
            _said = Math.Max(_said, known);   // it heard from an activation on a silo whose clock is ahead, or something later from this one
            await Giver(queue).AnnounceAsync(RoomFor(queue));
        }
        catch (Exception e)
        {
            Starve(queue);   // the agent's next call tells it again
            LogNotAnnounced(log, _key, queue, e.Message);
        }
    }

    /// <summary>The queues of some tasks: of those that the agent has, it knows; the others are looked up.</summary>
    private async Task<Dictionary<string, string>> FindQueuesAsync(ImmutableArray<TaskSaying> sayings)
    {
        var queues = new Dictionary<string, string>(StringComparer.Ordinal);
        List<string>? unknown = null;
        foreach (var saying in sayings)
        {
            if (_held.TryGetValue(saying.TaskId, out var held)) queues[saying.TaskId] = held.Queue;
            else (unknown ??= []).Add(saying.TaskId);
        }

        foreach (var some in unknown?.Distinct(StringComparer.Ordinal).Chunk(500) ?? [])
            foreach (var task in await tasks.FindManyAsync(_key.Workspace, some)) queues[task.State.TaskId] = task.Queue;
        return queues;
    }

    private ITaskGiver Giver(string queue) => GrainFactory.GetGrain<ITaskGiver>(new GrainKey(_key.Workspace, queue).ToString());

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent {Agent} could not tell queue {Queue} that it has room; it tells it again: {Problem}")]
    private static partial void LogNotAnnounced(ILogger log, GrainKey agent, string queue, string problem);

    private sealed record Held(string Queue, long Number, long Token, string? SessionId, bool HasBegun)
    {
        public HeldTask AtQueue => new(Number, Token);
    }
}
