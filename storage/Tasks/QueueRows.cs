using System.Text;
using Memento.Core.Coordination.Queues;
using Memento.Storage;
using State = Memento.Core.Coordination.Queues.QueueState;

namespace Memento.Tasks;

/// <summary>Derives the row of a queue from its state.</summary>
public static class QueueRows
{
    /// <summary>
    /// Returns the row of a queue. The append that creates the queue's stream writes it, and each one that changes the settings; submitted
    /// tasks do not change the row.
    /// </summary>
    /// <param name="key">Workspace and name of the queue.</param>
    /// <param name="streamId">The number of the queue's stream.</param>
    /// <param name="at">The time of the event; of the first one it is the time of creation.</param>
    /// <param name="state">The state after the event.</param>
    public static RowChange Of(GrainKey key, long streamId, DateTimeOffset at, State state) => TaskTables.Queue.Row(
        streamId, key.Workspace, key.Id, at.ToStored(), 0L, 0L, 0L, Encoding.UTF8.GetString(QueueEvent.Codec.EncodeState(state)));

    internal static State StateOf(string json) =>
        QueueEvent.Codec.DecodeState(FactCodec<State, QueueEvent>.Version, Encoding.UTF8.GetBytes(json));
}
