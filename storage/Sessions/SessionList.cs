using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>
/// The list of sessions. An index gives the order and the first condition; the rest filters what it yields.
/// Times and the last seq come from the newest journal entry of each listed session, one look-up each, so they are exact.
/// </summary>
internal static class SessionList
{
    private const string Columns = """
        p.stream_id, p.session_id, p.created_at, p.updated_at, p.grace_until, p.ttl_seconds, p.ended, p.state, p.agents, p.shift, p.metadata,
        p.parent_session, p.parent_seq, p.occurred_from, p.occurred_to, h.position, h.at, c.position, c.kind, c.version, c.at, c.payload, c.checksum
        """;

    public static async Task<Page<SessionView>> ReadAsync(DbConnection connection, string workspace, SessionQuery query, DateTimeOffset now, CancellationToken token)
    {
        var found = new List<SessionView>(query.Limit);
        var cursor = query.Cursor is null ? null : Cursor.Parse(query.Cursor, 2);
        while (true)
        {
            using var command = Command(connection, workspace, query, cursor);
            using var reader = await command.ExecuteReaderAsync(token);
            var read = 0;
            while (await reader.ReadAsync(token))
            {
                read++;
                if (found.Count == query.Limit) return new() { Items = [.. found], NextCursor = Cursor.Of(cursor![0], cursor[1]) };
                cursor = [reader.GetInt64(2), reader.GetInt64(0)];
                var view = View(reader, now);
                if (view.Active || !query.ActiveOnly) found.Add(view);
            }

            if (read <= query.Limit) return new() { Items = [.. found] };
        }
    }

    private static DbCommand Command(DbConnection connection, string workspace, SessionQuery query, long[]? cursor)
    {
        // The most selective condition leads: an entity has fewer sessions than an agent, an agent fewer than a state.
        var leading = query.Entity is not null ? "session_entity"
            : query.Agent is not null ? "session_agent"
            : query.State is not null || query.Outcome is not null || query.ActiveOnly ? "session_status"
            : null;
        var sql = new StringBuilder($"SELECT {Columns} FROM (SELECT s.* FROM ");
        var d = leading is null ? "s" : "d";
        var status = leading == "session_status" ? "d" : "s";
        sql.Append(leading is null ? "session s" : $"{leading} d JOIN session s ON s.stream_id = d.stream_id").Append($" WHERE {d}.workspace = @workspace");
        var command = connection.Command("", ("workspace", workspace));
        Where(query.Entity, "entity", "d.entity = @entity");
        Where(query.Agent, "agent", leading == "session_agent"
            ? "d.agent = @agent"
            : "EXISTS (SELECT 1 FROM session_agent a WHERE a.workspace = @workspace AND a.agent = @agent AND a.created_at = s.created_at AND a.stream_id = s.stream_id)");
        Where(query.State is { } state ? NamedEnumConverter<WorkState>.NameOf(state) : null, "state", $"{status}.state = @state");
        Where(query.Outcome is { } outcome ? NamedEnumConverter<Outcome>.NameOf(outcome) : null, "outcome", $"{status}.outcome = @outcome");
        Where(query.Since.ToStored(), "since", "coalesce(s.occurred_to, s.updated_at) >= @since");
        Where(query.Until.ToStored(), "until", "coalesce(s.occurred_from, s.created_at) <= @until");
        sql.Append(query.ActiveOnly ? $" AND {status}.ended = 0" : $" AND {status}.ended <> 2");
        if (cursor is not null)
        {
            sql.Append($" AND ({d}.created_at, {d}.stream_id) < (@created, @stream)");
            command.Add("created", cursor[0]);
            command.Add("stream", cursor[1]);
        }

        // The limit stands in the text: of a prepared statement, PostgreSQL assumes that a limit it does not know is a tenth of everything, and then scans and sorts.
        sql.Append(CultureInfo.InvariantCulture, $"""
             ORDER BY {d}.created_at DESC, {d}.stream_id DESC LIMIT {query.Limit + 1}) p
            JOIN journal h ON h.stream_id = p.stream_id AND h.position = (SELECT max(x.position) FROM journal x WHERE x.stream_id = p.stream_id)
            LEFT JOIN journal c ON c.stream_id = p.stream_id AND c.position = (SELECT max(x.position) FROM session_checkpoint x WHERE x.stream_id = p.stream_id)
            ORDER BY p.created_at DESC, p.stream_id DESC
            """);
#pragma warning disable CA2100 // put together from literals of this file; values are parameters
        command.CommandText = sql.ToString();
#pragma warning restore CA2100
        return command;

        void Where(object? value, string name, string condition)
        {
            if (value is null) return;
            sql.Append(" AND ").Append(condition);
            command.Add(name, value);
        }
    }

    private static SessionView View(DbDataReader row, DateTimeOffset now)
    {
        var end = (SessionEnd)row.GetInt64(6);
        return SessionView.Of(SessionState.Empty with
        {
            SessionId = row.GetString(1),
            CreatedAt = row.GetInt64(2).ToTime(),
            UpdatedAt = (end is SessionEnd.None ? Math.Max(row.GetInt64(3), row.GetInt64(16)) : row.GetInt64(3)).ToTime(),
            GraceUntil = row.LongOrNull(4)?.ToTime(),
            TtlSeconds = row.GetInt64(5),
            End = end,
            State = NamedEnumConverter<WorkState>.TryParse(row.GetString(7), out var state) ? state : throw StoreErrors.Corrupted($"The row of session stream {row.GetInt64(0)}"),
            AgentIds = JsonSerializer.Deserialize(row.GetString(8), MementoJson.Default.ImmutableArrayString),
            LastSeq = row.GetInt64(15) - row.GetInt64(9),
            Metadata = row.TextOrNull(10) is { } metadata ? new JsonText(metadata) : null,
            Parent = row.TextOrNull(11) is { } parent ? new ParentRef(parent, row.GetInt64(12)) : null,
            OccurredFrom = row.LongOrNull(13)?.ToTime(),
            OccurredTo = row.LongOrNull(14)?.ToTime(),
            CurrentCheckpoint = row.IsDBNull(17) ? null : CheckpointEntry.Find(row, row.GetInt64(0), 17),
        }, now);
    }
}
