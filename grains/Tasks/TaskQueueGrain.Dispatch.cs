using System.Collections.Immutable;
using Memento.Agents;
using Memento.Journaling;
using Microsoft.Extensions.Logging;

namespace Memento.Tasks;

/// <summary>The part that gives tasks out: who could take them, who is asked, and what is due.</summary>
internal sealed partial class TaskQueueGrain
{
    /// <summary>Most tasks that one round gives out, and most due ones that it looks at.</summary>
    private const int Round = 1_000;

    private readonly Dictionary<long, (string AgentId, List<long> Numbers)> _offers = [];
    private readonly HashSet<string> _unreachable = new(StringComparer.Ordinal);
    private AgentPool? _pool;
    private IGrainTimer? _alarm;
    private DateTimeOffset _alarmAt = DateTimeOffset.MaxValue;
    private long _lastOffer;
    private readonly GrowingPause _pause = new();   // while the store takes nothing, nothing is given out and no time is up
    private bool? _isMarked;   // as a queue that is to be woken; null = nobody here knows

    public async Task<long> AnnounceAsync(AgentRoom agent)
    {
        await EnsureLoadedAsync();
        Meet(agent);
        Dispatch();
        return _pool!.VersionOf(agent.AgentId) ?? 0;
    }

    public Task WakeAsync() => ActAsync(async () =>
    {
        foreach (var agent in _unreachable) _pool!.Open(agent, isOpen: true);
        _unreachable.Clear();
        await ExpireAsync();
        await CheckDependenciesAsync();
        await RestAsync();
    });

    /// <summary>A queue that has nothing left is not woken any more. To write that each time that it is empty for a moment would cost more than the tasks.</summary>
    private async Task RestAsync()
    {
        if (!_board.Open.Any && _isMarked is not false && _queue.TentativePosition > 0) await AppendAsync([new QueueFact.Rested { At = Now }]);
    }

    public async Task<TaskExplanation> ExplainAsync(string taskId) => await WithTaskAsync(taskId, task =>
        Task.FromResult(task is null ? throw NotFound(taskId) : Explanation.Of(task, _board.Settings, _pool!, Now)));

    /// <summary>Learns of an agent, or what has changed about it; false = it has said something later already.</summary>
    private bool Meet(AgentRoom agent)
    {
        if (!_pool!.Put(agent.AgentId, agent.Version, agent.Capabilities, agent.Score, agent.IsOpen, agent.TaskTypes)) return false;
        _unreachable.Remove(agent.AgentId);
        return true;
    }

    /// <summary>The agents that there are, as if all had room: they say themselves when they are asked, and then remember to tell when they have.</summary>
    private async Task MeetAgentsAsync()
    {
        _pool ??= new();
        for (var after = ""; ;)
        {
            var page = await agents.GetLivingAsync(_key.Workspace, after, Round);
            foreach (var (id, agent) in page)
                Meet(new() { AgentId = id, Capabilities = agent.Agent!.Capabilities, TaskTypes = agent.Agent.TaskTypes, Priority = agent.Agent.Priority, Load = 0, MaxLoad = agent.Agent.Capacity, ErrorRate = 0, IsOpen = agent.TakesWork });
            if (page.Count < Round) return;
            after = page[^1].AgentId;
        }
    }

    /// <summary>Offers what waits to agents that have room, as far as is known. The answer comes later, and what is not taken then is offered again.</summary>
    private void Dispatch()
    {
        var now = Now;
        if (_board.Settings.Paused || _queue.IsBroken || _isVoid || now < _pause.Until) return;
        Dictionary<string, List<long>>? plan = null;
        for (var i = 0; i < Round && _board.Waiting.TakeNext(_pool!.HasRoom, now) is { } next; i++)
        {
            var agent = _pool.Choose(_board.Settings.Strategy, next.Asked)!;   // somebody has room
            plan ??= new(StringComparer.Ordinal);
            if (!plan.TryGetValue(agent, out var numbers)) plan.Add(agent, numbers = []);
            numbers.Add(next.Number);
        }

        foreach (var (agent, numbers) in plan ?? []) _ = OfferAsync(agent, numbers);   // it tells its failures itself
    }

    private async Task OfferAsync(string agentId, List<long> numbers)
    {
        var offer = ++_lastOffer;
        _offers.Add(offer, (agentId, numbers));
        var known = _pool!.VersionOf(agentId);
        try
        {
            var room = await GrainFactory.GetGrain<IAgentTaker>(new GrainKey(_key.Workspace, agentId).ToString()).OfferAsync(_key.Id, offer, numbers.Count, known ?? 0);
            if (room is not null) Meet(room);
            else if (_pool!.VersionOf(agentId) == known) _pool.Remove(agentId);   // unless it has announced itself meanwhile
        }
        catch (Exception e)
        {
            _pool!.Open(agentId, isOpen: false);
            _unreachable.Add(agentId);
            LogUnreachable(log, _key, agentId, e.Message);
        }

        _pool!.Offered(agentId, numbers.Count);
        if (_offers.Remove(offer))
            foreach (var number in numbers) PutBack(number);
        if (_board.Waiting.Count > 0) Dispatch();
    }

