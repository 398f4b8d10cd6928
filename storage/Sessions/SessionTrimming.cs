using Memento.Storage;

namespace Memento.Sessions;

/// <summary>
/// Takes back the space of sessions that are over. What stays of each is its name and its last entry with a snapshot, so that the id is never used again.
/// Every step can be repeated; a session's own rows go last, so a run that was cut off is finished by the next.
/// </summary>
internal static class SessionTrimming
{
    private const int Page = 1_000;
    private const int MaxNames = 200;

    public static async Task<int> TrimAsync(IDatabase database, DateTimeOffset expiredBefore, DateTimeOffset deletedBefore, DateTimeOffset keysBefore, int limit, CancellationToken token)
    {
        while (await database.MaintainAsync(
            $"DELETE FROM idempotency WHERE (scope, key) IN (SELECT i.scope, i.key FROM idempotency i WHERE i.at < @before LIMIT {Page})", [("before", keysBefore.ToStored())], token) == Page)
        {
            // In small transactions: writers of the embedded store wait for each.
        }

        var over = await FindAsync(database, expiredBefore, deletedBefore, limit, token);
        var (trimmed, failure) = (0, default(MementoException));
        foreach (var session in over)
        {
            try
            {
                await TrimAsync(database, session, token);
                trimmed++;
            }
            catch (MementoException e)
            {
                failure ??= e;   // said when the others are done: none waits for another
            }
        }

        return failure is null ? trimmed : throw new MementoException(failure.Refusal, failure);
    }

    private static Task<List<Over>> FindAsync(IDatabase database, DateTimeOffset expiredBefore, DateTimeOffset deletedBefore, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
        {
            using var command = connection.Command("""
                SELECT s.stream_id, s.workspace, s.created_at, (SELECT max(j.position) FROM journal j WHERE j.stream_id = s.stream_id)
                FROM session_due d JOIN session s ON s.stream_id = d.stream_id
                WHERE ((d.ended = 1 AND d.at < @expired) OR (d.ended = 2 AND d.at < @deleted)) AND NOT EXISTS (SELECT 1 FROM session f WHERE f.parent_stream = s.stream_id)
                ORDER BY d.at LIMIT @limit
                """, ("expired", expiredBefore.ToStored()), ("deleted", deletedBefore.ToStored()), ("limit", (long)limit));
            using var reader = await command.ExecuteReaderAsync(token);
            var found = new List<Over>();
            while (await reader.ReadAsync(token)) found.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)));
            return found;
        }, cancellationToken);

    private static async Task TrimAsync(IDatabase database, Over session, CancellationToken token)
    {
        if (await IsForkedAsync(database, session.StreamId, token)) return;   // a rollback point brought it back while others were trimmed
        (string, object?) stream = ("stream", session.StreamId);
        for (long from = 1; from > 0;)
        {
            // The index tables are keyed by agent and entity; the log says which those were.
            var (entities, agents, next) = await ReadNamesAsync(database, session.StreamId, from, token);
            await RemoveNamesAsync(database, session, "session_entity", "entity", entities, token);
            await RemoveNamesAsync(database, session, "session_agent", "agent", agents, token);
            from = next;
        }

        var evidence = await ReadEvidenceAsync(database, session.StreamId, token);
        await database.MaintainAsync("DELETE FROM session_failure WHERE stream_id = @stream; DELETE FROM session_checkpoint WHERE stream_id = @stream", [stream], token);
        if (evidence.Count > 0) await database.DropBlobsAsync([.. evidence.Select(Convert.FromHexString)], token);
        await database.MaintainAsync("DELETE FROM snapshot WHERE stream_id = @stream AND position < (SELECT max(n.position) FROM snapshot n WHERE n.stream_id = @stream)", [stream], token);
        for (var from = 1L; from < session.Head; from += Page)
            await database.MaintainAsync("DELETE FROM journal WHERE stream_id = @stream AND position >= @from AND position < @to", [stream, ("from", from), ("to", Math.Min(from + Page, session.Head))], token);
        await database.MaintainAsync(
            "DELETE FROM session_due WHERE stream_id = @stream; DELETE FROM session_status WHERE stream_id = @stream; DELETE FROM session WHERE stream_id = @stream", [stream], token);
    }

    private static Task<bool> IsForkedAsync(IDatabase database, long streamId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT 1 FROM session f WHERE f.parent_stream = @stream LIMIT 1", ("stream", streamId));
        return await command.ExecuteScalarAsync(token) is not null;
    }, cancellationToken);

    private static async Task RemoveNamesAsync(IDatabase database, Over session, string table, string column, HashSet<string> names, CancellationToken token)
    {
        foreach (var some in names.Chunk(MaxNames))
        {
            var list = string.Join(", ", some.Select((_, i) => $"@n{i}"));
            await database.MaintainAsync(
                $"DELETE FROM {table} WHERE workspace = @workspace AND {column} IN ({list}) AND created_at = @created AND stream_id = @stream",
                [("workspace", session.Workspace), ("created", session.CreatedAt), ("stream", session.StreamId), .. some.Select((name, i) => ($"n{i}", (object?)name))], token);
        }
    }

    private static Task<List<string>> ReadEvidenceAsync(IDatabase database, long streamId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT hash FROM session_failure WHERE stream_id = @stream", ("stream", streamId));
        using var reader = await command.ExecuteReaderAsync(token);
        var hashes = new List<string>();
        while (await reader.ReadAsync(token)) hashes.Add(reader.GetString(0));
        return hashes;
    }, cancellationToken);

    private static async Task<(HashSet<string> Entities, HashSet<string> Agents, long Next)> ReadNamesAsync(IDatabase database, long streamId, long from, CancellationToken cancellationToken)
    {
        var (entities, agents, next) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), 0L);
        var count = await database.ReadAsync(async (connection, token) =>
        {
            using var command = connection.Command(
                "SELECT position, kind, version, payload FROM journal WHERE stream_id = @stream AND position >= @from ORDER BY position LIMIT @limit",
                ("stream", streamId), ("from", from), ("limit", (long)Page));
            using var reader = await command.ExecuteReaderAsync(token);
            var read = 0;
            for (; await reader.ReadAsync(token); read++)
            {
                next = reader.GetInt64(0) + 1;
                switch (Decode(reader.GetString(1), (short)reader.GetInt32(2), reader.GetFieldValue<byte[]>(3)))
                {
                    case SessionFact.Created created: agents.Add(created.AgentId); break;
                    case SessionFact.Recorded(var happened):
                        entities.UnionWith(happened.ChangeInfo.EntityIds);
                        if (happened.Handoff?.ToAgent is { } agent) agents.Add(agent);
                        break;
                }
            }

            return read;
        }, cancellationToken);
        return (entities, agents, count < Page ? 0 : next);
    }

    /// <summary>Null for an entry that is damaged: it must not keep its session, and all that are over after it, from being removed. Rows that only it named stay, and name no session any more.</summary>
    private static SessionFact? Decode(string kind, short version, byte[] payload)
    {
        try
        {
            return SessionFactCodec.Decode(kind, version, payload);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private sealed record Over(long StreamId, string Workspace, long CreatedAt, long Head);
}
