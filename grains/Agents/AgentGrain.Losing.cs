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
            _isQuiet |= !held.HasBegun && task.Reason is AttemptOutcome.NotStarted or AttemptOutcome.TimedOut;
            _revoked.Enqueue(task);
            if (_revoked.Count > MostRevoked) _revoked.Dequeue();
        }

        for (var left = _inbox.Count; left > 0; left--)
        {
            var given = _inbox.Dequeue();
            if (IsHeld(given)) _inbox.Enqueue(given);
            else _inboxSize -= given.Size;
        }

        Arrive();
        return FeedAsync();
    }

    public async Task HandOverAsync(string sessionId, string toAgent)
    {
        foreach (var queue in _held.Values.Where(h => h.SessionId == sessionId).GroupBy(h => h.Queue).ToArray())
            await Giver(queue.Key).HandOverAsync(_key.Id, toAgent, [.. queue.Select(h => h.AtQueue)]);
    }

    public Task HandOnAsync() => _agent.Committed is { Exists: true, IsDead: false } ? Task.CompletedTask : HandOnAllAsync();   // it may be back

    /// <summary>It is under way, or was cut off. An agent lives although one of its queues cannot be reached; it is given nothing new until that one can.</summary>
    private async Task GoOnHandingOnAsync()
    {
        try
        {
            await HandOnAllAsync();
        }
        catch (Exception e)
        {
            LogNotHandedOn(log, _key, e.Message);
        }
    }

    /// <summary>Another process has taken the agent's place; it gets what the one before had, if it wants that.</summary>
    private async Task HandOnToSuccessorAsync()
    {
        _successors++;
        try
        {
            await HandOnAllAsync();
        }
        finally
        {
            _successors--;
        }
    }

    /// <summary>Takes all that the agent has from it. It is dead, gone or replaced, and is given nothing new until that is recorded; so if this is cut off, also by the death of the silo, whoever does it again finds what is left.</summary>
    private async Task HandOnAllAsync()
    {
        do
        {
            if (_handingOn.IsCompleted) _handingOn = HandOnOnceAsync();
            await _handingOn;   // whoever calls meanwhile waits for the same
        }
        while (_agent.Committed.IsHandingOn);

        if (_agent.Committed is not { Exists: true, IsDead: false }) return;
        await Directory.HeardAsync(_key.Id);
        await FeedAsync();
    }

    private async Task HandOnOnceAsync()
    {
        var (seen, resumes) = (_agent.Committed, _successors > 0 && _agent.Committed is { TakesWork: true, Agent.OnReturn: ReturnPolicy.Resume });
        var held = (await tasks.GetHeldAsync(_key.Workspace, _key.Id)).Select(t => (t.Queue, Task: AtQueue(t))).Union(_held.Values.Select(h => (h.Queue, Task: h.AtQueue))).ToLookup(t => t.Queue, t => t.Task);
        LetGo();   // before the queues give them to others
        await Task.WhenAll(held.Select(queue => resumes ? ResumeAsync(queue.Key, [.. queue]) : LoseAsync(queue.Key, [.. queue])));   // one that fails does not keep the others from it
        if (seen is not { Exists: true, IsDead: false }) await DepartAsync((await tasks.GetQueuesAsync(_key.Workspace)).Select(q => q.Name).Where(q => !held.Contains(q)));
        await DecideAsync(_ => new AgentCommand.HandOn(seen));
    }

    private async Task LoseAsync(string queue, ImmutableArray<HeldTask> held)
    {
        Starve(queue);   // from here on it may think that the agent is gone
        await Giver(queue).LoseAsync(_key.Id, held);
    }

    /// <summary>Tells queues that have nothing of it that it is gone, so that nobody counts on it.</summary>
    private async Task DepartAsync(IEnumerable<string> queues)
    {
        foreach (var some in queues.Chunk(QueuesAtOnce))
        {
            try
            {
                await Task.WhenAll(some.Select(queue => LoseAsync(queue, [])));
            }
            catch (Exception e)
            {
                LogNotDeparted(log, _key, e.Message);   // it would be asked in vain once
            }
        }
    }

    /// <summary>Takes tasks over from the process before, before anything else is given.</summary>
    private async Task ResumeAsync(string queue, ImmutableArray<HeldTask> held)
    {
        await AnnounceAsync(queue);   // what it can do may be something else now
        _resuming.Add(queue);
        try
        {
            await Giver(queue).HandOverAsync(_key.Id, _key.Id, held);
        }
        finally
        {
            _resuming.Remove(queue);
        }
    }

    private void LetGo()
    {
        _losses++;
        _held.Clear();
        _inbox.Clear();
        _inboxSize = 0;
        Arrive();
    }

    private bool IsHeld(GivenTask given) => _held.TryGetValue(given.Task.TaskId, out var held) && held.Token == given.Task.Token;

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

    [LoggerMessage(Level = LogLevel.Information, Message = "A queue was not told that agent {Agent} is gone: {Problem}")]
    private static partial void LogNotDeparted(ILogger log, GrainKey agent, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tasks that agent {Agent} had not begun could not be given back; they come back by themselves: {Problem}")]
    private static partial void LogNotGivenBack(ILogger log, GrainKey agent, string problem);
}
