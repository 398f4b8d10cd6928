using System.Collections.Immutable;
using Memento.Agents;
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

    public async Task AnnounceAsync(AgentRoom agent)
    {
        await EnsureLoadedAsync();
        Meet(agent);
        Dispatch();
    }

    public async Task WakeAsync()
    {
        await EnsureLoadedAsync();
        foreach (var agent in _unreachable) _pool!.Open(agent, isOpen: true);
        _unreachable.Clear();
        await ExpireAsync();
        await CheckDependenciesAsync();
        Dispatch();
    }

    public async Task<TaskExplanation> ExplainAsync(string taskId) => await WithTaskAsync(taskId, task =>
        Task.FromResult(task is null ? throw NotFound(taskId) : Explanation.Of(task, _board.Settings, _pool!, Now)));

    /// <summary>Learns of an agent, or what has changed about it.</summary>
    private void Meet(AgentRoom agent)
    {
        if (_pool!.Put(agent.AgentId, agent.Version, agent.Capabilities, agent.Score, agent.IsOpen)) _unreachable.Remove(agent.AgentId);
    }

    /// <summary>The agents that there are, as if all had room: they say themselves when they are asked, and then remember to tell when they have.</summary>
    private async Task MeetAgentsAsync()
    {
        _pool ??= new();
        for (var after = ""; ;)
        {
            var page = await agents.ListAsync(_key.Workspace, null, after, Round);
            foreach (var agent in page)
            {
                after = agent.AgentId;
                if (agent.State.Agent is not { } registered || agent.State.IsDead) continue;
                Meet(new()
                {
                    AgentId = agent.AgentId, Capabilities = registered.Capabilities, Priority = registered.Priority, Load = 0, MaxLoad = registered.Capacity, ErrorRate = 0, IsOpen = agent.State.TakesWork,
                });
            }

            if (page.Count < Round) return;
        }
    }

    /// <summary>Offers what waits to agents that have room, as far as is known. The answer comes later, and what is not taken then is offered again.</summary>
    private void Dispatch()
    {
        if (_board.Settings.Paused || _queue.IsBroken || _isVoid) return;
        var now = Now;
        Dictionary<string, List<long>>? plan = null;
        for (var i = 0; i < Round && _board.Waiting.TakeNext(_pool!.HasRoom, now) is { } next; i++)
        {
            var agent = _pool.Choose(_board.Settings.Strategy, next.Required)!;   // somebody has room
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
        try
        {
            var room = await GrainFactory.GetGrain<IAgentTaker>(new GrainKey(_key.Workspace, agentId).ToString()).OfferAsync(_key.Id, offer, numbers.Count);
            if (room is null) _pool!.Remove(agentId);
            else Meet(room);
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
                if (TaskLife.Expire(task, _board.Settings, _board.HeardOf(task.Number), now) is { After: { } after } step) changes.Add((task, after, step.Change));
                else _board.Requeue(task, now);
            }

            if (changes.Count > 0)
            {
                await AppendAsync([.. changes.GroupBy(c => c.Change).Select(g => Fact(g.Key, null, g.Select(c => RowOf(c.Before, c.After)), now))]);
                Revoke(changes.Select(c => (c.Before, c.After)));
            }

            if (due.Count < Round) return;
        }
    }

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

    /// <summary>Looks when the next thing is due.</summary>
    private void SetAlarm()
    {
        if (_board.NextDue is not { } due || (due >= _alarmAt && _alarm is not null)) return;
        _alarmAt = due;
        var delay = due - Now;
        if (delay < TimeSpan.FromMilliseconds(1)) delay = TimeSpan.FromMilliseconds(1);
        if (delay > TimeSpan.FromHours(1)) delay = TimeSpan.FromHours(1);
        if (_alarm is null) _alarm = this.RegisterGrainTimer(RingAsync, new() { DueTime = delay, Period = Timeout.InfiniteTimeSpan, Interleave = true });
        else _alarm.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private async Task RingAsync(CancellationToken cancellationToken)
    {
        _alarmAt = DateTimeOffset.MaxValue;
        await EnsureLoadedAsync();
        await ExpireAsync();
        SetAlarm();
        Dispatch();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {Queue} cannot reach agent {Agent}: {Problem}")]
    private static partial void LogUnreachable(ILogger log, GrainKey queue, string agent, string problem);
}
