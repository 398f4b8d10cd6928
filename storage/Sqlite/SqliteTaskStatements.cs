using Memento.Tasks;
using Microsoft.Data.Sqlite;

namespace Memento.Storage;

/// <summary>
/// Writes task streams: an append or a birth is stored if its row could be changed or made; else it says why not, and the batch goes on.
/// </summary>
internal sealed class SqliteTaskStatements : IDisposable
{
    private readonly SqliteStatement _update, _samePhaseUpdate, _guardedUpdate, _position, _birth, _epoch;
    private readonly Dictionary<long, long[]> _counts = [];

    public SqliteTaskStatements(SqliteConnection connection)
    {
        const string Update = """
            UPDATE task_stream SET position = ?3, token = ?4, status = ?5, phase = ?6, due_at = ?7, assigned_at = ?8, ended_at = ?9,
              agent_id = ?10, epoch = ?11, attempts = ?12
            WHERE stream_id = ?1 AND position = ?2 AND token <= ?4
            """;
        const string AtEpoch = "EXISTS (SELECT 1 FROM agent_epoch a WHERE a.workspace = ?13 AND a.agent_id = ?14 AND a.epoch = ?15)";
        // SQLite rewrites an index for each column that a statement names, changed or not; this one names none that has an index.
        _samePhaseUpdate = new(connection, """
            UPDATE task_stream SET position = ?3, token = ?4, status = ?5, assigned_at = ?8, epoch = ?11, attempts = ?12
            WHERE stream_id = ?1 AND position = ?2 AND token <= ?4 AND phase = ?6 AND due_at = ?7 AND ended_at IS ?9 AND agent_id IS ?10
            RETURNING queue_id
            """);
        _update = new(connection, $"{Update} RETURNING queue_id");
        _guardedUpdate = new(connection, $"{Update} AND {AtEpoch} RETURNING queue_id");
        _position = new(connection, "SELECT position FROM task_stream WHERE stream_id = ?1 AND token <= ?2");
        _epoch = new(connection, "SELECT epoch FROM agent_epoch WHERE workspace = ?1 AND agent_id = ?2");
        _birth = new(connection, $"""
            INSERT INTO task_stream (stream_id, queue_id, created_at, due_at, assigned_at, ended_at, position, token, epoch, priority,
              attempts, status, phase, reusable, workspace, task_id, agent_id, session_id, needs)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
            ON CONFLICT (workspace, task_id) DO UPDATE SET {TaskStatements.Reborn} WHERE {TaskStatements.MayBeReborn}
            RETURNING token
            """);
    }

    /// <summary>Forgets the counts of the batch before.</summary>
    public void Clear() => _counts.Clear();

    /// <summary>Changes the row of a task. Returns why it could not, or null.</summary>
    public MementoException? Change(Append append)
    {
        var (task, id) = (append.Task!, append.Writer.StreamId);
        var row = task.After;
        var isSamePhase = task.Requires is null && TaskStreamRow.PhaseOf(task.Before) == row.Phase;
        var changed = isSamePhase ? Execute(_samePhaseUpdate, append) : null;
        if ((changed ?? Execute(task.Requires is null ? _update : _guardedUpdate, append)) is { } queue)
        {
            Count(queue, task.Before, -1);
            Count(queue, row.Status, 1);
            return null;
        }

        var isAtPosition = _position.Bind(1, id).Bind(2, row.Token).ExecuteNumber() == append.FirstPosition - 1;
        return isAtPosition && task.Requires is { } epoch ? StoreErrors.StaleEpoch(append.Writer.Name, epoch)
            : StoreErrors.StaleWriter(append.Writer.Name);
    }

    /// <summary>Makes the row of a task, if its id is free and the agent that it is assigned to, if any, is at its epoch.</summary>
    public (BirthOutcome Outcome, long Token) Bear(TaskBirth birth)
    {
        if (birth.Requires is { } required
            && _epoch.Bind(1, required.Workspace).Bind(2, required.AgentId).ExecuteNumber() != required.Epoch)
            return (BirthOutcome.AssignmentRefused, 0);
        var row = birth.Row;
        _birth.Bind(1, birth.StreamId).Bind(2, birth.QueueId).Bind(3, birth.CreatedAt.ToStored()).Bind(4, DueOf(row))
            .Bind(5, row.AssignedAt.ToStored())
            .Bind(6, row.EndedAt.ToStored()).Bind(7, birth.Entries.Count).Bind(8, row.Token).Bind(9, row.Epoch).Bind(10, birth.Priority)
            .Bind(11, row.Attempts)
            .Bind(12, (long)row.Status).Bind(13, (long)row.Phase).Bind(14, birth.IsIdChosen ? 1L : 0).Bind(15, birth.Workspace)
            .Bind(16, birth.TaskId)
            .Bind(17, (object?)row.AgentId).Bind(18, (object?)birth.SessionId).Bind(19, (object?)birth.Needs);
        if (_birth.ExecuteNumber() is not { } token)
            return (birth.Requires is null ? BirthOutcome.IdTaken : BirthOutcome.AssignmentRefused, 0);
        Count(birth.QueueId, row.Status, 1);
        return (BirthOutcome.Born, token);
    }

    /// <summary>Returns the changes of the batch to the counters of queues.</summary>
    public IEnumerable<RowChange> Counters() =>
        _counts.Select(c => TaskTables.Counter.Row([c.Key, null, .. c.Value.Select(count => (object?)count)]));

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_update, _samePhaseUpdate, _guardedUpdate, _position, _birth, _epoch]) statement.Dispose();
    }

    private static long? Execute(SqliteStatement statement, Append append)
    {
        var (task, row) = (append.Task!, append.Task!.After);
        statement.Bind(1, append.Writer.StreamId).Bind(2, append.FirstPosition - 1).Bind(3, append.FirstPosition + append.Entries.Count - 1)
            .Bind(4, row.Token).Bind(5, (long)row.Status).Bind(6, (long)row.Phase).Bind(7, DueOf(row)).Bind(8, row.AssignedAt.ToStored())
            .Bind(9, row.EndedAt.ToStored()).Bind(10, (object?)row.AgentId).Bind(11, row.Epoch).Bind(12, row.Attempts);
        if (task.Requires is { } required) statement.Bind(13, required.Workspace).Bind(14, required.AgentId).Bind(15, required.Epoch);
        return statement.ExecuteNumber();
    }

    private static long DueOf(TaskStreamRow row) => row.DueAt?.ToStored() ?? long.MaxValue;

    private void Count(long queue, WorkStatus status, long by)
    {
        if (!_counts.TryGetValue(queue, out var counts)) _counts.Add(queue, counts = new long[6]);
        counts[(int)status] += by;
    }
}
