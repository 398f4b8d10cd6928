using System.Data.Common;
using Memento.Core.Coordination.Tasks;
using Memento.Storage;
using State = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tasks;

/// <summary>Reads the events of many task streams at once, and derives the states from them.</summary>
internal static class TaskStreamReading
{
    private const int Chunk = 200;   // streams in one query
    private const string SnapshotKind = "snapshot";

    public static async Task<IReadOnlyList<TaskSnapshot>> ReadStatesAsync(
        IDatabase database, IReadOnlyCollection<TaskHead> heads, CancellationToken token)
    {
        var found = new Dictionary<long, TaskSnapshot>(heads.Count);
        foreach (var chunk in heads.Select(h => h.StreamId).Distinct().Chunk(Chunk))
        {
            var damaged = await FoldAsync(database, chunk, found, ignoreSnapshots: false, token);
            // A snapshot only saves reading events. The events themselves are all there.
            if (damaged.Count > 0) await FoldAsync(database, damaged, found, ignoreSnapshots: true, token);
        }

        return [.. heads.DistinctBy(h => h.StreamId).Where(h => found.ContainsKey(h.StreamId)).Select(h => found[h.StreamId])];
    }

    public static async Task<IReadOnlyDictionary<long, TaskBody>> ReadBodiesAsync(
        IDatabase database, IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, TaskBody>();
        foreach (var chunk in streamIds.Distinct().Chunk(Chunk))
        {
            await database.ReadAsync(async (connection, token) =>
            {
                var first = database.AllOfEach(database.TableOf("@ids", "id bigint"), "journal",
                    "x.stream_id = k.id AND x.position <= 2", "x.position");
                using var command = connection.Command($"""
                    SELECT x.stream_id, x.position, x.kind, x.version, x.at, x.payload, x.checksum FROM {first}
                    WHERE x.kind IN ('task.submitted', 'task.imported', 'task.body')
                    """, ("ids", Ids(chunk)));
                using var reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    var streamId = reader.GetInt64(0);
                    if (BodyOf(Decode(Journal.ReadEntry(reader, streamId, 1))) is { } body) found[streamId] = body;
                }

                return true;
            }, cancellationToken);
        }

        return found;
    }

    /// <summary>Adds the states of some streams, and returns the streams whose newest snapshot is damaged.</summary>
    private static Task<IReadOnlyList<long>> FoldAsync(
        IDatabase database, IEnumerable<long> streamIds, Dictionary<long, TaskSnapshot> found, bool ignoreSnapshots,
        CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var heads = database.FirstOfEach(database.TableOf("@ids", "id bigint"), "task_stream", "x.stream_id = k.id", "x.stream_id");
        var newest = ignoreSnapshots ? "0" : "coalesce((SELECT max(s.position) FROM snapshot s WHERE s.stream_id = v.stream_id), 0)";
        var snapshots = database.AllOfEach("h", "snapshot", "x.stream_id = k.stream_id AND x.position = k.base", "x.position");
        var entries = database.AllOfEach("h", "journal", "x.stream_id = k.stream_id AND x.position > k.base", "x.position");
        using var command = connection.Command($"""
            WITH h AS (
              SELECT v.stream_id, v.position, v.token, {newest} AS base FROM {heads} WHERE v.phase < 4)
            SELECT k.stream_id, k.position, k.token, x.position, '{SnapshotKind}', x.version, 0, x.payload, x.checksum FROM {snapshots}
            UNION ALL
            SELECT k.stream_id, k.position, k.token, x.position, x.kind, x.version, x.at,
              CASE WHEN x.kind <> 'task.body' THEN x.payload END, x.checksum
            FROM {entries}
            ORDER BY 1, 4
            """, ("ids", Ids(streamIds)));
        using var reader = await command.ExecuteReaderAsync(token);
        var (damaged, fold) = (new List<long>(), (Fold?)null);
        while (await reader.ReadAsync(token))
        {
            if (fold?.StreamId != reader.GetInt64(0))
            {
                Finish(fold);
                fold = new(reader.GetInt64(0), reader.GetInt64(1), 0, State.None with { Token = reader.GetInt64(2) });
            }

            if (!fold.IsDamaged) fold = fold.Next(reader);
        }

        Finish(fold);
        return (IReadOnlyList<long>)damaged;

        void Finish(Fold? end)
        {
            if (end is null) return;
            if (end.IsDamaged) damaged.Add(end.StreamId);
            else if (end.Position != end.Last) throw end.Missing();
            else found[end.StreamId] = new(new(end.StreamId, end.Position), end.State);
        }
    }, cancellationToken);

    private static TaskEvent Decode(JournalEntry entry) => TaskEvent.Codec.Decode(entry.Kind, entry.Version, entry.Payload.Span);

    private static TaskBody? BodyOf(TaskEvent first) => first switch
    {
        TaskEvent.Submitted e => e.Body,
        TaskEvent.Imported e => e.Body,
        TaskEvent.BodyStored e => e.Body,
        _ => null,
    };

    private static string Ids(IEnumerable<long> streamIds) => Queries.Rows(streamIds, (writer, id) => writer.WriteNumberValue(id));

    /// <summary>The state of a stream up to a position, while its rows are read.</summary>
    /// <param name="StreamId">The number of the stream.</param>
    /// <param name="Last">The position of the stream's newest entry.</param>
    /// <param name="Position">The position of the last entry that was read; 0 = none.</param>
    /// <param name="State">The state after that entry.</param>
    /// <param name="IsDamaged">Whether the snapshot that the fold began with cannot be used.</param>
    private sealed record Fold(long StreamId, long Last, long Position, State State, bool IsDamaged = false)
    {
        /// <summary>Returns the state after a row: the snapshot, or the entry at the next position.</summary>
        public Fold Next(DbDataReader row)
        {
            var (position, kind) = (row.GetInt64(3), row.GetString(4));
            if (kind == SnapshotKind) return Restore(position, row);
            if (position != Position + 1) throw Missing();
            if (row.IsDBNull(7)) return this with { Position = position };   // a body
            return this with { Position = position, State = TaskRules.Apply(State, Decode(Journal.ReadEntry(row, StreamId, 3))) };
        }

        public MementoException Missing() => StoreErrors.Corrupted($"Entry {Position + 1} of stream {StreamId}");

        private Fold Restore(long position, DbDataReader row)
        {
            var payload = row.GetFieldValue<byte[]>(7);
            if (Checksum.Of(StreamId, position, payload) != row.GetInt64(8)) return this with { IsDamaged = true };
            return this with { Position = position, State = TaskEvent.Codec.DecodeState((short)row.GetInt32(5), payload) };
        }
    }
}
