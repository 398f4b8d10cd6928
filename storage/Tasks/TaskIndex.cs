using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Memento.Storage;
using static Memento.Storage.Queries;

namespace Memento.Tasks;

internal sealed class TaskIndex(IDatabase database) : ITaskIndex
{
    private const string Stored = "SELECT t.stream_id, q.queue, t.state FROM task t JOIN task_queue q ON q.stream_id = t.stream_id";

    public async Task<StoredTask?> FindAsync(string workspace, string taskId, CancellationToken cancellationToken) => await FindManyAsync(workspace, [taskId], cancellationToken) is [var found, ..] ? found : null;

    public Task<IReadOnlyList<StoredTask>> FindManyAsync(string workspace, IReadOnlyCollection<string> taskIds, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        // One by one through the index of ids: what a planner thinks of a table that was small when it looked does not matter.
        using var command = connection.Command($"""
            SELECT v.stream_id, q.queue, v.state FROM {database.FirstOfEach(database.TableOf("@ids", "id text"), "task", "x.workspace = @workspace AND x.task_id = k.id", "x.workspace, x.task_id")}
            JOIN task_queue q ON q.stream_id = v.stream_id
            """, ("workspace", workspace), ("ids", Rows(taskIds, (writer, id) => writer.WriteStringValue(id))));
        return await ReadStoredAsync(command, token);
    }, cancellationToken);

    public Task<(TaskBody? Body, JsonText? Result)> ReadBodyAsync(long streamId, long number, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("""
            SELECT t.body, r.result FROM task t LEFT JOIN task_result r ON r.stream_id = t.stream_id AND r.number = t.number WHERE t.stream_id = @stream AND t.number = @number
            """, ("stream", streamId), ("number", number));
        using var reader = await command.ExecuteReaderAsync(token);
        return await reader.ReadAsync(token) ? (BodyOf(reader, 0), reader.IsDBNull(1) ? null : new JsonText(reader.GetString(1))) : default;
    }, cancellationToken);

    public Task<IReadOnlyList<(TaskState State, TaskBody? Body)>> ReadAsync(long streamId, IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"SELECT state, body FROM task WHERE stream_id = @stream AND number IN ({string.Join(", ", numbers)})", ("stream", streamId));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<(TaskState, TaskBody?)>(numbers.Count);
        while (await reader.ReadAsync(token)) found.Add((StateOf(reader, 0), BodyOf(reader, 1)));
        return (IReadOnlyList<(TaskState, TaskBody?)>)found;
    }, cancellationToken);

    public Task<IReadOnlyList<TaskState>> ReadOpenAsync(string workspace, long streamId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("""
            SELECT t.state FROM task_status s JOIN task t ON t.stream_id = s.stream_id AND t.number = s.number
            WHERE s.workspace = @workspace AND s.status IN (0, 1, 2) AND s.status <> 3 AND s.stream_id = @stream
            """, ("workspace", workspace), ("stream", streamId));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<TaskState>();
        while (await reader.ReadAsync(token)) found.Add(StateOf(reader, 0));
        return (IReadOnlyList<TaskState>)found;
    }, cancellationToken);

    public Task<Page<TaskView>> ListAsync(TaskFilter filter, int limit, string? cursor, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        long[] after = cursor is null ? [long.MaxValue, long.MaxValue, long.MaxValue] : Cursor.Parse(cursor, 3);
        // Each filter has the index that finds its tasks; what else is asked is looked at row by row. Completed ones have none: most tasks are.
        var by = filter is { AgentId: not null } or { Status: not null and not WorkStatus.Completed } ? "s" : "t";
        var from = by == "s" ? "task_status s JOIN task t ON t.stream_id = s.stream_id AND t.number = s.number" : "task t JOIN task_status s ON s.stream_id = t.stream_id AND s.number = t.number";
        var where = $"{by}.workspace = @workspace AND ({by}.created_at, {by}.stream_id, {by}.number) < (@at, @stream, @number)";
        if (filter.AgentId is not null) where += " AND s.agent_id = @agent";
        if (filter.Status is { } status) where += string.Create(CultureInfo.InvariantCulture, $" AND s.status = {(int)status}{(status is WorkStatus.Completed ? "" : " AND s.status <> 3")}");
        if (filter.SessionId is not null) where += " AND t.session_id = @session";
        if (filter.Queue is not null) where += $" AND {by}.stream_id = (SELECT stream_id FROM task_queue WHERE workspace = @workspace AND queue = @queue)";
        using var command = connection.Command($"""
            SELECT t.state, q.queue, t.created_at, t.stream_id, t.number FROM {from} JOIN task_queue q ON q.stream_id = t.stream_id
            WHERE {where} ORDER BY {by}.created_at DESC, {by}.stream_id DESC, {by}.number DESC LIMIT {limit + 1}
            """, ("workspace", filter.Workspace), ("at", after[0]), ("stream", after[1]), ("number", after[2]));
        if (filter.AgentId is not null) command.Add("agent", filter.AgentId);
        if (filter.SessionId is not null) command.Add("session", filter.SessionId);
        if (filter.Queue is not null) command.Add("queue", filter.Queue);

        using var reader = await command.ExecuteReaderAsync(token);
        var items = new List<TaskView>();
        string? last = null;
        while (await reader.ReadAsync(token))
        {
            if (items.Count == limit) return new Page<TaskView> { Items = [.. items], NextCursor = last };
            items.Add(TaskView.Of(reader.GetString(1), StateOf(reader, 0)));
            last = Cursor.Of(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
        }

        return new Page<TaskView> { Items = [.. items] };
    }, cancellationToken);

    public Task<IReadOnlyList<StoredTask>> GetHeldAsync(string workspace, string agentId, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            {Stored} JOIN task_status s ON s.stream_id = t.stream_id AND s.number = t.number
            WHERE s.workspace = @workspace AND s.agent_id = @agent AND s.status IN (1, 2)
            """, ("workspace", workspace), ("agent", agentId));
        return await ReadStoredAsync(command, token);
    }, cancellationToken);

    public Task<IReadOnlyList<(string Queue, long Number, string DependsOn)>> GetDependentsAsync(string workspace, IReadOnlyCollection<string> taskIds, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT q.queue, d.number, d.depends_on FROM task_dependency d
            JOIN task_status s ON s.stream_id = d.stream_id AND s.number = d.number JOIN task_queue q ON q.stream_id = d.stream_id
            WHERE d.workspace = @workspace AND d.depends_on IN ({Names("id", taskIds.Count)}) AND s.status = 0
            """, ("workspace", workspace));
        Add(command, "id", taskIds);
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<(string, long, string)>();
        while (await reader.ReadAsync(token)) found.Add((reader.GetString(0), reader.GetInt64(1), reader.GetString(2)));
        return (IReadOnlyList<(string, long, string)>)found;
    }, cancellationToken);

    public Task<IReadOnlyDictionary<string, AgentWork>> GetWorkAsync(string workspace, IReadOnlyCollection<string> agentIds, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var found = new Dictionary<string, AgentWork>(StringComparer.Ordinal);
        if (agentIds.Count == 0) return (IReadOnlyDictionary<string, AgentWork>)found;
        using var command = connection.Command($"SELECT agent_id, completed, failed, duration_ms FROM task_work WHERE workspace = @workspace AND agent_id IN ({Names("id", agentIds.Count)})", ("workspace", workspace));
        Add(command, "id", agentIds);
        using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token))
        {
            var before = found.GetValueOrDefault(reader.GetString(0), AgentWork.None);
            found[reader.GetString(0)] = new(before.Completed + reader.GetInt64(1), before.Failed + reader.GetInt64(2), before.DurationMs + reader.GetInt64(3));
        }

        return found;
    }, cancellationToken);

    public Task<ImmutableArray<QueueView>> GetQueuesAsync(string workspace, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT queue, created_at, queued, assigned, running, state FROM task_queue WHERE workspace = @workspace ORDER BY queue", ("workspace", workspace));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = ImmutableArray.CreateBuilder<QueueView>();
        while (await reader.ReadAsync(token))
        {
            var state = JsonSerializer.Deserialize(reader.GetString(5), MementoJson.Default.QueueState)!;
            found.Add(state.View(reader.GetString(0), reader.GetInt64(1).ToTime(), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        }

        return found.ToImmutable();
    }, cancellationToken);

    public Task<IReadOnlyList<(long StreamId, GrainKey Key)>> GetOpenQueuesAsync(long after, int limit, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command(
            "SELECT stream_id, workspace, queue FROM task_queue_open WHERE is_open = 1 AND stream_id > @after ORDER BY stream_id LIMIT @limit", ("after", after), ("limit", (long)limit));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<(long, GrainKey)>();
        while (await reader.ReadAsync(token)) found.Add((reader.GetInt64(0), new(reader.GetString(1), reader.GetString(2))));
        return (IReadOnlyList<(long, GrainKey)>)found;
    }, cancellationToken);

    public Task<ImmutableDictionary<string, long>> CountByPriorityAsync(string workspace, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT priority, count(*) FROM task_status WHERE workspace = @workspace AND status = 0 AND status <> 3 GROUP BY priority", ("workspace", workspace));
        using var reader = await command.ExecuteReaderAsync(token);
        var counts = ImmutableDictionary.CreateBuilder<string, long>();
        while (await reader.ReadAsync(token)) counts.Add(reader.GetInt64(0).ToString(CultureInfo.InvariantCulture), reader.GetInt64(1));
        return counts.ToImmutable();
    }, cancellationToken);

    public Task<(AgentWork Work, long HandedOver)> GetAllWorkAsync(string workspace, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("""
            SELECT CAST(coalesce(sum(completed), 0) AS bigint), CAST(coalesce(sum(failed), 0) AS bigint), CAST(coalesce(sum(duration_ms), 0) AS bigint), CAST(coalesce(sum(handed_over), 0) AS bigint)
            FROM task_work WHERE workspace = @workspace
            """, ("workspace", workspace));
        using var reader = await command.ExecuteReaderAsync(token);
        await reader.ReadAsync(token);
        return (new AgentWork(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetInt64(3));
    }, cancellationToken);

    private static string Names(string name, int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"@{name}{i}"));

    private static void Add(DbCommand command, string name, IReadOnlyCollection<string> values)
    {
        var i = 0;
        foreach (var value in values) command.Add($"{name}{i++}", value);
    }

    private static async Task<IReadOnlyList<StoredTask>> ReadStoredAsync(DbCommand command, CancellationToken token)
    {
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new List<StoredTask>();
        while (await reader.ReadAsync(token)) found.Add(new(reader.GetInt64(0), reader.GetString(1), StateOf(reader, 2)));
        return found;
    }

    private static TaskState StateOf(DbDataReader reader, int column) => JsonSerializer.Deserialize(reader.GetString(column), MementoJson.Default.TaskState)!;

    private static TaskBody? BodyOf(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : JsonSerializer.Deserialize(reader.GetString(column), MementoJson.Default.TaskBody);
}
