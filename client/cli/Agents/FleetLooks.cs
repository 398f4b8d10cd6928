using System.Runtime.CompilerServices;
using System.Text.Json;
using Memento.Agents;
using Memento.Tasks;

namespace Memento.Cli.Agents;

/// <summary>All agents, by name, and all queues, by name.</summary>
internal sealed record Fleet(IReadOnlyList<AgentView> Agents, IReadOnlyList<QueueView> Queues);

/// <summary>What is different from the look before.</summary>
/// <param name="Line">For people.</param>
/// <param name="Json">For programs: an object whose one member says of what kind it is.</param>
internal sealed record FleetChange(string Line, string Json)
{
    public static FleetChange Of(AgentView a, string json) => new(Format.Clean($"agent {a.AgentId}: {Format.Name(a.Status)}, {a.Load} of {a.MaxLoad}, {Format.Number(a.TotalTasksCompleted)} done, {a.ErrorRate * 100:0} % errors"), $$"""{"agent":{{json}}}""");

    public static FleetChange Of(QueueView q, string json) => new(
        Format.Clean($"queue {q.Name}: {Format.Number(q.Queued)} waiting, {Format.Number(q.Assigned + q.Running)} with agents, {Format.Number(q.Completed)} completed, {Format.Number(q.Failed)} failed{(q.Settings.Paused ? ", paused" : "")}"), $$"""{"queue":{{json}}}""");

    public static FleetChange Removed(string agentId) => new(Format.Clean($"agent {agentId}: removed"), $$"""{"removedAgent":{{JsonSerializer.Serialize(agentId, MementoJson.Default.String)}}}""");
}

/// <summary>Looks at a fleet again and again, and tells what has changed since the look before.</summary>
/// <param name="pause">Between two looks.</param>
/// <param name="patience">How long the server may be away, once it was there.</param>
internal sealed class FleetLooks(IMementoClient client, string workspace, TimeSpan pause, TimeSpan patience, Terminal terminal)
{
    private readonly Dictionary<string, string> _agents = new(StringComparer.Ordinal), _queues = new(StringComparer.Ordinal);

    /// <summary>The first look tells all there is.</summary>
    public async IAsyncEnumerable<(Fleet Fleet, IReadOnlyList<FleetChange> Changes)> LookAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(pause, terminal.Clock);
        long? seen = null;
        do
        {
            if (await TryReadAsync(seen, cancellationToken) is not { } fleet) continue;
            seen = terminal.Clock.GetTimestamp();
            yield return (fleet, Changes(fleet));
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Null if the server is away, but not for long.</summary>
    private async Task<Fleet?> TryReadAsync(long? seen, CancellationToken cancellationToken)
    {
        try
        {
            var agents = await PageOptions.ItemsAsync(cursor => client.Agents(workspace).ListAsync(new() { Limit = Paging.MaxLimit, Cursor = cursor }, cancellationToken), null, cancellationToken).ToListAsync(cancellationToken);
            return new(agents, await client.Tasks(workspace).GetQueuesAsync(cancellationToken));
        }
        catch (ServerUnreachableException) when (seen is { } then && terminal.Clock.GetElapsedTime(then) < patience)
        {
            terminal.Error.WriteLine("The server is away; trying again.");
            return null;
        }
    }

    private List<FleetChange> Changes(Fleet fleet)
    {
        var changes = new List<FleetChange>();
        foreach (var agent in fleet.Agents)
            if (JsonSerializer.Serialize(agent, MementoJson.Default.AgentView) is var json && IsNew(_agents, agent.AgentId, json)) changes.Add(FleetChange.Of(agent, json));
        foreach (var gone in _agents.Keys.Except(fleet.Agents.Select(a => a.AgentId)).ToList())
        {
            _agents.Remove(gone);
            changes.Add(FleetChange.Removed(gone));
        }

        foreach (var queue in fleet.Queues)
            if (JsonSerializer.Serialize(queue, MementoJson.Default.QueueView) is var json && IsNew(_queues, queue.Name, json)) changes.Add(FleetChange.Of(queue, json));
        return changes;
    }

    private static bool IsNew(Dictionary<string, string> known, string name, string now)
    {
        if (known.TryGetValue(name, out var before) && before == now) return false;
        known[name] = now;
        return true;
    }
}
