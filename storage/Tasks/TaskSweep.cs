using System.Globalization;
using Memento.Storage;

namespace Memento.Tasks;

/// <summary>
/// Removes tasks that are over. The first step takes a task's row out of every index and puts its position to 0: from then on its stream
/// cannot be written.
/// Then its events go, then the row; due_at = 0 says that events are left, so that a run that was cut off is finished by the next.
/// </summary>
internal static class TaskSweep
{
    private const int Page = 200;
    private const int MaxEntries = 5_000;   // in one transaction: writers of the embedded store wait for it

    public static async Task<int> RunAsync(IDatabase database, DateTimeOffset endedBefore, int limit, CancellationToken token)
    {
        var removed = await RemoveMarkedAsync(database, token);
        for (var marked = 0; removed < limit; removed += marked)
        {
            marked = await MarkAsync(database, endedBefore, Math.Min(Page, limit - removed), token);
            if (marked == 0) break;
            await RemoveMarkedAsync(database, token);
        }

        return removed;
    }

    private static Task<int> MarkAsync(IDatabase database, DateTimeOffset endedBefore, int count, CancellationToken token) =>
        database.MaintainAsync(
        string.Create(CultureInfo.InvariantCulture, $"""
            UPDATE task_stream SET phase = 4, position = 0, due_at = 0, assigned_at = NULL, ended_at = NULL, agent_id = NULL,
              session_id = NULL, needs = NULL
            WHERE (phase = 2 OR phase = 3) AND ended_at < @before AND stream_id IN (
              SELECT t.stream_id FROM task_stream t WHERE (t.phase = 2 OR t.phase = 3) AND t.ended_at < @before
                ORDER BY t.ended_at, t.stream_id LIMIT {count})
            """), [("before", endedBefore.ToStored())], token);

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
