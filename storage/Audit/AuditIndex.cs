using Memento.Rollback;
using Memento.Storage;
using Memento.Workspaces;

namespace Memento.Audit;

internal sealed class AuditIndex(IDatabase database) : IAuditIndex
{
    public Task<IReadOnlyList<SeqRun>> FindRunsAsync(long streamId, AuditLabel label, long after, long upTo, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        // Run by run, there is one place to look at.
        using var command = connection.Command("""
            WITH RECURSIVE r (run) AS (SELECT CAST(@to AS bigint) UNION ALL SELECT run - 1 FROM r WHERE run > @from)
            SELECT r.run FROM r WHERE EXISTS (SELECT 1 FROM audit_run a WHERE a.stream_id = @stream AND a.run = r.run AND a.label = @label) ORDER BY r.run DESC LIMIT @limit
            """, ("stream", streamId), ("label", label.ToString()), ("from", after >> AuditRuns.RunBits), ("to", upTo >> AuditRuns.RunBits), ("limit", (long)limit));
        using var reader = await command.ExecuteReaderAsync(token);
        var runs = new List<SeqRun>();
        while (await reader.ReadAsync(token)) runs.Add(new(reader.GetInt64(0) << AuditRuns.RunBits, ((reader.GetInt64(0) + 1) << AuditRuns.RunBits) - 1));
        return (IReadOnlyList<SeqRun>)runs;
    }, cancellationToken);

    public Task<IReadOnlyList<AuditedEntry>> ReadEntriesAsync(
        string workspace, string? agentId, long? rollback, AuditPlace before, DateTimeOffset since, DateTimeOffset? until, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var filter = (agentId is null ? "" : " AND e.agent_id = @agent") + (rollback is null ? "" : " AND e.stream_id = @rollback") + (until is null ? "" : " AND e.at <= @until");
        using var command = connection.Command($"""
            SELECT e.at, e.stream_id, o.operation_id, q.queue, e.agent_id, t.task_id,
                j.position, j.kind, j.version, j.at, j.payload, j.checksum
            FROM audit_entry e JOIN journal j ON j.stream_id = e.stream_id AND j.position = e.position
                LEFT JOIN rollback_operation o ON o.stream_id = e.stream_id LEFT JOIN task_stream t ON t.stream_id = e.stream_id
                LEFT JOIN task_queue q ON q.stream_id = coalesce(t.queue_id, e.stream_id)
            WHERE e.workspace = @workspace{filter} AND e.at >= @since AND (e.at, e.stream_id, e.position) < (@at, @stream, @position)
            ORDER BY e.at DESC, e.stream_id DESC, e.position DESC LIMIT @limit
            """, ("workspace", workspace), ("since", since.ToStored()), ("at", before.At), ("stream", before.StreamId), ("position", before.Position), ("limit", (long)limit));
        if (agentId is not null) command.Add("agent", agentId);
        if (rollback is { } only) command.Add("rollback", only);
        if (until is { } end) command.Add("until", end.ToStored());
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<AuditedEntry>();
        while (await reader.ReadAsync(token))
        {
            var entry = Journal.ReadEntry(reader, reader.GetInt64(1), column: 6);
            var place = new AuditPlace(reader.GetInt64(0), reader.GetInt64(1), entry.Position);
            found.Add(new(place, reader.TextOrNull(2), reader.TextOrNull(3), reader.TextOrNull(4), entry) { TaskId = reader.TextOrNull(5) });
        }

        return (IReadOnlyList<AuditedEntry>)found;
    }, cancellationToken);

    public Task<IReadOnlyDictionary<long, ChangedDocuments>> ReadChangedAsync(long streamId, IReadOnlyCollection<long> seqs, int most, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var found = new Dictionary<long, ChangedDocuments>(seqs.Count);
        foreach (var seq in seqs)
        {
            var some = new List<(DocumentKey Key, DiffOperation Operation)>();
            using (var command = connection.Command("""
                SELECT v.kind, v.id, v.hash IS NULL, v.previous = 0 OR (p.seq IS NOT NULL AND p.hash IS NULL)
                FROM document_version v LEFT JOIN document_version p ON p.stream_id = v.stream_id AND p.kind = v.kind AND p.id = v.id AND p.seq = v.previous
                WHERE v.stream_id = @stream AND v.seq = @seq AND v.kind >= 0 ORDER BY v.kind, v.id LIMIT @limit
                """, ("stream", streamId), ("seq", seq), ("limit", most + 1L)))
            {
                using var reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                    some.Add((new((DocumentKind)reader.GetInt64(0), reader.GetString(1)), reader.GetBoolean(2) ? DiffOperation.Delete : reader.GetBoolean(3) ? DiffOperation.Create : DiffOperation.Update));
            }

            var count = (long)some.Count;
            if (count > most)
            {
                using var counting = connection.Command("SELECT count(*) FROM document_version v WHERE v.stream_id = @stream AND v.seq = @seq AND v.kind >= 0", ("stream", streamId), ("seq", seq));
                count = (long)(await counting.ExecuteScalarAsync(token))!;
            }

            found.Add(seq, new([.. some.Take(most)], count));
        }

        return (IReadOnlyDictionary<long, ChangedDocuments>)found;
    }, cancellationToken);

    public async Task<long> DropAsync(string workspace, long streamId, DateTimeOffset before, long beforeSeq, CancellationToken cancellationToken) =>
        await database.MaintainAsync("DELETE FROM audit_run WHERE stream_id = @stream AND run < @run", [("stream", streamId), ("run", beforeSeq >> AuditRuns.RunBits)], cancellationToken)
        + await database.MaintainAsync("DELETE FROM audit_entry WHERE workspace = @workspace AND at < @at", [("workspace", workspace), ("at", before.ToStored())], cancellationToken);
}
