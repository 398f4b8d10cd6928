using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Memento.Storage;

namespace Memento.Rollback;

/// <summary>Lists of rollbacks and their conflicts.</summary>
public interface IRollbackIndex
{
    /// <summary>Rollbacks of a workspace, newest first, without their logs.</summary>
    Task<Page<RollbackView>> ListAsync(string workspace, RollbackStatus? status, int limit, string? cursor, CancellationToken cancellationToken = default);

    /// <summary>Conflicts of a workspace, newest first; null = open and resolved ones.</summary>
    Task<Page<ConflictView>> ListConflictsAsync(string workspace, ConflictStatus? status, string? operationId, int limit, string? cursor, CancellationToken cancellationToken = default);

    Task<ConflictView?> FindConflictAsync(string workspace, string conflictId, CancellationToken cancellationToken = default);

    /// <summary>Rollbacks of all workspaces that are not over, from the one behind a stream on.</summary>
    Task<IReadOnlyList<(long StreamId, GrainKey Key)>> GetRunningAsync(long after, int limit, CancellationToken cancellationToken = default);
}

internal sealed class RollbackIndex(IDatabase database) : IRollbackIndex
{
    public Task<Page<RollbackView>> ListAsync(string workspace, RollbackStatus? status, int limit, string? cursor, CancellationToken cancellationToken) => database.ReadAsync((connection, token) =>
    {
        long[] after = cursor is null ? [long.MaxValue, long.MaxValue] : Cursor.Parse(cursor, 2);
        var filter = status is null ? "" : " AND status = @status";
        using var command = connection.Command($"""
            SELECT view, created_at, stream_id FROM rollback_operation
            WHERE workspace = @workspace{filter} AND (created_at < @at OR (created_at = @at AND stream_id < @id)) ORDER BY created_at DESC, stream_id DESC LIMIT @limit
            """, ("workspace", workspace), ("at", after[0]), ("id", after[1]), ("limit", limit + 1L));
        if (status is { } wanted) command.Add("status", (long)wanted);
        return ReadAsync(command, MementoJson.Default.RollbackView, limit, row => Cursor.Of(row.GetInt64(1), row.GetInt64(2)), token);
    }, cancellationToken);

    public Task<Page<ConflictView>> ListConflictsAsync(string workspace, ConflictStatus? status, string? operationId, int limit, string? cursor, CancellationToken cancellationToken) => database.ReadAsync((connection, token) =>
    {
        var (at, id) = cursor is null ? (long.MaxValue, "") : Cursor.ParseNamed(cursor);
        var filter = (status is null ? "" : " AND status = @status") + (operationId is null ? "" : " AND operation_id = @operation");
        using var command = connection.Command($"""
            SELECT view, created_at, conflict_id FROM rollback_conflict
            WHERE workspace = @workspace{filter} AND (created_at < @at OR (created_at = @at AND conflict_id < @id)) ORDER BY created_at DESC, conflict_id DESC LIMIT @limit
            """, ("workspace", workspace), ("at", at), ("id", id), ("limit", limit + 1L));
        if (status is { } wanted) command.Add("status", (long)wanted);
        if (operationId is not null) command.Add("operation", operationId);
        return ReadAsync(command, MementoJson.Default.ConflictView, limit, row => Cursor.Of(row.GetInt64(1), row.GetString(2)), token);
    }, cancellationToken);

    public Task<ConflictView?> FindConflictAsync(string workspace, string conflictId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT view FROM rollback_conflict WHERE workspace = @workspace AND conflict_id = @id", ("workspace", workspace), ("id", conflictId));
        return await command.ExecuteScalarAsync(token) is string view ? JsonSerializer.Deserialize(view, MementoJson.Default.ConflictView) : null;
    }, cancellationToken);

    public Task<IReadOnlyList<(long StreamId, GrainKey Key)>> GetRunningAsync(long after, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT stream_id, workspace, operation_id FROM rollback_operation WHERE status < 2 AND stream_id > @after ORDER BY stream_id LIMIT @limit", ("after", after), ("limit", (long)limit));
        using var reader = await command.ExecuteReaderAsync(token);
        var running = new List<(long, GrainKey)>();
        while (await reader.ReadAsync(token)) running.Add((reader.GetInt64(0), new(reader.GetString(1), reader.GetString(2))));
        return (IReadOnlyList<(long, GrainKey)>)running;
    }, cancellationToken);

    private static async Task<Page<T>> ReadAsync<T>(DbCommand command, JsonTypeInfo<T> type, int limit, Func<DbDataReader, string> cursor, CancellationToken token)
    {
        using var reader = await command.ExecuteReaderAsync(token);
        var items = new List<T>();
        string? next = null;
        while (await reader.ReadAsync(token))
        {
            if (items.Count == limit) return new() { Items = [.. items], NextCursor = next };
            items.Add(JsonSerializer.Deserialize(reader.GetString(0), type)!);
            next = cursor(reader);
        }

        return new() { Items = [.. items] };
    }
}
