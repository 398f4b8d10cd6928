using System.Text.Json;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>
/// Takes back the space of sessions that are over. What stays of each is its name and its last entry with a snapshot, so that the id is never used again.
/// Every step can be repeated; a session's row goes last, so a run that was cut off is finished by the next.
/// </summary>
internal static class SessionTrimming
{
    private const int Page = 1_000;

    public static async Task<int> TrimAsync(IDatabase database, DateTimeOffset expiredBefore, DateTimeOffset deletedBefore, DateTimeOffset keysBefore, int limit, CancellationToken token)
    {
        await database.MaintainAsync("DELETE FROM idempotency WHERE at < @before", [("before", keysBefore.ToStored())], token);
        var over = await FindAsync(database, expiredBefore, deletedBefore, limit, token);
        foreach (var session in over) await TrimAsync(database, session, token);
        return over.Count;
    }

    private static Task<List<Over>> FindAsync(IDatabase database, DateTimeOffset expiredBefore, DateTimeOffset deletedBefore, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
        {
            using var command = connection.Command("""
                SELECT s.stream_id, s.workspace, s.created_at FROM session s
                WHERE s.ended <> 0 AND ((s.ended = 1 AND s.updated_at < @expired) OR (s.ended = 2 AND s.updated_at < @deleted))
                  AND NOT EXISTS (SELECT 1 FROM session f WHERE f.parent_stream = s.stream_id)
                ORDER BY s.updated_at LIMIT @limit
                """, ("expired", expiredBefore.ToStored()), ("deleted", deletedBefore.ToStored()), ("limit", (long)limit));
            using var reader = await command.ExecuteReaderAsync(token);
            var found = new List<Over>();
            while (await reader.ReadAsync(token)) found.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2)));
            return found;
        }, cancellationToken);

    private static async Task TrimAsync(IDatabase database, Over session, CancellationToken token)
    {
        (string, object?) stream = ("stream", session.StreamId), workspace = ("workspace", session.Workspace), created = ("created", session.CreatedAt);
        for (long from = 1; from > 0;)
        {
            // The index tables are keyed by agent and entity; the log says which those were.
            var (entities, agents, next) = await ReadNamesAsync(database, session.StreamId, from, token);
            foreach (var entity in entities)
                await database.MaintainAsync("DELETE FROM session_entity WHERE workspace = @workspace AND entity = @name AND created_at = @created AND stream_id = @stream", [workspace, ("name", entity), created, stream], token);
            foreach (var agent in agents)
                await database.MaintainAsync("DELETE FROM session_agent WHERE workspace = @workspace AND agent = @name AND created_at = @created AND stream_id = @stream", [workspace, ("name", agent), created, stream], token);
            from = next;
        }

        await database.MaintainAsync("DELETE FROM session_checkpoint WHERE stream_id = @stream", [stream], token);
        await database.MaintainAsync("DELETE FROM snapshot WHERE stream_id = @stream AND position < (SELECT max(n.position) FROM snapshot n WHERE n.stream_id = @stream)", [stream], token);
        await database.MaintainAsync("DELETE FROM journal WHERE stream_id = @stream AND position < (SELECT max(n.position) FROM journal n WHERE n.stream_id = @stream)", [stream], token);
        await database.MaintainAsync("DELETE FROM session WHERE stream_id = @stream", [stream], token);
    }

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
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    private sealed record Over(long StreamId, string Workspace, long CreatedAt);
}
