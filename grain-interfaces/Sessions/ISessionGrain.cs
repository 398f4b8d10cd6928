using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>
/// One session. Key: <see cref="GrainKey"/> (<c>workspace/sessionId</c>).
/// Every call may throw <see cref="MementoException"/>: <c>SESSION_NOT_FOUND</c>, <c>SESSION_EXPIRED</c>, <c>VALIDATION_FAILED</c>, <c>OVERLOADED</c> or a store's code.
/// What a call answers is durable. Every call can be repeated: with an idempotency key, or because the repetition changes nothing.
/// </summary>
[Alias("memento.ISessionGrain"), GrainInterfaceType("memento.session")]
public interface ISessionGrain : IGrainWithStringKey
{
    /// <summary>Creates the session. <c>SESSION_EXISTS</c> if the id was ever used, unless <paramref name="idempotencyKey"/> says that this is the same request.</summary>
    [Alias("create")] Task<SessionView> CreateAsync(CreateSession request, string? idempotencyKey = null);

    [Alias("get")] Task<SessionView> GetAsync(int newestEvents = 0);

    /// <summary>Records events, all or none, in this order and without a gap.</summary>
    [Alias("append")] Task<SeqRange> AppendAsync(ImmutableArray<NewEvent> events, string? idempotencyKey = null);

    /// <summary>Adds an agent. Answers what it should know.</summary>
    [Alias("join")] Task<HandoffContext> JoinAsync(string agentId, string? idempotencyKey = null);

    [Alias("leave")] Task<SessionView> LeaveAsync(string agentId, string? idempotencyKey = null);

    /// <summary>One agent goes, another comes, and the reason stays in the log. <c>AGENT_NOT_IN_SESSION</c> if the first is not there.</summary>
    [Alias("hand-over")] Task<SessionView> HandOverAsync(HandOver request, string? idempotencyKey = null);

    [Alias("checkpoint")] Task<SessionCheckpoint> CheckpointAsync(MakeCheckpoint request, string? idempotencyKey = null);

    /// <summary>Starts a new session with this one's state and log up to a seq. Costs the same whatever the log's length.</summary>
    [Alias("fork")] Task<SessionView> ForkAsync(ForkSession request, string? idempotencyKey = null);

    /// <summary>Ends the session for good. Its id is not used again; its log goes with the next retention run.</summary>
    [Alias("delete")] Task DeleteAsync();

    [Alias("events")] Task<Page<SessionEvent>> GetEventsAsync(EventQuery query);

    /// <summary>
    /// Events from a seq on, first those that are there, then each as it is recorded: none is missed, none comes twice.
    /// Ends when the session does. A consumer that stops reading costs nothing. <c>SEQ_NOT_FOUND</c> if <paramref name="fromSeq"/> is beyond the next event.
    /// </summary>
    [Alias("watch")] IAsyncEnumerable<SessionEvent> WatchAsync(long fromSeq, CancellationToken cancellationToken = default);

    /// <summary>The session as it was after an event. <c>SEQ_NOT_FOUND</c> if there is no such event.</summary>
    [Alias("get-at")] Task<SessionView> GetAtAsync(long seq);

    /// <summary>Significant changes, oldest first. <paramref name="cursor"/> is a page's <see cref="Page{T}.NextCursor"/>.</summary>
    [Alias("transitions")] Task<Page<Transition>> GetTransitionsAsync(string? entityId = null, int limit = Paging.DefaultLimit, string? cursor = null);

    /// <summary>One agent's share of the work.</summary>
    [Alias("isolate")] Task<Isolation> IsolateAsync(string agentId);

    [Alias("handoff-context")] Task<HandoffContext> GetHandoffContextAsync(string agentId);

    /// <summary>All checkpoints, newest first.</summary>
    [Alias("checkpoints")] Task<Page<SessionCheckpoint>> GetCheckpointsAsync(int limit = Paging.DefaultLimit, string? cursor = null);

    /// <summary><c>CHECKPOINT_NOT_FOUND</c> if there is no such checkpoint, or nothing was put aside at it.</summary>
    [Alias("failure-snapshot")] Task<FailureSnapshot> GetFailureSnapshotAsync(string checkpointId);

    /// <summary>Records that the session's time is up, if it is. Answers whether the session has ended.</summary>
    [Alias("expire")] Task<bool> ExpireIfDueAsync();
}
