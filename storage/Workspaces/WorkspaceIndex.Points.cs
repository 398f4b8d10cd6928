using System.Collections.Immutable;
using System.Data.Common;
using Memento.Storage;

namespace Memento.Workspaces;

/// <summary>The part about rollback points.</summary>
internal sealed partial class WorkspaceIndex
{
    private const string StreamPrefix = "workspace/";
    private const string PointColumns = "j.position, j.kind, j.version, j.at, j.payload, j.checksum, p.expires_at, p.pinned";

    public Task<RollbackPoint?> FindPointAsync(long streamId, string pointId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT {PointColumns} FROM rollback_point p JOIN journal j ON j.stream_id = p.stream_id AND j.position = p.seq
            WHERE p.stream_id = @stream AND p.point_id = @point AND p.ended = 0
            """, ("stream", streamId), ("point", pointId));
        return await ReadPointsAsync(command, streamId, withSessions: true, token) is [var point] ? point : null;
    }, cancellationToken);

    public Task<PointEnd?> FindPointEndAsync(long streamId, string pointId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT ended FROM rollback_point WHERE stream_id = @stream AND point_id = @point AND ended > 0", ("stream", streamId), ("point", pointId));
        return await command.ExecuteScalarAsync(token) is long ended ? (PointEnd?)(ended - 1) : null;
    }, cancellationToken);

    public Task<IReadOnlyList<RollbackPoint>> ListPointsAsync(long streamId, string? sessionId, long before, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var filter = sessionId is null ? "" : " AND p.session_id = @session";
        using var command = connection.Command($"""
            SELECT {PointColumns} FROM rollback_point p JOIN journal j ON j.stream_id = p.stream_id AND j.position = p.seq
            WHERE p.stream_id = @stream AND p.ended = 0 AND p.seq < @before{filter} ORDER BY p.seq DESC LIMIT @limit
            """, ("stream", streamId), ("before", before), ("limit", (long)limit));
        if (sessionId is not null) command.Add("session", sessionId);
        return await ReadPointsAsync(command, streamId, withSessions: false, token);
    }, cancellationToken);

    public Task<ExistingPoints> GetExistingPointsAsync(long streamId, string? sessionId, int most, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var inWorkspace = await CountAsync(connection, streamId, null, token);
        var inSession = sessionId is null ? 0 : await CountAsync(connection, streamId, sessionId, token);
        return new ExistingPoints(
            inWorkspace, inSession, await OldestAsync(connection, streamId, null, most, token), sessionId is null ? [] : await OldestAsync(connection, streamId, sessionId, most, token));
    }, cancellationToken);

    public Task<IReadOnlyList<GrainKey>> GetDuePointsAsync(DateTimeOffset now, int skip, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(
            "SELECT workspace, point_id FROM rollback_point WHERE ended = 0 AND pinned = 0 AND expires_at <= @now ORDER BY expires_at, stream_id, point_id LIMIT @limit OFFSET @skip",
            ("now", now.ToStored()), ("limit", (long)limit), ("skip", (long)skip));
        using var reader = await command.ExecuteReaderAsync(token);
        var due = new List<GrainKey>();
        while (await reader.ReadAsync(token)) due.Add(new(reader.GetString(0), reader.GetString(1)));
        return (IReadOnlyList<GrainKey>)due;
    }, cancellationToken);

    public Task<ImmutableArray<SessionPosition>> GetSessionPositionsAsync(string workspace, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("""
            SELECT s.session_id, (SELECT max(j.position) FROM journal j WHERE j.stream_id = s.stream_id) - s.shift
            FROM (SELECT d.stream_id FROM session_status d WHERE d.workspace = @workspace AND d.ended = 0 ORDER BY d.created_at DESC, d.stream_id DESC LIMIT @limit) d
            JOIN session s ON s.stream_id = d.stream_id
            """, ("workspace", workspace), ("limit", (long)limit));
        using var reader = await command.ExecuteReaderAsync(token);
        var positions = ImmutableArray.CreateBuilder<SessionPosition>();
        while (await reader.ReadAsync(token)) positions.Add(new(reader.GetString(0), reader.GetInt64(1)));
        return positions.ToImmutable();
    }, cancellationToken);

    public async Task<CompactionReport> CompactAsync(string workspace, long streamId, long upTo, bool dryRun, CancellationToken cancellationToken)
    {
        var points = await database.ReadAsync(async (connection, token) =>
        {
            using var command = connection.Command("SELECT seq FROM rollback_point WHERE stream_id = @stream AND ended = 0 ORDER BY seq", ("stream", streamId));
            using var reader = await command.ExecuteReaderAsync(token);
            var seqs = ImmutableArray.CreateBuilder<long>();
            while (await reader.ReadAsync(token)) seqs.Add(reader.GetInt64(0));
            return seqs.ToImmutable();
        }, cancellationToken);
        // After the points: a rollback that began while its point was there is seen here if the point is not any more.
        var running = await database.ReadAsync(async (connection, token) =>
        {
            using var command = connection.Command("SELECT min(point_seq) FROM rollback_operation WHERE workspace = @workspace AND status < 2", ("workspace", workspace));
            return await command.ExecuteScalarAsync(token) is long seq ? seq : long.MaxValue;
        }, cancellationToken);
        return await new VersionCompaction(database, streamId, points, Math.Min(upTo, running - 1), dryRun).RunAsync(cancellationToken);
    }

    public async Task<long> FindSeqAsync(long streamId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        // Recorded times never decrease along a stream, so halving finds the place without an index over times.
        var (low, high) = await database.ReadAsync(async (connection, token) =>
        {
            using var command = connection.Command("SELECT coalesce(min(position), 1), coalesce(max(position), 0) FROM journal WHERE stream_id = @stream", ("stream", streamId));
            using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return (reader.GetInt64(0) - 1, reader.GetInt64(1));
        }, cancellationToken);
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            var time = await database.ReadAsync(async (connection, token) =>
            {
                using var command = connection.Command("SELECT at FROM journal WHERE stream_id = @stream AND position = @position", ("stream", streamId), ("position", middle));
                return (long)(await command.ExecuteScalarAsync(token))!;
            }, cancellationToken);
            if (time <= at.ToStored()) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    public Task<IReadOnlyList<string>> ListWorkspacesAsync(string after, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(
            "SELECT name FROM stream WHERE name > @after AND name < @end ORDER BY name LIMIT @limit", ("after", StreamPrefix + after), ("end", Utf8Order.EndOfPrefix(StreamPrefix)), ("limit", (long)limit));
        using var reader = await command.ExecuteReaderAsync(token);
        var names = new List<string>();
        while (await reader.ReadAsync(token)) names.Add(reader.GetString(0)[StreamPrefix.Length..]);
        return (IReadOnlyList<string>)names;
    }, cancellationToken);

    private static async Task<IReadOnlyList<RollbackPoint>> ReadPointsAsync(DbCommand command, long streamId, bool withSessions, CancellationToken token)
    {
        using var reader = await command.ExecuteReaderAsync(token);
        var points = new List<RollbackPoint>();
        while (await reader.ReadAsync(token))
        {
            var entry = Journal.ReadEntry(reader, streamId);
            var created = (WorkspaceFact.PointCreated)WorkspaceFact.Codec.Decode(entry.Kind, entry.Version, entry.Payload.Span);
            var point = RollbackPoint.Of(created, entry.Position, reader.LongOrNull(6)?.ToTime(), reader.GetInt64(7) != 0);
            points.Add(withSessions ? point : point with { Sessions = null });
        }

        return points;
    }

    private static async Task<long> CountAsync(DbConnection connection, long streamId, string? sessionId, CancellationToken token)
    {
        using var command = connection.Command($"SELECT count(*) FROM rollback_point WHERE stream_id = @stream AND ended = 0 AND recovery = 0{Of(sessionId)}", ("stream", streamId));
        if (sessionId is not null) command.Add("session", sessionId);
        return (long)(await command.ExecuteScalarAsync(token))!;
    }

    private static async Task<ImmutableArray<string>> OldestAsync(DbConnection connection, long streamId, string? sessionId, int most, CancellationToken token)
    {
        using var command = connection.Command(
            $"SELECT point_id FROM rollback_point WHERE stream_id = @stream AND ended = 0 AND recovery = 0{Of(sessionId)} AND pinned = 0 ORDER BY seq LIMIT @most", ("stream", streamId), ("most", (long)most));
        if (sessionId is not null) command.Add("session", sessionId);
        using var reader = await command.ExecuteReaderAsync(token);
        var ids = ImmutableArray.CreateBuilder<string>();
        while (await reader.ReadAsync(token)) ids.Add(reader.GetString(0));
        return ids.ToImmutable();
    }

    private static string Of(string? sessionId) => sessionId is null ? "" : " AND session_id = @session";
}
