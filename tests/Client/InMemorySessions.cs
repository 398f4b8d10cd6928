using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Memento.Sessions;

namespace Memento.Tests.Client;

/// <summary>Sessions by the real rules, without a server: what a client's users can be tested against in milliseconds.</summary>
internal sealed class InMemorySessions(TimeProvider clock) : ISessionClient
{
    private readonly ConcurrentDictionary<string, Held> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Body, object Answer)> _answered = new(StringComparer.Ordinal);
    private int _calls;

    /// <summary>Called before each write; may throw, as a lost connection does.</summary>
    public Action<string> BeforeWrite { get; set; } = _ => { };

    /// <summary>Called after each write, when it has happened but its answer may still get lost.</summary>
    public Action<string> AfterWrite { get; set; } = _ => { };

    public string Workspace => "test";

    public int Calls => Volatile.Read(ref _calls);

    public IReadOnlyDictionary<string, ImmutableArray<SessionEvent>> Logs => _sessions.Where(x => x.Value.State.Exists).ToDictionary(x => x.Key, x => x.Value.Log);

    public SessionView View(string id) => SessionView.Of(Find(id).State, clock.GetUtcNow());

    public Task<SessionView> CreateAsync(CreateSession request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var id = request.SessionId ?? $"sess-{Guid.CreateVersion7()}";
        return WriteAsync(id, idempotencyKey, JsonSerializer.Serialize(request, MementoJson.Default.CreateSession), held =>
        {
            held.Do(new SessionCommand.Create(id, request.AgentId, request.TtlSeconds, request.Metadata, request.InitialEntityIds), clock.GetUtcNow());
            return SessionView.Of(held.State, clock.GetUtcNow());
        });
    }

    public Task<SessionView> GetAsync(string sessionId, int newestEvents, CancellationToken cancellationToken) => ReadAsync(() =>
        View(sessionId) with { Events = newestEvents > 0 ? [.. Find(sessionId).Log.TakeLast(newestEvents)] : null });

    public Task<Page<SessionView>> ListAsync(SessionQuery query, CancellationToken cancellationToken) => ReadAsync(() =>
    {
        var after = query.Cursor ?? "";
        var items = _sessions.Where(x => x.Value.State is { Exists: true, End: not SessionEnd.Deleted } && string.CompareOrdinal(x.Key, after) > 0)
            .OrderBy(x => x.Key, StringComparer.Ordinal).Take(query.Limit + 1).Select(x => SessionView.Of(x.Value.State, clock.GetUtcNow())).ToArray();
        return new Page<SessionView> { Items = [.. items.Take(query.Limit)], NextCursor = items.Length > query.Limit ? items[query.Limit - 1].SessionId : null };
    });

    public Task DeleteAsync(string sessionId, CancellationToken cancellationToken) => WriteAsync(sessionId, null, "", held =>
    {
        held.Do(new SessionCommand.Delete(), clock.GetUtcNow());
        return true;
    });

    public Task<SeqRange> AppendAsync(string sessionId, ImmutableArray<NewEvent> events, string? idempotencyKey, CancellationToken cancellationToken) =>
        WriteAsync(sessionId, idempotencyKey, JsonSerializer.Serialize(events, MementoJson.Default.ImmutableArrayNewEvent), held =>
        {
            var first = held.State.LastSeq + 1;
            held.Do(new SessionCommand.Append(events), clock.GetUtcNow());
            return new SeqRange(first, held.State.LastSeq);
        });

    public Task<Page<SessionEvent>> GetEventsAsync(string sessionId, EventQuery query, CancellationToken cancellationToken) => ReadAsync(() =>
    {
        var from = query.Cursor is { } cursor ? long.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture) : query.From ?? 1;
        var items = Find(sessionId).Log.Where(e => e.Seq >= from).Take(query.Limit + 1).ToArray();
        return new Page<SessionEvent> { Items = [.. items.Take(query.Limit)], NextCursor = items.Length > query.Limit ? items[^1].Seq.ToString(System.Globalization.CultureInfo.InvariantCulture) : null };
    });

    public Task<HandoffContext> JoinAsync(string sessionId, string agentId, CancellationToken cancellationToken) => WriteAsync(sessionId, null, "", held =>
    {
        held.Do(new SessionCommand.Join(agentId), clock.GetUtcNow());
        return new HandoffContext { SessionId = sessionId, RecentChanges = [.. held.Log.TakeLast(10)], KgContext = [], JoiningAdvice = "none" };
    });

    public Task<SessionCheckpoint> CheckpointAsync(string sessionId, MakeCheckpoint request, string? idempotencyKey, CancellationToken cancellationToken) =>
        WriteAsync(sessionId, idempotencyKey, "", held =>
        {
            held.Do(new SessionCommand.Checkpoint(request.GraceTtlSeconds), clock.GetUtcNow());
            return held.State.CurrentCheckpoint!;
        });

    public Task<SessionStats> GetStatsAsync(CancellationToken cancellationToken) => ReadAsync(() => new SessionStats
    {
        ActiveSessions = _sessions.Count,
        TotalSessions = _sessions.Count,
        TotalEvents = _sessions.Values.Sum(s => s.Log.Length),
        AverageEventsPerSession = 0,
        CheckpointsCreated = 0,
        FailureSnapshots = 0,
        AgentsActive = 0,
        StorageBytes = 0,
    });

    public Task<Page<Transition>> GetTransitionsAsync(string sessionId, string? entityId, int limit, string? cursor, CancellationToken cancellationToken) => ReadAsync(() => new Page<Transition>
    {
        Items = [.. Find(sessionId).Log.Where(e => e.StateTransition?.To is WorkState.Broken)
            .Select(e => new Transition { FromSeq = e.Seq - 1, ToSeq = e.Seq, ChangeInfo = e.ChangeInfo, Impact = e.Impact })],
    });

    public Task<FailureSnapshot> GetFailureSnapshotAsync(string sessionId, string checkpointId, CancellationToken cancellationToken) => throw Unused();

    public Task<ImmutableArray<Anchor>> GetAnchorsAsync(string entityId, CancellationToken cancellationToken) => throw Unused();

    public Task<Isolation> IsolateAsync(string sessionId, string agentId, CancellationToken cancellationToken) => ReadAsync(() =>
    {
        var own = Find(sessionId).Log.Where(e => e.Actor == agentId).ToImmutableArray();
        return new Isolation { AgentId = agentId, EventCount = own.Length, Events = own, Impacts = [], TotalPerfDelta = 0 };
    });

    public Task<SessionView> GetAtAsync(string sessionId, long seq, CancellationToken cancellationToken) => throw Unused();

    public IAsyncEnumerable<SessionEvent> WatchAsync(string sessionId, long fromSeq, CancellationToken cancellationToken) => throw Unused();

    public Task<SessionView> LeaveAsync(string sessionId, string agentId, CancellationToken cancellationToken) => throw Unused();

    public Task<SessionView> HandOverAsync(string sessionId, HandOver request, string? idempotencyKey, CancellationToken cancellationToken) => throw Unused();

    public Task<Page<SessionCheckpoint>> GetCheckpointsAsync(string sessionId, int limit, string? cursor, CancellationToken cancellationToken) => throw Unused();

    public Task<SessionView> ForkAsync(string sessionId, ForkSession request, string? idempotencyKey, CancellationToken cancellationToken) => throw Unused();

    public Task<HandoffContext> GetHandoffContextAsync(string sessionId, string agentId, CancellationToken cancellationToken) => throw Unused();

    public Task<SessionAggregates> AggregateAsync(ImmutableArray<string> entityIds, CancellationToken cancellationToken) => throw Unused();

    private static NotSupportedException Unused([CallerMemberName] string call = "") => new($"No test needs {call} without a server.");

    private Held Find(string id) => _sessions.TryGetValue(id, out var held) && held.State is { Exists: true, End: not SessionEnd.Deleted }
        ? held
        : throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.SessionNotFound, $"There is no session \"{id}\"."));

    private Task<T> ReadAsync<T>(Func<T> read)
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(read());
    }

    private async Task<T> WriteAsync<T>(string id, string? key, string body, Func<Held, T> write) where T : notnull
    {
        await Task.Yield();
        Interlocked.Increment(ref _calls);
        BeforeWrite(id);
        var held = _sessions.GetOrAdd(id, name => new Held { State = SessionState.Empty with { SessionId = name } });
        T answer;
        lock (held)
        {
            if (key is not null && _answered.TryGetValue(key, out var before))
            {
                if (before.Body != body) throw new MementoException(Refusal.Of(RefusalKind.Conflict, Codes.IdempotencyKeyReused, "The key came with another body before."));
                return (T)before.Answer;
            }

            answer = write(held);
            if (key is not null) _answered[key] = (body, answer);
        }

        AfterWrite(id);
        return answer;
    }

    private sealed class Held
    {
        public required SessionState State { get; set; }

        public ImmutableArray<SessionEvent> Log { get; private set; } = [];

        public void Do(SessionCommand command, DateTimeOffset now)
        {
            var (facts, refusal) = Session.Decide(State, command, new(), now);
            if (refusal is not null) throw new MementoException(refusal);
            foreach (var fact in facts)
            {
                State = Session.Apply(State, fact);
                if (fact is SessionFact.Recorded(var happened)) Log = Log.Add(happened);
            }
        }
    }
}
