using Memento.Tasks;
using NpgsqlTypes;
using static Memento.Storage.ArrayTypes;

namespace Memento.Storage;

/// <summary>
/// The parts of a commit for task streams. The statement itself decides which appends and births it stores: those that changed or made a
/// row of <c>task_stream</c>.
/// Entries, snapshots, counters and rows follow only from these, so one refused append leaves its batch-mates alone.
/// </summary>
/// <param name="writer">The writer's number, which spreads counters.</param>
internal sealed class PostgreSqlTaskParts(int writer)
{
    // The test is not written as a plain IN, which the planner would turn into a join; this way it is a look-up in a hash table.
    private const string IsStored = "((x.stream_id IN (SELECT stream_id FROM ok)) IS TRUE)";

    // The lock, shared, is held until the commit: an agent's epoch changes before or after, never between.
    private static readonly Part Agents = new("ta", """
        SELECT a.workspace, a.agent_id, a.epoch FROM unnest($1, $2) AS g(workspace, agent_id)
        JOIN agent_epoch a ON a.workspace = g.workspace AND a.agent_id = g.agent_id FOR SHARE OF a
        """, Texts, Texts);

    private static readonly Part Changes = new("tc", $"""
        SELECT c.*, {Holds("c")} AS holds
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
          AS c(stream_id, expected, position, token, before, status, phase, due_at, assigned_at, ended_at, agent_id, epoch, attempts,
            guard_workspace, guard_agent, guard_epoch)
        """, Numbers, Integers, Integers, Integers, Smalls, Smalls, Smalls, Numbers, Numbers, Numbers, Texts, Integers, Integers,
        Texts, Texts, Numbers);

    private static readonly Part FreeChanges = new("tc", """
        SELECT c.*, true AS holds
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
          AS c(stream_id, expected, position, token, before, status, phase, due_at, assigned_at, ended_at, agent_id, epoch, attempts)
        """, Numbers, Integers, Integers, Integers, Smalls, Smalls, Smalls, Numbers, Numbers, Numbers, Texts, Integers, Integers)
    { Shape = "tc0" };

    private static readonly Part Update = new("tu", """
        UPDATE task_stream t SET position = c.position, token = c.token, status = c.status, phase = c.phase, due_at = c.due_at,
          assigned_at = c.assigned_at, ended_at = c.ended_at, agent_id = c.agent_id, epoch = c.epoch, attempts = c.attempts
        FROM tc c WHERE t.stream_id = c.stream_id AND t.position = c.expected AND t.token <= c.token AND c.holds
        RETURNING t.stream_id, t.queue_id, c.before, c.status
        """);

    private const string NewbornColumns =
        "stream_id, queue_id, created_at, due_at, assigned_at, ended_at, position, token, epoch, priority, attempts, status, phase, reusable, "
        + "workspace, task_id, agent_id, session_id, needs";

    private static readonly Part Newborns = new("tn", $"""
        SELECT n.*, {Holds("n")} AS holds
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
          AS n({NewbornColumns}, guard_workspace, guard_agent, guard_epoch)
        """, Numbers, Numbers, Numbers, Numbers, Numbers, Numbers, Integers, Integers, Integers, Integers, Integers, Smalls, Smalls, Smalls,
        Texts, Texts, Texts, Texts, Texts, Texts, Texts, Numbers);

    private static readonly Part FreeNewborns = new("tn", $"""
        SELECT n.*, true AS holds
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) AS n({NewbornColumns})
        """, Numbers, Numbers, Numbers, Numbers, Numbers, Numbers, Integers, Integers, Integers, Integers, Integers, Smalls, Smalls, Smalls,
        Texts, Texts, Texts, Texts, Texts)
    { Shape = "tn0" };

    // The remnant of a swept task makes room for the next one with its id, which goes on above its token.
    // A task that lives is sorted out before: ON CONFLICT must not meet a row that this statement itself changes.
    private static readonly Part Births = new("tb", $"""
        INSERT INTO task_stream ({NewbornColumns}) SELECT {NewbornColumns} FROM tn n
        WHERE holds AND (reusable = 0 OR NOT EXISTS (SELECT 1 FROM task_stream t WHERE t.workspace = n.workspace AND t.task_id = n.task_id
          AND t.phase < 4))
        ON CONFLICT (workspace, task_id) DO UPDATE SET {TaskStatements.Reborn} WHERE {TaskStatements.MayBeReborn}
        RETURNING stream_id, queue_id, (-1)::smallint AS before, status, token
        """);

    private static readonly Part Both = new("ok",
        "SELECT stream_id, queue_id, before, status FROM tu UNION ALL SELECT stream_id, queue_id, before, status FROM tb")
    { Shape = "ok_ub" };
    private static readonly Part Updated = new("ok", "SELECT * FROM tu") { Shape = "ok_u" };
    private static readonly Part Born = new("ok", "SELECT * FROM tb") { Shape = "ok_b" };

    private static readonly Part Entries = new("te", $"""
        INSERT INTO journal (stream_id, position, kind, version, at, payload, checksum, commit_xid)
        SELECT x.*, (SELECT pg_current_xact_id()::text::bigint)
        FROM unnest($1, $2, $3, $4, $5, $6, $7) AS x(stream_id, position, kind, version, at, payload, checksum) WHERE {IsStored}
        """, Numbers, Numbers, Texts, Smalls, Numbers, Binaries, Numbers);

