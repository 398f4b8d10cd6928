using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>
/// The sessions of one workspace. Refusals are thrown as <see cref="MementoException"/>, lost connections as <see cref="ServerUnreachableException"/>.
/// What a call answers is durable. Calls are retried inside: those that create or append carry an idempotency key, made up when none is given.
/// Give your own key to make retries safe across a restart of your program: the same key must come with the same request.
/// </summary>
public interface ISessionClient
{
    /// <summary>The workspace's name.</summary>
    string Workspace { get; }

    /// <summary>Creates a session. <c>SESSION_EXISTS</c> if its id was ever used.</summary>
    Task<SessionView> CreateAsync(CreateSession request, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>A session, with its newest 0–500 events if wanted.</summary>
    Task<SessionView> GetAsync(string sessionId, int newestEvents = 0, CancellationToken cancellationToken = default);

    /// <summary>The session as it was after an event. <c>SEQ_NOT_FOUND</c> if there is no such event.</summary>
    Task<SessionView> GetAtAsync(string sessionId, long seq, CancellationToken cancellationToken = default);

    /// <summary>One page of the sessions that fit, newest first.</summary>
    Task<Page<SessionView>> ListAsync(SessionQuery query, CancellationToken cancellationToken = default);

    /// <summary>Ends a session for good.</summary>
    Task DeleteAsync(string sessionId, CancellationToken cancellationToken = default);

    /// <summary>Records events: all or none, in this order, without a gap.</summary>
    Task<SeqRange> AppendAsync(string sessionId, ImmutableArray<NewEvent> events, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>One page of a session's events.</summary>
    Task<Page<SessionEvent>> GetEventsAsync(string sessionId, EventQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Events from a seq on, first those that are there, then each as it is recorded. A dropped connection is resumed at the next seq: nothing is missed,
    /// nothing comes twice. Ends when the session does; throws <see cref="ServerUnreachableException"/> when the server stays away for longer than
    /// <see cref="MementoClientOptions.WatchPatience"/>.
    /// </summary>
    IAsyncEnumerable<SessionEvent> WatchAsync(string sessionId, long fromSeq = 1, CancellationToken cancellationToken = default);

    /// <summary>Adds an agent. Answers what it should know.</summary>
    Task<HandoffContext> JoinAsync(string sessionId, string agentId, CancellationToken cancellationToken = default);

    Task<SessionView> LeaveAsync(string sessionId, string agentId, CancellationToken cancellationToken = default);

    /// <summary>One agent goes, another comes, and the reason stays in the log.</summary>
    Task<SessionView> HandOverAsync(string sessionId, HandOver request, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    Task<SessionCheckpoint> CheckpointAsync(string sessionId, MakeCheckpoint request, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>One page of a session's checkpoints, newest first.</summary>
    Task<Page<SessionCheckpoint>> GetCheckpointsAsync(string sessionId, int limit = Paging.DefaultLimit, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>The evidence put aside with a checkpoint: the session and its newest events as they were. <c>CHECKPOINT_NOT_FOUND</c> if there is none.</summary>
    Task<FailureSnapshot> GetFailureSnapshotAsync(string sessionId, string checkpointId, CancellationToken cancellationToken = default);

    /// <summary>The newest five checkpoints, of any session, that cover an entity.</summary>
    Task<ImmutableArray<Anchor>> GetAnchorsAsync(string entityId, CancellationToken cancellationToken = default);

    /// <summary>Starts a new session with this one's state and log up to a seq.</summary>
    Task<SessionView> ForkAsync(string sessionId, ForkSession request, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>One page of the significant changes, oldest first; of one entity, or of all.</summary>
    Task<Page<Transition>> GetTransitionsAsync(
        string sessionId, string? entityId = null, int limit = Paging.DefaultLimit, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>One agent's share of a session.</summary>
    Task<Isolation> IsolateAsync(string sessionId, string agentId, CancellationToken cancellationToken = default);

    /// <summary>What an agent should know before it joins.</summary>
    Task<HandoffContext> GetHandoffContextAsync(string sessionId, string agentId, CancellationToken cancellationToken = default);

    Task<SessionStats> GetStatsAsync(CancellationToken cancellationToken = default);

    /// <summary>The sessions that touched any of 1–100 entities, taken together.</summary>
    Task<SessionAggregates> AggregateAsync(ImmutableArray<string> entityIds, CancellationToken cancellationToken = default);
}
