using System.Globalization;
using Memento.Storage;

namespace Memento.Tasks;

/// <summary>
/// Removes tasks that are over. The first step takes a task's row out of the indexes that are searched and puts its position to 0: from
/// then on its stream cannot be written.
/// Then its events go, then the row; due_at = 0 says that events are left, so that a run that was cut off is finished by the next.
/// </summary>
internal static class TaskSweep
{
    private const int MaxFound = 10_000;
    private const int Page = 200;
    private const int MaxEntries = 5_000;   // in one transaction: writers of the embedded store wait for it

    public static async Task<int> RunAsync(IDatabase database, DateTimeOffset endedBefore, int limit, CancellationToken token)
    {
        var removed = await RemoveMarkedAsync(database, token);
        var from = ("", 0L);
        while (removed < limit)
        {
            var found = await FindEndedAsync(database, endedBefore, from, Math.Min(MaxFound, limit - removed), token);
            if (found.Count == 0) break;
            from = (found[^1].Workspace, found[^1].CreatedAt);
            foreach (var page in found.Chunk(Page))
            {
                removed += await MarkAsync(database, endedBefore, page.Select(f => f.StreamId), token);
                await RemoveMarkedAsync(database, token);
            }
        }

        return removed;
    }

    // The search goes from one workspace to the next, and in each from the oldest task to those too young to have ended by then. Each run
    // meets old tasks that are open, or ended later, once.
    private static Task<List<(long StreamId, string Workspace, long CreatedAt)>> FindEndedAsync(
        IDatabase database, DateTimeOffset endedBefore, (string Workspace, long CreatedAt) from, int count,
        CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        const string Ended = """
            x.workspace = k.workspace AND x.created_at >= CASE WHEN k.workspace = @workspace THEN @at ELSE 0 END AND x.created_at < @before
              AND (x.phase = 2 OR x.phase = 3) AND x.ended_at < @before
            """;
        using var command = connection.Command(string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE w (workspace) AS (
              SELECT (SELECT min(t.workspace) FROM task_stream t WHERE t.workspace >= @workspace)
              UNION ALL SELECT (SELECT min(t.workspace) FROM task_stream t WHERE t.workspace > w.workspace) FROM w
                WHERE w.workspace IS NOT NULL)
            SELECT x.stream_id, x.workspace, x.created_at
            FROM {database.AllOfEach("w", "task_stream", Ended, "x.created_at, x.stream_id", count)} LIMIT {count}
            """), ("workspace", from.Workspace), ("at", from.CreatedAt), ("before", endedBefore.ToStored()));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<(long, string, long)>();
        while (await reader.ReadAsync(token)) found.Add((reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2)));
        return found;
    }, cancellationToken);

    private static Task<int> MarkAsync(IDatabase database, DateTimeOffset endedBefore, IEnumerable<long> streams, CancellationToken token) =>
        database.MaintainAsync($"""
            UPDATE task_stream SET phase = 4, position = 0, due_at = 0, created_at = -1, assigned_at = NULL, ended_at = NULL,
              agent_id = NULL, session_id = NULL, needs = NULL
            WHERE (phase = 2 OR phase = 3) AND ended_at < @before AND stream_id IN ({string.Join(", ", streams)})
            """, [("before", endedBefore.ToStored())], token);

    private static async Task<int> RemoveMarkedAsync(IDatabase database, CancellationToken token)
    {
        for (var removed = 0; ;)
        {
            var streams = await FindMarkedAsync(database, token);
            if (streams.Count == 0) return removed;
            var list = string.Join(", ", streams);
            var some = $"SELECT j.stream_id, j.position FROM journal j WHERE j.stream_id IN ({list}) LIMIT {MaxEntries}";
            while (await database.MaintainAsync($"DELETE FROM journal WHERE (stream_id, position) IN ({some})", [], token) == MaxEntries)
            {
                // In small transactions.
            }

            await database.MaintainAsync($"""
                DELETE FROM snapshot WHERE stream_id IN ({list}); DELETE FROM task_dependent WHERE stream_id IN ({list});
                DELETE FROM task_stream WHERE stream_id IN ({list}) AND phase = 4 AND reusable = 0;
                UPDATE task_stream SET due_at = {long.MaxValue} WHERE stream_id IN ({list}) AND phase = 4
                """, [], token);
            removed += streams.Count;
        }
    }

    private static Task<List<long>> FindMarkedAsync(IDatabase database, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(
            $"SELECT stream_id FROM task_stream WHERE phase = 4 AND due_at = 0 ORDER BY stream_id LIMIT {Page}");
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<long>();
        while (await reader.ReadAsync(token)) found.Add(reader.GetInt64(0));
        return found;
    }, cancellationToken);
}
