using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>A change to code, as <see cref="SessionRecorder.RecordCodeChangeAsync"/> takes it.</summary>
public sealed record CodeChange
{
    public required ImmutableArray<string> EntityIds { get; init; }
    public required Operation Operation { get; init; }
    public long? AffectedLines { get; init; }

    /// <summary>Null = none is claimed, unless <see cref="PerfDelta"/> is; then low.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Change in performance in percent; negative is slower. 0 claims nothing.</summary>
    public double? PerfDelta { get; init; }
}

/// <summary>The outcome of a test run, as <see cref="SessionRecorder.RecordTestResultAsync"/> takes it.</summary>
public sealed record TestResult
{
    /// <summary>What was tested.</summary>
    public required ImmutableArray<string> EntityIds { get; init; }

    public required bool Passed { get; init; }

    /// <summary>The tests; recorded as failed ones if the run did not pass.</summary>
    public ImmutableArray<string>? TestIds { get; init; }

    public double? PerfDelta { get; init; }

    /// <summary>From 0 (a guess) to 1 (certain). Default 0.95.</summary>
    public double Confidence { get; init; } = 0.95;
}

/// <summary>A session, its significant changes (the first 500), and one agent's share if an agent was named.</summary>
public sealed record SessionAnalysis(SessionView Session, Page<Transition> Transitions, Isolation? Isolation);

/// <summary>Whether sessions can be used right now.</summary>
/// <param name="Latency">How long the question took to be answered, or to fail.</param>
/// <param name="Stats">Null if not healthy.</param>
/// <param name="Problem">What is wrong, in a sentence; null if nothing.</param>
public sealed record SessionHealth(bool Healthy, TimeSpan Latency, SessionStats? Stats, string? Problem);

/// <summary>What an agent does all day, in one call each, with the usual events already put together. A thin layer on <see cref="ISessionClient"/>, which has the rest.</summary>
public sealed class SessionRecorder(ISessionClient sessions, TimeProvider clock)
{
    /// <summary>Starts a session and answers its id. With entities, its first event is a <c>start</c> that names them.</summary>
    /// <param name="ttlSeconds">0 = never expires; null = the server's default.</param>
    public async Task<string> StartAsync(
        string agentId, ImmutableArray<string> entityIds = default, JsonText? metadata = null, long? ttlSeconds = null, CancellationToken cancellationToken = default)
    {
        var request = new CreateSession { AgentId = agentId, InitialEntityIds = entityIds.IsDefault ? [] : entityIds, Metadata = metadata, TtlSeconds = ttlSeconds };
        return (await sessions.CreateAsync(request, cancellationToken: cancellationToken).ConfigureAwait(false)).SessionId;
    }

    /// <summary>Records a <c>modified</c> event and answers its seq.</summary>
    public Task<long> RecordCodeChangeAsync(string sessionId, string agentId, CodeChange change, CancellationToken cancellationToken = default) => AppendAsync(sessionId, new()
    {
        Type = EventType.Modified,
        Actor = agentId,
        ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = change.EntityIds, Operation = change.Operation, AffectedLines = change.AffectedLines },
        Impact = change.Severity is not null || change.PerfDelta is not (null or 0) ? new() { Severity = change.Severity ?? Severity.Low, PerfDelta = change.PerfDelta } : null,
    }, cancellationToken);

    /// <summary>Records a <c>test_pass</c>, or a <c>broke</c> with high impact that moves the session to broken, and answers its seq.</summary>
    public Task<long> RecordTestResultAsync(string sessionId, string agentId, TestResult result, CancellationToken cancellationToken = default) => AppendAsync(sessionId, new()
    {
        Type = result.Passed ? EventType.TestPass : EventType.Broke,
        Actor = agentId,
        ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = result.EntityIds, Operation = Operation.Modified },
        StateTransition = new()
        {
            From = WorkState.Working,
            To = result.Passed ? WorkState.Working : WorkState.Broken,
            VerifiedBy = VerifiedBy.Test,
            Confidence = result.Confidence,
        },
        Impact = new()
        {
            Severity = result.Passed ? Severity.Low : Severity.High,
            TestsFailed = result.Passed ? null : result.TestIds,
            PerfDelta = result.PerfDelta,
        },
    }, cancellationToken);

    /// <summary>Brings another agent into a session and answers what it should know.</summary>
    public Task<HandoffContext> EnableCollaborationAsync(string sessionId, string joiningAgentId, CancellationToken cancellationToken = default) =>
        sessions.JoinAsync(sessionId, joiningAgentId, cancellationToken);

    /// <summary>How a session stands and what in it deserves attention.</summary>
    /// <param name="entityId">Only the changes of this entity.</param>
    /// <param name="agentId">Also this agent's share.</param>
    public async Task<SessionAnalysis> AnalyzeAsync(string sessionId, string? entityId = null, string? agentId = null, CancellationToken cancellationToken = default)
    {
        var session = sessions.GetAsync(sessionId, cancellationToken: cancellationToken);
        var transitions = sessions.GetTransitionsAsync(sessionId, entityId, Paging.MaxLimit, cancellationToken: cancellationToken);
        var isolation = agentId is null ? Task.FromResult<Isolation?>(null) : Nullable(sessions.IsolateAsync(sessionId, agentId, cancellationToken));
        await Task.WhenAll(session, transitions, isolation).ConfigureAwait(false);
        return new(await session.ConfigureAwait(false), await transitions.ConfigureAwait(false), await isolation.ConfigureAwait(false));

        static async Task<Isolation?> Nullable(Task<Isolation> task) => await task.ConfigureAwait(false);
    }

    /// <summary>Makes a checkpoint and answers its id.</summary>
    /// <param name="graceTtlSeconds">Seconds that the session lives on if nothing else happens; null = the server's default.</param>
    public async Task<string> CheckpointAsync(string sessionId, long? graceTtlSeconds = null, bool includeFailureSnapshot = false, CancellationToken cancellationToken = default)
    {
        var request = new MakeCheckpoint { GraceTtlSeconds = graceTtlSeconds, IncludeFailureSnapshot = includeFailureSnapshot };
        return (await sessions.CheckpointAsync(sessionId, request, cancellationToken: cancellationToken).ConfigureAwait(false)).CheckpointId;
    }

    /// <summary>What the sessions that touched some entities (1–100) did to them.</summary>
    public Task<SessionAggregates> GetImpactAsync(ImmutableArray<string> entityIds, CancellationToken cancellationToken = default) => sessions.AggregateAsync(entityIds, cancellationToken);

    /// <summary>Asks for the figures and measures the answer. Does not throw for a server that refuses or is away: that is the result.</summary>
    public async Task<SessionHealth> GetHealthAsync(CancellationToken cancellationToken = default)
    {
        var started = clock.GetTimestamp();
        try
        {
            var stats = await sessions.GetStatsAsync(cancellationToken).ConfigureAwait(false);
            return new(true, clock.GetElapsedTime(started), stats, null);
        }
        catch (Exception e) when (e is MementoException or ServerUnreachableException)
        {
            return new(false, clock.GetElapsedTime(started), null, e.Message);
        }
    }

    private async Task<long> AppendAsync(string sessionId, NewEvent happened, CancellationToken cancellationToken) =>
        (await sessions.AppendAsync(sessionId, [happened], cancellationToken: cancellationToken).ConfigureAwait(false)).LastSeq;
}
