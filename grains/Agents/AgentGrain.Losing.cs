using System.Collections.Immutable;
using Memento.Tasks;
using Microsoft.Extensions.Logging;

namespace Memento.Agents;

/// <summary>The part about tasks that the agent has no longer: they are taken from it, it gives them back, or another process takes its place.</summary>
internal sealed partial class AgentGrain
{
    public Task GiveBackAsync(ImmutableArray<ReceivedTask> tasks) => GiveBackAsync(tasks.Select(t => (t.TaskId, t.Token)));

    /// <summary>Gives back what the agent has not begun: the assignments with these tokens, and no later ones.</summary>
    private async Task GiveBackAsync(IEnumerable<(string TaskId, long Token)> tasks)
    {
        foreach (var queue in tasks.Where(t => _held.ContainsKey(t.TaskId)).GroupBy(t => _held[t.TaskId].Queue).ToArray())
        {
            var back = ImmutableArray.CreateBuilder<HeldTask>();
            foreach (var (id, token) in queue)
                if (_held.TryGetValue(id, out var held) && held.Token == token && !held.HasBegun && _held.Remove(id)) back.Add(held.AtQueue);
            if (back.Count > 0) await Giver(queue.Key).GiveBackAsync(_key.Id, back.DrainToImmutable());
        }
    }

    public Task RevokeAsync(ImmutableArray<RevokedTask> tasks)
    {
        foreach (var task in tasks)
        {
            if (!_held.TryGetValue(task.TaskId, out var held) || held.Token != task.Token) continue;
            _held.Remove(task.TaskId);
            _isQuiet |= task.Reason is AttemptOutcome.NotStarted;
            _revoked.Enqueue(task);
            if (_revoked.Count > MostRevoked) _revoked.Dequeue();
        }

        Arrive();
        return FeedAsync();
    }

    public async Task HandOverAsync(string sessionId, string toAgent)
    {
        foreach (var queue in _held.Values.Where(h => h.SessionId == sessionId).GroupBy(h => h.Queue).ToArray())
            await Giver(queue.Key).HandOverAsync(_key.Id, toAgent, [.. queue.Select(h => h.AtQueue)]);
    }

    public Task HandOnAsync() => _agent.Committed is { Exists: true, IsDead: false } ? Task.CompletedTask : HandOnOnceAsync();   // it may be back

    /// <summary>Takes all that the agent has from it; whoever calls meanwhile waits for the same.</summary>
    private Task HandOnOnceAsync()
    {
        if (_handingOn.IsCompleted) _handingOn = HandOnAllAsync();
        return _handingOn;
    }

    /// <summary>It is under way, or was cut off. An agent lives although one of its queues cannot be reached; it is given nothing new until that one can.</summary>
    private async Task GoOnHandingOnAsync()
    {
        try
        {
            await HandOnOnceAsync();
        }
        catch (Exception e)
        {
            LogNotHandedOn(log, _key, e.Message);
        }
    }

    /// <summary>
    /// Hands on what the agent has: to anybody, or, if another process has taken its place and wants that, to it, with new tokens. It is dead, gone or replaced, and is given nothing new until that is recorded;
    /// so if this is cut off, also by the death of the silo, whoever does it again finds what is left.
    /// </summary>
    private async Task HandOnAllAsync()
    {
        do
        {
            var seen = _agent.Committed;
            var held = (await tasks.GetHeldAsync(_key.Workspace, _key.Id)).Select(t => (t.Queue, Task: AtQueue(t))).Union(_held.Values.Select(h => (h.Queue, Task: h.AtQueue))).ToLookup(t => t.Queue, t => t.Task);
            LetGo();   // before the queues give them to others
            foreach (var queue in held)
            {
                if (Resumes) await AnnounceAsync(queue.Key);   // what it can do may be something else now
                await (Resumes ? Giver(queue.Key).HandOverAsync(_key.Id, _key.Id, [.. queue]) : Giver(queue.Key).LoseAsync(_key.Id, [.. queue]));
                Starve(queue.Key);   // it thinks that the agent is gone
            }

            await DecideAsync(_ => new AgentCommand.HandOn(seen));
        }
        while (_agent.Committed.IsHandingOn);

        if (_agent.Committed is not { Exists: true, IsDead: false }) return;
        await Directory.HeardAsync(_key.Id);
        await FeedAsync();
    }

    /// <summary>Whether the process that has the agent's name now wants what the one before had.</summary>
    private bool Resumes => _agent.Committed is { TakesWork: true, Agent.OnReturn: ReturnPolicy.Resume };

    private void LetGo()
    {
        _losses++;
        _held.Clear();
        _inbox.Clear();
        _inboxSize = 0;
        Arrive();
    }

    private static HeldTask AtQueue(StoredTask task) => new(task.State.Number, task.State.Current!.Token);

    /// <summary>Reads what the agent has. What it had not begun is given back: whether it ever arrived, nobody knows any more.</summary>
    private async Task RecallAsync()
    {
        if (!_agent.Committed.Exists) return;
        _work = await GetWorkAsync();
        foreach (var task in await tasks.GetHeldAsync(_key.Workspace, _key.Id))
            _held[task.State.TaskId] = new(task.Queue, task.State.Number, task.State.Current!.Token, task.State.SessionId, task.State.Status is WorkStatus.Running);
        if (_held.Values.Any(h => !h.HasBegun)) _ = GiveBackUnbegunAsync();
    }

    private async Task GiveBackUnbegunAsync()
    {
        await Task.Yield();
        try
        {
            await GiveBackAsync([.. _held.Select(h => (h.Key, h.Value.Token))]);
        }
        catch (Exception e)
        {
            LogNotGivenBack(log, _key, e.Message);   // they come back when they were not begun in time
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What agent {Agent} had before could not be handed on; it is tried again at its next call, and until then it is given nothing: {Problem}")]
    private static partial void LogNotHandedOn(ILogger log, GrainKey agent, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tasks that agent {Agent} had not begun could not be given back; they come back by themselves: {Problem}")]
    private static partial void LogNotGivenBack(ILogger log, GrainKey agent, string problem);
}
