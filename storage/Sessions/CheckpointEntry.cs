using System.Data.Common;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>A checkpoint, read from the journal entry that has it.</summary>
internal static class CheckpointEntry
{
    /// <summary>The entry's columns, of a <c>journal j</c>.</summary>
    public const string Columns = "j.position, j.kind, j.version, j.at, j.payload, j.checksum";

    /// <summary>Throws <c>STORED_DATA_CORRUPTED</c> if the entry is damaged.</summary>
    public static SessionCheckpoint Read(DbDataReader row, long streamId, int column = 0)
    {
        var entry = Journal.ReadEntry(row, streamId, column);
        return SessionFactCodec.Decode(entry.Kind, entry.Version, entry.Payload.Span).FindCheckpoint()
            ?? throw StoreErrors.Corrupted($"The index of session stream {streamId}'s checkpoints");
    }

    /// <summary>Null if the entry is damaged: it must not keep other sessions from being listed. Asking its session tells.</summary>
    public static SessionCheckpoint? Find(DbDataReader row, long streamId, int column)
    {
        try
        {
            return Read(row, streamId, column);
        }
        catch (Exception e) when (e is MementoException or FormatException)
        {
            return null;
        }
    }
}
