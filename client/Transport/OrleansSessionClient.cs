using System.Collections.Immutable;
using Memento.Sessions;

namespace Memento.Transport;

/// <summary>Sessions through their grains.</summary>
internal sealed class OrleansSessionClient(IGrainFactory grains, MementoClientOptions options, GrainCalls calls, string workspace) : ISessionClient
{
    public string Workspace => workspace;

    public Task<SessionView> CreateAsync(CreateSession request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var id = request.SessionId ?? $"sess-{calls.NewId()}";
        var key = idempotencyKey ?? calls.NewId();
        return CallAsync(id, session => session.CreateAsync(request, key), cancellationToken);
    }

    public Task<SessionView> GetAsync(string sessionId, int newestEvents, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetAsync(newestEvents), cancellationToken);

    public Task<SessionView> GetAtAsync(string sessionId, long seq, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetAtAsync(seq), cancellationToken);

    public Task<Page<SessionView>> ListAsync(SessionQuery query, CancellationToken cancellationToken) => AskAsync(queries => queries.ListAsync(query), cancellationToken);

    public Task DeleteAsync(string sessionId, CancellationToken cancellationToken)
    {
        var session = Grain(sessionId);
        return calls.DeleteAsync(session.DeleteAsync, cancellationToken);
    }

    public Task<SeqRange> AppendAsync(string sessionId, ImmutableArray<NewEvent> events, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey ?? calls.NewId();
        return CallAsync(sessionId, session => session.AppendAsync(events, key), cancellationToken);
    }

    public Task<Page<SessionEvent>> GetEventsAsync(string sessionId, EventQuery query, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetEventsAsync(query), cancellationToken);

    public IAsyncEnumerable<SessionEvent> WatchAsync(string sessionId, long fromSeq, CancellationToken cancellationToken) =>
        new SessionWatch(calls.Retries, options.WatchPatience, calls.Clock).RunAsync(
            fromSeq,
            (from, ct) => GrainCalls.StreamAsync(Grain(sessionId).WatchAsync(from, ct), ct),
            async ct => !(await GetAsync(sessionId, 0, ct).ConfigureAwait(false)).Active,
            cancellationToken);

    public Task<HandoffContext> JoinAsync(string sessionId, string agentId, CancellationToken cancellationToken)
    {
        var key = calls.NewId();   // one for all attempts
        return CallAsync(sessionId, session => session.JoinAsync(agentId, key), cancellationToken);
    }

    public Task<SessionView> LeaveAsync(string sessionId, string agentId, CancellationToken cancellationToken)
    {
        var key = calls.NewId();
        return CallAsync(sessionId, session => session.LeaveAsync(agentId, key), cancellationToken);
    }

    public Task<SessionView> HandOverAsync(string sessionId, HandOver request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey ?? calls.NewId();
        return CallAsync(sessionId, session => session.HandOverAsync(request, key), cancellationToken);
    }

    public Task<SessionCheckpoint> CheckpointAsync(string sessionId, MakeCheckpoint request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey ?? calls.NewId();
        return CallAsync(sessionId, session => session.CheckpointAsync(request, key), cancellationToken);
    }

    public Task<Page<SessionCheckpoint>> GetCheckpointsAsync(string sessionId, int limit, string? cursor, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetCheckpointsAsync(limit, cursor), cancellationToken);

    public Task<FailureSnapshot> GetFailureSnapshotAsync(string sessionId, string checkpointId, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetFailureSnapshotAsync(checkpointId), cancellationToken);

    public Task<ImmutableArray<Anchor>> GetAnchorsAsync(string entityId, CancellationToken cancellationToken) => AskAsync(queries => queries.GetAnchorsAsync(entityId), cancellationToken);

    public Task<SessionView> ForkAsync(string sessionId, ForkSession request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey ?? calls.NewId();
        return CallAsync(sessionId, session => session.ForkAsync(request, key), cancellationToken);
    }

    public Task<Page<Transition>> GetTransitionsAsync(string sessionId, string? entityId, int limit, string? cursor, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetTransitionsAsync(entityId, limit, cursor), cancellationToken);

    public Task<Isolation> IsolateAsync(string sessionId, string agentId, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.IsolateAsync(agentId), cancellationToken);

    public Task<HandoffContext> GetHandoffContextAsync(string sessionId, string agentId, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetHandoffContextAsync(agentId), cancellationToken);

    public Task<SessionStats> GetStatsAsync(CancellationToken cancellationToken) => AskAsync(queries => queries.GetStatsAsync(), cancellationToken);

    public Task<SessionAggregates> AggregateAsync(ImmutableArray<string> entityIds, CancellationToken cancellationToken) =>
        AskAsync(queries => queries.AggregateAsync(entityIds), cancellationToken);

    private Task<T> CallAsync<T>(string sessionId, Func<ISessionGrain, Task<T>> call, CancellationToken cancellationToken)
    {
        var session = Grain(sessionId);
        return calls.TryAsync(_ => call(session), cancellationToken);
    }

    private Task<T> AskAsync<T>(Func<ISessionQueryGrain, Task<T>> ask, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => ask(grains.GetGrain<ISessionQueryGrain>(workspace)), cancellationToken);

    private ISessionGrain Grain(string sessionId) => grains.GetGrain<ISessionGrain>(new GrainKey(workspace, Names.Check("sessionId", sessionId)).ToString());
}
