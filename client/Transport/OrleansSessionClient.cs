using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Memento.Sessions;

namespace Memento.Transport;

/// <summary>Sessions through their grains.</summary>
internal sealed class OrleansSessionClient(IGrainFactory grains, MementoClientOptions options, RetryPolicy retries, TimeProvider clock, string workspace) : ISessionClient
{
    public string Workspace => workspace;

    public Task<SessionView> CreateAsync(CreateSession request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var id = request.SessionId ?? $"sess-{Guid.CreateVersion7(clock.GetUtcNow())}";
        var key = KeyOr(idempotencyKey);
        return CallAsync(id, session => session.CreateAsync(request, key), cancellationToken);
    }

    public Task<SessionView> GetAsync(string sessionId, int newestEvents, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetAsync(newestEvents), cancellationToken);

    public Task<SessionView> GetAtAsync(string sessionId, long seq, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetAtAsync(seq), cancellationToken);

    public Task<Page<SessionView>> ListAsync(SessionQuery query, CancellationToken cancellationToken) => AskAsync(queries => queries.ListAsync(query), cancellationToken);

    public Task DeleteAsync(string sessionId, CancellationToken cancellationToken)
    {
        var attempts = 0;
        return CallAsync(sessionId, async session =>
        {
            attempts++;
            try
            {
                await session.DeleteAsync().ConfigureAwait(false);
            }
            catch (MementoException e) when (attempts > 1 && e.Refusal.Kind is RefusalKind.NotFound)
            {
                // An attempt before this one, whose answer was lost, has done it.
            }

            return true;
        }, cancellationToken);
    }

    public Task<SeqRange> AppendAsync(string sessionId, ImmutableArray<NewEvent> events, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = KeyOr(idempotencyKey);
        return CallAsync(sessionId, session => session.AppendAsync(events, key), cancellationToken);
    }

    public Task<Page<SessionEvent>> GetEventsAsync(string sessionId, EventQuery query, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetEventsAsync(query), cancellationToken);

    public IAsyncEnumerable<SessionEvent> WatchAsync(string sessionId, long fromSeq, CancellationToken cancellationToken) =>
        new SessionWatch(retries, options.WatchPatience, clock).RunAsync(
            fromSeq,
            (from, ct) => StreamAsync(sessionId, from, ct),
            async ct => !(await GetAsync(sessionId, 0, ct).ConfigureAwait(false)).Active,
            cancellationToken);

    public Task<HandoffContext> JoinAsync(string sessionId, string agentId, CancellationToken cancellationToken)
    {
        var key = KeyOr(null);   // one for all attempts
        return CallAsync(sessionId, session => session.JoinAsync(agentId, key), cancellationToken);
    }

    public Task<SessionView> LeaveAsync(string sessionId, string agentId, CancellationToken cancellationToken)
    {
        var key = KeyOr(null);
        return CallAsync(sessionId, session => session.LeaveAsync(agentId, key), cancellationToken);
    }

    public Task<SessionView> HandOverAsync(string sessionId, HandOver request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = KeyOr(idempotencyKey);
        return CallAsync(sessionId, session => session.HandOverAsync(request, key), cancellationToken);
    }

    public Task<SessionCheckpoint> CheckpointAsync(string sessionId, MakeCheckpoint request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = KeyOr(idempotencyKey);
        return CallAsync(sessionId, session => session.CheckpointAsync(request, key), cancellationToken);
    }

    public Task<Page<SessionCheckpoint>> GetCheckpointsAsync(string sessionId, int limit, string? cursor, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetCheckpointsAsync(limit, cursor), cancellationToken);

    public Task<FailureSnapshot> GetFailureSnapshotAsync(string sessionId, string checkpointId, CancellationToken cancellationToken) =>
        CallAsync(sessionId, session => session.GetFailureSnapshotAsync(checkpointId), cancellationToken);

    public Task<ImmutableArray<Anchor>> GetAnchorsAsync(string entityId, CancellationToken cancellationToken) => AskAsync(queries => queries.GetAnchorsAsync(entityId), cancellationToken);

    public Task<SessionView> ForkAsync(string sessionId, ForkSession request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = KeyOr(idempotencyKey);
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
        Names.Check("sessionId", sessionId);
        return TryAsync(() => call(grains.GetGrain<ISessionGrain>(new GrainKey(workspace, sessionId).ToString())), cancellationToken);
    }

    private Task<T> AskAsync<T>(Func<ISessionQueryGrain, Task<T>> ask, CancellationToken cancellationToken) =>
        TryAsync(() => ask(grains.GetGrain<ISessionQueryGrain>(workspace)), cancellationToken);

    private Task<T> TryAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken) => retries.RunAsync(async (_, ct) =>
    {
        try
        {
            return await call().WaitAsync(options.RequestTimeout, clock, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (Transient(e) is { } transient)
        {
            throw transient;
        }
    }, cancellationToken);

    private async IAsyncEnumerable<SessionEvent> StreamAsync(string sessionId, long fromSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var session = grains.GetGrain<ISessionGrain>(new GrainKey(workspace, sessionId).ToString());
        await using var events = session.WatchAsync(fromSeq, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false).GetAsyncEnumerator();
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync()) yield break;
            }
            catch (EnumerationAbortedException e)
            {
                throw new TransientException(Unreachable(e));   // The activation moved or its silo died; the next one goes on from the journal.
            }
            catch (Exception e) when (Transient(e) is { } transient)
            {
                throw transient;
            }

            yield return events.Current;
        }
    }

    private string KeyOr(string? idempotencyKey) => idempotencyKey ?? Guid.CreateVersion7(clock.GetUtcNow()).ToString();

    private static TransientException? Transient(Exception e) => e switch
    {
        MementoException { Refusal.Kind: RefusalKind.Overloaded or RefusalKind.Unavailable } => new(e),
        OrleansException or TimeoutException => new(Unreachable(e)),
        _ => null,
    };

    private static ServerUnreachableException Unreachable(Exception e) => new($"No answer from the cluster: {e.Message}", e);
}
