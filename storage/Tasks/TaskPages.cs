using System.Data.Common;
using System.Globalization;
using Memento.Storage;

namespace Memento.Tasks;

/// <summary>Reads pages of tasks, newest first. Each filter has an index that finds its tasks; the rest is looked at row by row.</summary>
/// <param name="database">The store.</param>
/// <param name="maxSorted">
/// The maximum number of open tasks that are found by queue and sorted. If there are more, the newest tasks are likely to be open, and the
/// page is found from the newest on.
/// </param>
internal sealed class TaskPages(IDatabase database, long maxSorted = TaskPages.MaxSorted)
{
    private const long MaxSorted = 20_000;

    // Swept tasks have -1.
    private const string After = "x.workspace = @workspace AND x.created_at >= 0 AND (x.created_at, x.stream_id) < (@at, @stream)";

    // The sum keeps SQLite from an index by time where another one finds few tasks.
    private const string AfterSorted = "(x.created_at + 0, x.stream_id) < (@at, @stream)";

    private static readonly string Columns = TaskStreams.Columns.Replace("t.", "x.", StringComparison.Ordinal);

    public Task<IReadOnlyList<TaskHead>> ReadAsync(TaskFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        long[] after = cursor is null ? [long.MaxValue, long.MaxValue] : Cursor.Parse(cursor, 2);
        var source = await SourceOfAsync(filter, limit, connection, token);
        using var command = connection.Command(string.Create(CultureInfo.InvariantCulture,
            $"SELECT {Columns} FROM {source} ORDER BY x.created_at DESC, x.stream_id DESC LIMIT {limit}"),
            ("workspace", filter.Workspace), ("at", after[0]), ("stream", after[1]));
        Add(command, filter);
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<TaskHead>();
        while (await reader.ReadAsync(token)) found.Add(TaskStreams.Read(reader));
        return (IReadOnlyList<TaskHead>)found;
    }, cancellationToken);

    /// <summary>Returns SQL for the open tasks <c>x</c> of a workspace or of one of its queues, in no order.</summary>
    public string OpenTasks(string? queue, string where) => database.AllOfEach(
        $"(SELECT q.stream_id AS id FROM task_queue q WHERE q.workspace = @workspace{(queue is null ? "" : " AND q.queue = @queue")})",
        "task_stream", $"x.queue_id = k.id AND x.phase < 2 AND {where}", "x.due_at, x.stream_id");

    private async Task<string> SourceOfAsync(TaskFilter filter, int limit, DbConnection connection, CancellationToken token)
    {
        var where = ConditionsOf(filter);
        var isLeased = filter.Status is WorkStatus.Assigned or WorkStatus.Running;
        var isOpen = isLeased || filter.Status is WorkStatus.Queued;
        if (filter.SessionId is null && filter.AgentId is not null && filter.Status is not WorkStatus.Queued)
        {
            // The bound is none; it keeps SQLite from sorting inside, by an index that finds more.
            var leased = $"""
                SELECT * FROM (SELECT * FROM task_stream x WHERE x.workspace = @workspace AND x.phase = 1 AND {AfterSorted}{where}
                  LIMIT {int.MaxValue}) l
                """;
            if (isLeased) return $"({leased}) x";
            var others = string.Create(CultureInfo.InvariantCulture, $"""
                SELECT * FROM (SELECT * FROM task_stream x WHERE x.agent_id IS NOT NULL AND x.phase <> 1 AND {After}{where}
                  ORDER BY x.created_at DESC, x.stream_id DESC LIMIT {limit}) o
                """);
            return filter.Status is null ? $"({leased} UNION ALL {others}) x" : $"({others}) x";
        }

        if (filter.SessionId is null && isOpen && await CountOpenAsync(filter, connection, token) <= maxSorted)
            return OpenTasks(filter.Queue, $"{AfterSorted}{where}");
        return $"task_stream x WHERE {After} AND x.phase < 4{where}";
    }

    private static string ConditionsOf(TaskFilter filter)
    {
        // The phase is named too, because indexes have it.
        var where = filter.Status is not { } status ? "" : string.Create(CultureInfo.InvariantCulture,
            $" AND x.status = {(int)status} AND x.phase = {(int)TaskStreamRow.PhaseOf(status)}");
        if (filter.SessionId is not null) where += " AND x.session_id = @session";
        if (filter.AgentId is not null) where += " AND x.agent_id = @agent";
        if (filter.Queue is not null)
            where += " AND x.queue_id = (SELECT q.stream_id FROM task_queue q WHERE q.workspace = @workspace AND q.queue = @queue)";
        return where;
    }

    private static async Task<long> CountOpenAsync(TaskFilter filter, DbConnection connection, CancellationToken token)
    {
        var queue = filter.Queue is null ? "" : " AND q.queue = @queue";
        using var command = connection.Command($"""
            SELECT CAST(coalesce(sum(c.queued + c.assigned + c.running), 0) AS bigint)
            FROM task_queue q JOIN task_counter c ON c.queue_id = q.stream_id WHERE q.workspace = @workspace{queue}
            """, ("workspace", filter.Workspace));
        if (filter.Queue is not null) command.Add("queue", filter.Queue);
        return (long)(await command.ExecuteScalarAsync(token))!;
    }

    private static void Add(DbCommand command, TaskFilter filter)
    {
        if (filter.AgentId is not null) command.Add("agent", filter.AgentId);
        if (filter.SessionId is not null) command.Add("session", filter.SessionId);
        if (filter.Queue is not null) command.Add("queue", filter.Queue);
    }
}
