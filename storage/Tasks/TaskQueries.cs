using System.Collections.Immutable;
using System.Globalization;
using Memento.Storage;

namespace Memento.Tasks;

internal sealed class TaskQueries(IDatabase database, TaskPages pages) : ITaskQueries
{
    private readonly TaskStreams _streams = new(database);

    public async Task<TaskView?> FindAsync(string workspace, string taskId, CancellationToken cancellationToken)
    {
        var states = await _streams.ReadStatesAsync(await _streams.FindAsync(workspace, [taskId], cancellationToken), cancellationToken);
        if (states.Count == 0) return null;
        var (streamId, state) = (states[0].Stamp.Number, states[0].State);
        var bodies = state.Spec!.BodyLength == 0 ? null : await _streams.ReadBodiesAsync([streamId], cancellationToken);
        return TaskView.Of(state, bodies?.GetValueOrDefault(streamId));
    }

    public async Task<Page<TaskView>> ListAsync(TaskFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var heads = await pages.ReadAsync(filter, limit + 1, cursor, cancellationToken);
        var page = heads.Count > limit ? [.. heads.Take(limit)] : heads;
        var states = await _streams.ReadStatesAsync(page, cancellationToken);
        return new()
        {
            // States are read after the rows. A task whose status has changed in between is left out.
            Items = [.. states.Where(s => filter.Status is null || s.State.Status == filter.Status)
                .Select(s => TaskView.Of(s.State) with { Result = null })],
            NextCursor = heads.Count > limit ? Cursor.Of(page[^1].CreatedAt.ToStored(), page[^1].StreamId) : null,
        };
    }

    public Task<ImmutableArray<QueueView>> GetQueuesAsync(string workspace, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        string[] statuses = ["queued", "assigned", "running", "completed", "failed", "cancelled"];
        var sums = string.Join(", ", statuses.Select(s =>
            $"(SELECT CAST(coalesce(sum(c.{s}), 0) AS bigint) FROM task_counter c WHERE c.queue_id = q.stream_id)"));
        using var command = connection.Command($"""
            SELECT q.queue, q.created_at, q.state, {sums},
              (SELECT CAST(coalesce(sum(s.rejected), 0) AS bigint) FROM task_stale_report s WHERE s.queue_id = q.stream_id)
            FROM task_queue q WHERE q.workspace = @workspace ORDER BY q.queue
            """, ("workspace", workspace));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = ImmutableArray.CreateBuilder<QueueView>();
        while (await reader.ReadAsync(token))
        {
            long Count(int column) => reader.GetInt64(3 + column);
            found.Add(new()
            {
                Name = reader.GetString(0), CreatedAt = reader.GetInt64(1).ToTime(),
                Settings = QueueRows.StateOf(reader.GetString(2)).Settings,
                Queued = Count(0), Assigned = Count(1), Running = Count(2), Completed = Count(3), Failed = Count(4), Cancelled = Count(5),
                Submitted = Enumerable.Range(0, statuses.Length).Sum(Count), Refused = Count(statuses.Length),
            });
        }

        return found.ToImmutable();
    }, cancellationToken);

    public Task<IReadOnlyDictionary<long, GrainKey>> FindQueuesAsync(
        IReadOnlyCollection<long> queueIds, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var keys = database.TableOf("@ids", "id bigint");
        using var command = connection.Command(
            $"SELECT x.stream_id, x.workspace, x.queue FROM {database.AllOfEach(keys, "task_queue", "x.stream_id = k.id", "x.stream_id")}",
            ("ids", Queries.Rows(queueIds, (writer, id) => writer.WriteNumberValue(id))));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new Dictionary<long, GrainKey>();
        while (await reader.ReadAsync(token)) found[reader.GetInt64(0)] = new(reader.GetString(1), reader.GetString(2));
        return (IReadOnlyDictionary<long, GrainKey>)found;
    }, cancellationToken);

    public Task<ImmutableDictionary<string, long>> CountByPriorityAsync(string workspace, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"""
            SELECT x.priority, count(*) FROM {pages.OpenTasks(null, "x.phase = 0")} GROUP BY x.priority
            """, ("workspace", workspace));
        using var reader = await command.ExecuteReaderAsync(token);
        var counts = ImmutableDictionary.CreateBuilder<string, long>();
        while (await reader.ReadAsync(token)) counts.Add(reader.GetInt64(0).ToString(CultureInfo.InvariantCulture), reader.GetInt64(1));
        return counts.ToImmutable();
    }, cancellationToken);

    public Task<IReadOnlyDictionary<string, AgentWork>> GetWorkAsync(
        string workspace, IReadOnlyCollection<string> agentIds, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        var rows = database.AllOfEach(database.TableOf("@ids", "id text"), "task_work",
            "x.workspace = @workspace AND x.agent_id = k.id", "x.workspace, x.agent_id, x.stream_id");
        using var command = connection.Command($"SELECT x.agent_id, {Sums} FROM {rows} GROUP BY x.agent_id",
            ("workspace", workspace), ("ids", Queries.Rows(agentIds.Distinct(), (writer, id) => writer.WriteStringValue(id))));
        using var reader = await command.ExecuteReaderAsync(token);
        var found = new Dictionary<string, AgentWork>(StringComparer.Ordinal);
        while (await reader.ReadAsync(token))
            found.Add(reader.GetString(0), new(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        return (IReadOnlyDictionary<string, AgentWork>)found;
    }, cancellationToken);

    public Task<(AgentWork Work, long HandedOver)> GetAllWorkAsync(string workspace, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command($"SELECT {Sums} FROM task_work x WHERE x.workspace = @workspace", ("workspace", workspace));
        using var reader = await command.ExecuteReaderAsync(token);
        await reader.ReadAsync(token);
        return (new AgentWork(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetInt64(3));
    }, cancellationToken);

    private static string Sums { get; } = string.Join(", ", new[] { "completed", "failed", "duration_ms", "handed_over" }
        .Select(column => $"CAST(coalesce(sum(x.{column}), 0) AS bigint)"));
}
