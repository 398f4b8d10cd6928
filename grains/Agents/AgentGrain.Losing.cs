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

    public Task HandOnAsync() => _agent.Committed is { Exists: true, IsDead: false } ? Task.CompletedTask : LoseAllAsync();   // it may be back

    /// <summary>Takes all that the agent has now from it. What it is given meanwhile stays: it may be back, and then the queues and the directory, who think that it is gone, are told.</summary>
    private async Task LoseAllAsync()
    {
        var held = (await tasks.GetHeldAsync(_key.Workspace, _key.Id)).Select(t => (t.Queue, Task: AtQueue(t))).Union(_held.Values.Select(h => (h.Queue, Task: h.AtQueue))).ToLookup(t => t.Queue, t => t.Task);
        LetGo();   // before the queues give them to others
        foreach (var queue in held) await Giver(queue.Key).LoseAsync(_key.Id, [.. queue]);
        if (_agent.Committed is not { Exists: true, IsDead: false }) return;
        await Directory.HeardAsync(_key.Id);
        await AnnounceEverywhereAsync();
    }

    private void LetGo()
    {
        _losses++;
        _held.Clear();
        Arrive();
    }

    /// <summary>
    /// Hands on what earlier processes of this agent were given: to anybody, or to the new one with new tokens. When another process has just registered that is all there is;
    /// later it follows from when the tasks were given, so whoever registers again after a failure, or the death of the silo, goes on with it.
    /// </summary>
    private async Task HandOnEarlierAsync(ReturnPolicy policy, bool isAnew)
    {
        var since = _agent.Committed.RegisteredAt;
        var earlier = (await tasks.GetHeldAsync(_key.Workspace, _key.Id)).Where(t => isAnew || t.State.Current!.AssignedAt < since).ToArray();
        foreach (var task in earlier)
            if (_held.TryGetValue(task.State.TaskId, out var held) && held.Token == task.State.Current!.Token) _held.Remove(task.State.TaskId);
        foreach (var queue in earlier.GroupBy(t => t.Queue, AtQueue))
            await (policy is ReturnPolicy.Resume ? Giver(queue.Key).HandOverAsync(_key.Id, _key.Id, [.. queue]) : Giver(queue.Key).LoseAsync(_key.Id, [.. queue]));
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tasks that agent {Agent} had not begun could not be given back; they come back by themselves: {Problem}")]
    private static partial void LogNotGivenBack(ILogger log, GrainKey agent, string problem);
}
