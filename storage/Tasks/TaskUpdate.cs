using Memento.Storage;

namespace Memento.Tasks;

/// <summary>An agent at one epoch: what an assignment requires.</summary>
public sealed record AgentEpoch(string Workspace, string AgentId, long Epoch)
{
    private static readonly RowTable Table = new("agent_epoch",
        new("workspace", ColumnType.Text, ColumnMerge.Key), new("agent_id", ColumnType.Text, ColumnMerge.Key),
            new("epoch", ColumnType.Number, ColumnMerge.Replace));

    /// <summary>The row to write together with the agent's event that begins this epoch.</summary>
    public RowChange Row() => Table.Row(Workspace, AgentId, Epoch);
}

/// <summary>The change of a task's row that goes with an append to the task's stream.</summary>
public sealed record TaskUpdate
{
    /// <summary>The status at the position before the append; what the queue's counters go down by.</summary>
    public required WorkStatus Before { get; init; }

    public required TaskStreamRow After { get; init; }

    /// <summary>The epoch at which the append may commit; null = whatever the epoch. Refused with <c>STALE_REGISTRATION</c>.</summary>
    public AgentEpoch? Requires { get; init; }
}
