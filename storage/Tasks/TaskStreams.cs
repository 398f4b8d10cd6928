using System.Data.Common;
using System.Globalization;
using Memento.Core.Coordination.Tasks;
using Memento.Storage;

namespace Memento.Tasks;

internal sealed class TaskStreams(IDatabase database) : ITaskStreams
{
    internal const string Columns = """
        t.stream_id, t.position, t.queue_id, t.workspace, t.task_id, t.status, t.token, t.due_at, t.agent_id, t.epoch, t.assigned_at,
          t.attempts,
        t.ended_at, t.created_at, t.priority, t.session_id, t.needs
        """;

    private const int ColumnCount = 17;

    public Task<IReadOnlyList<TaskHead>> FindAsync(string workspace, IReadOnlyCollection<string> taskIds,
        CancellationToken cancellationToken)
    {
        var ids = Queries.Rows(taskIds, (writer, id) => writer.WriteStringValue(id));
        var found = database.FirstOfEach(database.TableOf("@ids", "id text"), "task_stream",
            "x.workspace = @workspace AND x.task_id = k.id", "x.workspace, x.task_id");
        return ReadAsync($"SELECT {Columns.Replace("t.", "v.", StringComparison.Ordinal)} FROM {found} WHERE v.phase < 4",
            cancellationToken, ("workspace", workspace), ("ids", ids));
    }

    public Task<IReadOnlyList<TaskSnapshot>> ReadStatesAsync(
        IReadOnlyCollection<TaskHead> heads, CancellationToken cancellationToken) =>
        TaskStreamReading.ReadStatesAsync(database, heads, cancellationToken);