    private void PutBack(long number)
    {
        if (_board.Find(number) is { } task && task.IsReady(Now)) _board.Waiting.Add(task);
    }

    /// <summary>Ends attempts whose time is up, and lets those wait again that have backed off for long enough.</summary>
    private async Task ExpireAsync()
    {
        while (true)
        {
            var now = Now;
            var due = _board.TakeDue(now, Round);
            var changes = new List<(TaskState Before, TaskState After, TaskChange Change)>();
            foreach (var task in due)
            {
                var heard = HeardOf(task);
                if (TaskLife.Expire(task, _board.Settings, heard, now) is { After: { } after } step) changes.Add((task, after, step.Change));
                else _board.Requeue(task, heard, now);
            }

            if (changes.Count > 0)
            {
                await AppendAsync(Facts(changes.Select(c => (c.Change, RowOf(c.Before, c.After))), null, now));
                Revoke(changes.Select(c => (c.Before, c.After)));
            }

            if (due.Count < Round) return;
        }
    }

    /// <summary>When a task was last heard of, as if this silo had never slept: what it did not hear meanwhile says nothing.</summary>
    private DateTimeOffset? HeardOf(TaskState task) => (_board.HeardOf(task.Number) ?? task.Current?.StartedAt) is { } heard ? heard + pulse.SleptSince(heard) : null;

    /// <summary>Tells agents which tasks they have lost.</summary>
    private void Revoke(IEnumerable<(TaskState Before, TaskState After)> changes)
    {
        foreach (var lost in changes.Where(c => c.Before.IsHeld && !c.After.IsHeld).GroupBy(c => c.Before.Current!.AgentId))
            _ = RevokeAsync(lost.Key, [.. lost.Select(c => new RevokedTask(c.Before.TaskId, c.Before.Current!.Token, c.After.History[^1].Outcome!.Value))]);
    }

    private async Task RevokeAsync(string agentId, ImmutableArray<RevokedTask> tasks)
    {
        try
        {
            await GrainFactory.GetGrain<IAgentTaker>(new GrainKey(_key.Workspace, agentId).ToString()).RevokeAsync(tasks);
        }
        catch (Exception e)
        {
            LogUnreachable(log, _key, agentId, e.Message);   // it finds out when it says something of them
        }
    }

    /// <summary>The store does not take what this queue does by itself.</summary>
    private void Pause(Exception e)
    {
        _pause.Grow(Now);
        LogPausing(log, _key, _pause.Until, e.Message);
        SetAlarm();
    }

    /// <summary>Looks when the next thing is due, or when a pause is over.</summary>
    private void SetAlarm()
    {
        var (now, due) = (Now, _board.NextDue ?? DateTimeOffset.MaxValue);
        if (_pause.Until > now) due = _pause.Until;
        if (due == DateTimeOffset.MaxValue || (due >= _alarmAt && _alarm is not null)) return;
        _alarmAt = due;
        var delay = due - now;
        if (delay < TimeSpan.FromMilliseconds(1)) delay = TimeSpan.FromMilliseconds(1);
        if (delay > TimeSpan.FromHours(1)) delay = TimeSpan.FromHours(1);
        if (_alarm is null) _alarm = this.RegisterGrainTimer(RingAsync, new() { DueTime = delay, Period = Timeout.InfiniteTimeSpan, Interleave = true });
        else _alarm.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private Task RingAsync(CancellationToken cancellationToken)
    {
        _alarmAt = DateTimeOffset.MaxValue;
        return ActAsync(ExpireAsync);
    }

    /// <summary>Does what this queue does by itself, unless the store takes nothing: that is tried again after a while, or when something else went well.</summary>
    private async Task ActAsync(Func<Task> act)
    {
        if (Now >= _pause.Until)
        {
            try
            {
                await EnsureLoadedAsync();
                await act();
            }
            catch (MementoException e)
            {
                Pause(e);
                return;
            }
        }

        SetAlarm();
        Dispatch();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {Queue} gives nothing out until {Until:O}, or until the store takes something: {Problem}")]
    private static partial void LogPausing(ILogger log, GrainKey queue, DateTimeOffset until, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {Queue} cannot reach agent {Agent}: {Problem}")]
    private static partial void LogUnreachable(ILogger log, GrainKey queue, string agent, string problem);
}
