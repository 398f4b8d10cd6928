namespace Memento.Tasks;

/// <summary>SQL that both stores have in common.</summary>
internal static class TaskStatements
{
    /// <summary>Overwrites the remnant of a swept task with the task that has its id now.</summary>
    public const string Reborn = """
        stream_id = excluded.stream_id, queue_id = excluded.queue_id, created_at = excluded.created_at, due_at = excluded.due_at,
        assigned_at = excluded.assigned_at, ended_at = excluded.ended_at, position = excluded.position, epoch = excluded.epoch,
        priority = excluded.priority, attempts = excluded.attempts, status = excluded.status, phase = excluded.phase,
          reusable = excluded.reusable,
        agent_id = excluded.agent_id, session_id = excluded.session_id, needs = excluded.needs
        """;

    /// <summary>
    /// Whether the remnant in the way makes room: its events are gone, and the birth comes without an assignment, whose token would be
    /// too low.
    /// </summary>
    public const string MayBeReborn = "task_stream.phase = 4 AND task_stream.due_at > 0 AND excluded.token = 0";
}