    public Task<IReadOnlyDictionary<long, TaskBody>> ReadBodiesAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken) =>
        TaskStreamReading.ReadBodiesAsync(database, streamIds, cancellationToken);

    public Task<IReadOnlyList<TaskHead>> ReadOpenAsync(long queueId, TaskHead? after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
        string.Create(CultureInfo.InvariantCulture, $"""
            SELECT {Columns} FROM task_stream t
            WHERE t.queue_id = @queue AND t.phase < 2 AND (t.due_at, t.stream_id) > (@due, @stream)
              ORDER BY t.due_at, t.stream_id LIMIT {limit}
            """),
        cancellationToken,
        ("queue", queueId), ("due", after is null ? long.MinValue : after.Row.DueAt.ToStored() ?? long.MaxValue),
            ("stream", after?.StreamId ?? 0));

    public Task<IReadOnlyList<TaskHead>> ReadLeasesAsync(string workspace, string agentId, CancellationToken cancellationToken) =>
        ReadAsync(
        $"SELECT {Columns} FROM task_stream t WHERE t.workspace = @workspace AND t.agent_id = @agent AND t.phase = 1",
        cancellationToken, ("workspace", workspace), ("agent", agentId));

    public Task<IReadOnlyList<(TaskHead Task, string DependsOn)>> ReadDependentsAsync(
        string workspace, IReadOnlyCollection<string> taskIds, CancellationToken cancellationToken) =>
            database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT {Columns}, d.depends_on FROM {database.TableOf("@ids", "id text")} k
            JOIN task_dependent d ON d.workspace = @workspace AND d.depends_on = k.id JOIN task_stream t ON t.stream_id = d.stream_id
              AND t.phase = 0
            """, ("workspace", workspace), ("ids", Queries.Rows(taskIds, (writer, id) => writer.WriteStringValue(id))));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<(TaskHead, string)>();
        while (await reader.ReadAsync(token)) found.Add((Read(reader), reader.GetString(ColumnCount)));
        return (IReadOnlyList<(TaskHead, string)>)found;
    }, cancellationToken);

    // The index is entered anew for each queue: what lies between two queues' first tasks is not read.
    public Task<IReadOnlyList<long>> FindDueQueuesAsync(DateTimeOffset now, long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE q (queue_id) AS (
              SELECT (SELECT min(t.queue_id) FROM task_stream t WHERE t.phase < 2 AND t.queue_id > @after)
              UNION ALL SELECT (SELECT min(t.queue_id) FROM task_stream t WHERE t.phase < 2 AND t.queue_id > q.queue_id) FROM q
                WHERE q.queue_id IS NOT NULL)
            SELECT q.queue_id FROM q WHERE q.queue_id IS NOT NULL
              AND (SELECT min(t.due_at) FROM task_stream t WHERE t.queue_id = q.queue_id AND t.phase < 2) <= @now LIMIT {limit}
            """), ("after", after), ("now", now.ToStored()));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<long>();
        while (await reader.ReadAsync(token)) found.Add(reader.GetInt64(0));
        return (IReadOnlyList<long>)found;
    }, cancellationToken);

    public Task<IReadOnlyList<GrainKey>> FindNeglectedAgentsAsync(DateTimeOffset assignedBefore, int limit,
        CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT DISTINCT t.workspace, t.agent_id FROM task_stream t
            LEFT JOIN agent_epoch a ON a.workspace = t.workspace AND a.agent_id = t.agent_id
            WHERE t.phase = 1 AND ((t.status = 1 AND t.assigned_at < @before) OR a.epoch IS NULL OR a.epoch <> t.epoch) LIMIT {limit}
            """), ("before", assignedBefore.ToStored()));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<GrainKey>();
        while (await reader.ReadAsync(token)) found.Add(new(reader.GetString(0), reader.GetString(1)));
        return (IReadOnlyList<GrainKey>)found;
    }, cancellationToken);

    public Task<TaskChanges> ReadChangesAsync(IReadOnlySet<long> queues, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        var (feed, parameters) = database.FeedAfter(after, limit);
        using var command = connection.Command($"""
            SELECT {Columns}, f.feed_cursor FROM ({feed}) f LEFT JOIN task_stream t ON t.stream_id = f.stream_id AND t.phase < 4 ORDER BY f.n
            """, [.. parameters]);
        using var reader = await command.ExecuteReaderAsync(token);
        var (changed, next, read) = (new Dictionary<long, TaskHead>(), after, 0);
        for (; await reader.ReadAsync(token); read++)
        {
            next = reader.GetString(ColumnCount);
            if (reader.IsDBNull(0) || !queues.Contains(reader.GetInt64(2))) continue;
            changed.TryAdd(reader.GetInt64(0), Read(reader));
        }

        return new TaskChanges([.. changed.Values], next, read < limit);
    }, cancellationToken);

    public Task<TaskCounts> CountAsync(long queueId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var sums = string.Join(", ", TaskTables.Counter.Columns.Skip(2).Select(c => $"CAST(coalesce(sum({c.Name}), 0) AS bigint)"));
        using var command = connection.Command($"SELECT {sums} FROM task_counter WHERE queue_id = @queue", ("queue", queueId));
        using var reader = await command.ExecuteReaderAsync(token);
        await reader.ReadAsync(token);
        return new TaskCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
            reader.GetInt64(5));
    }, cancellationToken);

    public Task<int> SweepAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken) =>
        TaskSweep.RunAsync(database, endedBefore, limit, cancellationToken);

    private Task<IReadOnlyList<TaskHead>> ReadAsync(string sql, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(sql, parameters);
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<TaskHead>();
        while (await reader.ReadAsync(token)) found.Add(Read(reader));
        return (IReadOnlyList<TaskHead>)found;
    }, cancellationToken);

    internal static TaskHead Read(DbDataReader reader) =>
        new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3), reader.GetString(4), new()
    {
        Status = (WorkStatus)reader.GetInt64(5),
        Token = reader.GetInt64(6),
        DueAt = reader.GetInt64(7) is var due and not long.MaxValue ? due.ToTime() : null,
        AgentId = reader.TextOrNull(8),
        Epoch = reader.GetInt64(9),
        AssignedAt = reader.LongOrNull(10)?.ToTime(),
        Attempts = (int)reader.GetInt64(11),
        EndedAt = reader.LongOrNull(12)?.ToTime(),
    })
    {
        CreatedAt = reader.GetInt64(13).ToTime(),
        Priority = (int)reader.GetInt64(14),
        SessionId = reader.TextOrNull(15),
        Needs = reader.TextOrNull(16),
    };
}
