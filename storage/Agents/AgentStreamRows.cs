using System.Text;
using Memento.Core.Coordination.Agents;
using Memento.Storage;
using Memento.Tasks;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;
using State = Memento.Core.Coordination.Agents.AgentState;

namespace Memento.Agents;

/// <summary>Derives rows from an agent's state. The rows are written in the transaction of the agent's events.</summary>
public static class AgentStreamRows
{
    private static readonly RowTable Agent = new("agent",
        new("workspace", Text, Key), new("agent_id", Text, Key), new("said", Number, Replace), new("dead", Number, Replace),
        new("gone", Number, Replace), new("max_load", Number, Replace), new("state", Text, Replace));

    private static readonly RowTable Capability = new("agent_capability",
        new("workspace", Text, Key), new("capability", Text, Key), new("agent_id", Text, Key), new("has", Number, Replace));

    /// <summary>Returns the changes of read models that follow from some events of an agent.</summary>
    /// <param name="key">Workspace and id of the agent.</param>
    /// <param name="before">The state before the events.</param>
    /// <param name="after">The state after the events.</param>
    public static IReadOnlyList<RowChange> Follow(GrainKey key, State before, State after)
    {
        var json = Encoding.UTF8.GetString(AgentEvent.Codec.EncodeState(after));
        var rows = new List<RowChange>
        {
            Agent.Row(key.Workspace, key.Id, (long)after.Status, after.IsDead ? 1L : 0, after.Exists ? 0L : 1, (long)after.MaxLoad, json),
        };
        if (after.Epoch != before.Epoch) rows.Add(new AgentEpoch(key.Workspace, key.Id, after.Epoch).Row());
        var (had, has) = (before.Profile?.Capabilities ?? [], after.Profile?.Capabilities ?? []);
        foreach (var lost in had.Except(has, StringComparer.Ordinal)) rows.Add(Capability.Row(key.Workspace, lost, key.Id, 0L));
        foreach (var gained in has.Except(had, StringComparer.Ordinal)) rows.Add(Capability.Row(key.Workspace, gained, key.Id, 1L));
        return rows;
    }

    internal static State StateOf(string json) =>
        AgentEvent.Codec.DecodeState(FactCodec<State, AgentEvent>.Version, Encoding.UTF8.GetBytes(json));
}
