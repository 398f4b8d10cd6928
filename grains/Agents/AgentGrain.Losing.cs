using System.Collections.Immutable;
using Memento.Tasks;
using Microsoft.Extensions.Logging;

namespace Memento.Agents;

/// <summary>The part about tasks that the agent has no longer: they are taken from it, it gives them back, or another process takes its place.</summary>
internal sealed partial class AgentGrain
{
    public async Task GiveBackAsync(ImmutableArray<ReceivedTask> tasks)
    {
        var back = tasks.Where(t => _held.TryGetValue(t.TaskId, out var held) && held.Token == t.Token).ToArray();
        foreach (var queue in back.GroupBy(t => t.Queue))
        {
            var numbers = queue.Select(t => _held[t.TaskId].Number).ToImmutableArray();
            foreach (var task in queue) _held.Remove(task.TaskId);
            await Giver(queue.Key).LoseAsync(_key.Id, numbers, notBegunOnly: true);
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
            await Giver(queue.Key).HandOverAsync(_key.Id, toAgent, [.. queue.Select(h => h.Number)]);
    }

    public Task HandOnAsync() => _agent.Committed is { Exists: true, IsDead: false } ? Task.CompletedTask : LoseAllAsync();   // it may be back

    /// <summary>Takes all that the agent has now from it. What it is given meanwhile stays: it may be back.</summary>
    private async Task LoseAllAsync()
    {
        var held = (await tasks.GetHeldAsync(_key.Workspace, _key.Id)).Select(t => (t.Queue, t.State.Number)).Union(_held.Values.Select(h => (h.Queue, h.Number))).ToLookup(t => t.Queue, t => t.Number);
        LetGo();   // before the queues give them to others
        foreach (var queue in held) await Giver(queue.Key).LoseAsync(_key.Id, [.. queue], notBegunOnly: false);
    }

    private void LetGo()
    {
        _losses++;
        _held.Clear();
        Arrive();
    }

    /// <summary>Takes up what another process of this agent had: the same tasks, with new tokens.</summary>
    private async Task ResumeAsync()
    {
        var held = await tasks.GetHeldAsync(_key.Workspace, _key.Id);
        LetGo();
        foreach (var queue in held.GroupBy(t => t.Queue)) await Giver(queue.Key).HandOverAsync(_key.Id, _key.Id, [.. queue.Select(t => t.State.Number)]);
    }

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
            foreach (var queue in _held.Where(h => !h.Value.HasBegun).GroupBy(h => h.Value.Queue).ToArray())
            {
                foreach (var (id, _) in queue) _held.Remove(id);
                await Giver(queue.Key).LoseAsync(_key.Id, [.. queue.Select(h => h.Value.Number)], notBegunOnly: true);
            }
        }
        catch (Exception e)
        {
            LogNotGivenBack(log, _key, e.Message);   // they come back when they were not begun in time
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tasks that agent {Agent} had not begun could not be given back; they come back by themselves: {Problem}")]
    private static partial void LogNotGivenBack(ILogger log, GrainKey agent, string problem);
}
