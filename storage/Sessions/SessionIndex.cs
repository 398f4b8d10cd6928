using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>Answers questions about sessions from the read models.</summary>
internal sealed class SessionIndex(IDatabase database) : ISessionIndex
{
    private const int AnchorSessions = 20;
    private const int AnchorCheckpoints = 20;

    public Task<Page<SessionView>> ListAsync(string workspace, SessionQuery query, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => SessionList.ReadAsync(connection, workspace, query, now, token), cancellationToken);

    public Task<SessionStats> GetStatsAsync(string workspace, long storageBytes, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var agents = await ReadActiveAgentsAsync(connection, workspace, token);
        using var command = connection.Command("""
            SELECT CAST(coalesce(sum(sessions), 0) AS bigint), CAST(coalesce(sum(ended), 0) AS bigint), CAST(coalesce(sum(events), 0) AS bigint),
                   CAST(coalesce(sum(checkpoints), 0) AS bigint), CAST(coalesce(sum(failure_snapshots), 0) AS bigint)
            FROM workspace_counter WHERE workspace = @workspace
            """, ("workspace", workspace));
        using var reader = await command.ExecuteReaderAsync(token);
        await reader.ReadAsync(token);
        var (sessions, ended, events) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        return new SessionStats
        {
            ActiveSessions = sessions - ended,
            TotalSessions = sessions,
            TotalEvents = events,
            AverageEventsPerSession = sessions == 0 ? 0 : (double)events / sessions,
            CheckpointsCreated = reader.GetInt64(3),
            FailureSnapshots = reader.GetInt64(4),
            AgentsActive = agents.Count,
            StorageBytes = storageBytes,
        };
    }, cancellationToken);

    public Task<SessionAggregates> AggregateAsync(string workspace, ImmutableArray<string> entityIds, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var names = entityIds.Distinct().ToArray();
        var list = string.Join(", ", names.Select((_, i) => $"@e{i}"));
        (string, object?)[] parameters = [("workspace", workspace), .. names.Select((name, i) => ($"e{i}", (object?)name))];

        var agents = new SortedSet<string>(StringComparer.Ordinal);
        var transitions = new long[4];
        var (sessions, perfCount, perfSum, perfWorst) = (0L, 0L, 0.0, 0.0);
        using (var command = connection.Command($"""
            SELECT CASE s.ended WHEN 0 THEN s.agents END, s.to_working, s.to_broken, s.to_coordinating, s.to_completed, s.perf_count, s.perf_sum, s.perf_worst FROM session s
            WHERE s.ended <> 2 AND s.stream_id IN (SELECT d.stream_id FROM session_entity d WHERE d.workspace = @workspace AND d.entity IN ({list}))
            """, parameters))
        using (var reader = await command.ExecuteReaderAsync(token))
        {
            while (await reader.ReadAsync(token))
            {
                sessions++;
                if (reader.TextOrNull(0) is { } active) agents.UnionWith(JsonSerializer.Deserialize(active, MementoJson.Default.ImmutableArrayString));
                for (var i = 0; i < transitions.Length; i++) transitions[i] += reader.GetInt64(i + 1);
                perfCount += reader.GetInt64(5);
                perfSum += reader.GetDouble(6);
                perfWorst = Math.Min(perfWorst, reader.GetDouble(7));
            }
        }

        var byEntity = new Dictionary<string, EntityBreakdown>(StringComparer.Ordinal);
        using (var command = connection.Command($"""
            SELECT d.entity, count(*), CAST(sum(d.perf_count) AS bigint), sum(d.perf_sum) FROM session_entity d JOIN session s ON s.stream_id = d.stream_id
            WHERE d.workspace = @workspace AND d.entity IN ({list}) AND s.ended <> 2 GROUP BY d.entity
            """, parameters))
        using (var reader = await command.ExecuteReaderAsync(token))
        {
            while (await reader.ReadAsync(token))
                byEntity.Add(reader.GetString(0), new(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2) == 0 ? 0 : reader.GetDouble(3) / reader.GetInt64(2)));
        }

        return new SessionAggregates
        {
            TotalSessions = sessions,
            ActiveAgents = [.. agents],
            RecentOutcomes = Enum.GetValues<WorkState>().Where(s => transitions[(int)s] > 0).ToImmutableDictionary(NamedEnumConverter<WorkState>.NameOf, s => transitions[(int)s]),
            PerformanceImpact = new(perfSum, perfCount == 0 ? 0 : perfSum / perfCount, perfWorst),
            EntityBreakdown = [.. names.Select(name => byEntity.GetValueOrDefault(name) ?? new(name, 0, 0))],
        };
    }, cancellationToken);

    public Task<ImmutableArray<Anchor>> GetAnchorsAsync(string workspace, string entityId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT s.stream_id, s.session_id, {CheckpointEntry.Columns} FROM (
                SELECT s.stream_id, s.session_id FROM session_entity d JOIN session s ON s.stream_id = d.stream_id
                WHERE d.workspace = @workspace AND d.entity = @entity AND s.ended <> 2 ORDER BY d.created_at DESC, d.stream_id DESC LIMIT {AnchorSessions}) s
            JOIN session_checkpoint c ON c.stream_id = s.stream_id JOIN journal j ON j.stream_id = c.stream_id AND j.position = c.position + 0   -- or SQLite would scan the journal first
            WHERE c.position >= (SELECT coalesce(min(n.position), 0)
                FROM (SELECT x.position FROM session_checkpoint x WHERE x.stream_id = s.stream_id ORDER BY x.position DESC LIMIT {AnchorCheckpoints}) n)
              AND c.position > 1   -- the first entry of a fork has its parent's
            ORDER BY c.position DESC
            """, ("workspace", workspace), ("entity", entityId));
        using var reader = await command.ExecuteReaderAsync(token);
        var anchors = new List<Anchor>();
        while (await reader.ReadAsync(token))
        {
            var checkpoint = CheckpointEntry.Find(reader, reader.GetInt64(0), 2);
            if (checkpoint?.RefEntities.Contains(entityId) is true) anchors.Add(Anchor.Of(reader.GetString(1), checkpoint));
        }

        return (ImmutableArray<Anchor>)[.. anchors.OrderByDescending(a => a.Timestamp).Take(Anchor.MaxPerEntity)];
    }, cancellationToken);

    public Task<Page<SessionCheckpoint>> GetCheckpointsAsync(long streamId, int limit, string? cursor, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var before = cursor is null ? long.MaxValue : Cursor.ParseNumber(cursor);
        using var command = connection.Command($"""
            SELECT {CheckpointEntry.Columns} FROM session_checkpoint c JOIN journal j ON j.stream_id = c.stream_id AND j.position = c.position
            WHERE c.stream_id = @stream AND c.position < @before ORDER BY c.position DESC LIMIT @limit
            """, ("stream", streamId), ("before", before), ("limit", limit + 1L));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<SessionCheckpoint>();
        while (await reader.ReadAsync(token))
        {
            if (found.Count == limit) return new Page<SessionCheckpoint> { Items = [.. found], NextCursor = Cursor.Of(before) };
            found.Add(CheckpointEntry.Read(reader, streamId));
            before = reader.GetInt64(0);
        }

        return new Page<SessionCheckpoint> { Items = [.. found] };
    }, cancellationToken);

    public Task<byte[]?> FindFailureAsync(long streamId, string checkpointId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(
            "SELECT hash FROM session_failure WHERE stream_id = @stream AND checkpoint_id = @id", ("stream", streamId), ("id", checkpointId));
        return await command.ExecuteScalarAsync(token) is string hash ? Convert.FromHexString(hash) : null;
    }, cancellationToken);

    public Task<IReadOnlyList<GrainKey>> GetDueAsync(DateTimeOffset now, int skip, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(
            "SELECT s.workspace, s.session_id FROM session_due d JOIN session s ON s.stream_id = d.stream_id WHERE d.ended = 0 AND d.at <= @now ORDER BY d.at, d.stream_id LIMIT @limit OFFSET @skip",
            ("now", now.ToStored()), ("limit", (long)limit), ("skip", (long)skip));
        using var reader = await command.ExecuteReaderAsync(token);
        var due = new List<GrainKey>();
        while (await reader.ReadAsync(token)) due.Add(new(reader.GetString(0), reader.GetString(1)));
        return (IReadOnlyList<GrainKey>)due;
    }, cancellationToken);

    public Task<int> TrimAsync(DateTimeOffset expiredBefore, DateTimeOffset deletedBefore, DateTimeOffset keysBefore, int limit, CancellationToken cancellationToken) =>
        SessionTrimming.TrimAsync(database, expiredBefore, deletedBefore, keysBefore, limit, cancellationToken);

    /// <summary>Who is in sessions that have not ended; who has left is not.</summary>
    private static async Task<HashSet<string>> ReadActiveAgentsAsync(DbConnection connection, string workspace, CancellationToken token)
    {
        using var command = connection.Command(
            "SELECT DISTINCT s.agents FROM session_status d JOIN session s ON s.stream_id = d.stream_id WHERE d.workspace = @workspace AND d.ended = 0", ("workspace", workspace));
        using var reader = await command.ExecuteReaderAsync(token);
        var agents = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(token)) agents.UnionWith(JsonSerializer.Deserialize(reader.GetString(0), MementoJson.Default.ImmutableArrayString));
        return agents;
    }
}