    private static readonly Part Snapshots = new("ts", $"""
        INSERT INTO snapshot (stream_id, position, version, payload, checksum)
        SELECT x.* FROM unnest($1, $2, $3, $4, $5) AS x(stream_id, position, version, payload, checksum) WHERE {IsStored}
        ON CONFLICT (stream_id, position) DO UPDATE SET version = excluded.version, payload = excluded.payload, checksum = excluded.checksum
        """, Numbers, Numbers, Smalls, Binaries, Numbers);

    private static readonly Part Counters = new("tq", TaskTables.Counter.UpsertFrom($"""
        SELECT queue_id, $1, {string.Join(", ", Enumerable.Range(0, 6).Select(Difference))}
        FROM ok GROUP BY queue_id ORDER BY queue_id
        """), NpgsqlDbType.Bigint);

    private const string RefusedChanges = """
        SELECT c.stream_id, CASE WHEN t.position = c.expected AND NOT c.holds THEN 2 ELSE 1 END, 0::bigint
        FROM tc c LEFT JOIN task_stream t ON t.stream_id = c.stream_id WHERE (c.stream_id IN (SELECT stream_id FROM tu)) IS NOT TRUE
        """;

    private const string SpecialBirths = """
        SELECT n.stream_id, CASE WHEN n.holds AND n.token = 0 THEN 3 ELSE 2 END, 0::bigint FROM tn n
          WHERE (n.stream_id IN (SELECT stream_id FROM tb)) IS NOT TRUE
        UNION ALL SELECT b.stream_id, 4, b.token::bigint FROM tb b WHERE b.token > 0
        """;

    private readonly Dictionary<RowTable, Part> _rows = [];

    /// <summary>
    /// Adds the parts for the appends to task streams and the births of a batch. Returns the query that tells the exceptions.
    /// </summary>
    public string AddTo(List<(Part Part, object[] Values)> parts, IReadOnlyList<PendingAppend> batch)
    {
        var arrays = PostgreSqlTaskArrays.Of(batch);
        if (arrays is null) return "SELECT NULL::bigint";
        if (arrays.Guards() is { } guards) parts.Add((Agents, guards));
        if (arrays.HasChanges)
        {
            parts.Add(arrays.ChangesAreGuarded ? (Changes, arrays.Changes(true)) : (FreeChanges, arrays.Changes(false)));
            parts.Add((Update, []));
        }

        if (arrays.HasBirths)
        {
            parts.Add(arrays.BirthsAreGuarded ? (Newborns, arrays.Births(true)) : (FreeNewborns, arrays.Births(false)));
            parts.Add((Births, []));
        }

        parts.Add((arrays.HasChanges ? arrays.HasBirths ? Both : Updated : Born, []));
        parts.Add((Entries, arrays.Entries()));
        if (arrays.Snapshots() is { } snapshots) parts.Add((Snapshots, snapshots));
        parts.Add((Counters, [(long)writer]));
        foreach (var (table, values) in arrays.Rows(writer)) parts.Add((RowsOf(table), values));
        return arrays.HasChanges ? arrays.HasBirths ? $"{RefusedChanges} UNION ALL {SpecialBirths}" : RefusedChanges : SpecialBirths;
    }

    private static string Difference(int status) => $"sum((status = {status})::int - (before = {status})::int)";

    private static string Holds(string table) =>
        $"({table}.guard_agent IS NULL OR EXISTS (SELECT 1 FROM ta a "
        + $"WHERE a.workspace = {table}.guard_workspace AND a.agent_id = {table}.guard_agent AND a.epoch = {table}.guard_epoch))";

    /// <summary>
    /// Rows of accepted appends, added up by their keys; the last parameter has the task stream that each row belongs to.
    /// </summary>
    private Part RowsOf(RowTable table)
    {
        if (_rows.TryGetValue(table, out var part)) return part;
        var names = string.Join(", ", table.Columns.Select(c => c.Name == "stream_id" ? "own_stream" : c.Name));
        var values = string.Join(", ", table.Columns.Select(c => (c.Name == "stream_id" ? "own_stream" : c.Name, c.Merge, c.Type) switch
        {
            (var name, ColumnMerge.Key, _) => name,
            (var name, ColumnMerge.Add, ColumnType.Real) => $"sum({name})",
            (var name, ColumnMerge.Add, _) => $"sum({name})::bigint",
            (var name, _, _) => $"min({name})",
        }));
        var keys = string.Join(", ", table.Columns.Take(table.KeyLength).Select(c => c.Name == "stream_id" ? "own_stream" : c.Name));
        var arrays = string.Join(", ", table.Columns.Select((_, i) => $"${i + 1}"));
        var given = $"unnest({arrays}, ${table.Columns.Count + 1}) AS x({names}, stream_id)";
        var source = $"SELECT {values} FROM {given} WHERE {IsStored} GROUP BY {keys} ORDER BY {keys}";
        _rows.Add(table, part = new($"tr_{table.Name}", table.UpsertFrom(source), [.. TypesOf(table), Numbers]));
        return part;
    }
}
