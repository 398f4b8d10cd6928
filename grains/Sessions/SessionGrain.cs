using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Sessions;

/// <summary>
/// The shell of a session: load, ask <see cref="Session"/>, append, tell. Reading is in the other half of this class.
/// It is reentrant for one reason: many appends of one session may wait for the group commit at the same time. Deciding and queueing happen between two awaits, so they cannot interleave.
/// </summary>
[GrainType("memento.session"), Reentrant]
internal sealed partial class SessionGrain(
    IJournal journal, IBlobStore blobs, ISessionIndex index, IOptions<SessionOptions> options, SessionLimits limits, IOptions<StorageOptions> storage, TimeProvider clock, ILogger<SessionGrain> log)
    : Grain, ISessionGrain, IForkedSession
{
    private const int MaxAttempts = 5;

    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly LiveTail _live = new();
    private GrainKey _key;
    private Journaled<SessionState, SessionFact> _session = null!;
    private SessionRows? _rows;
    private Task _reloading = Task.CompletedTask;
    private IGrainTimer? _leaving;
    private bool _asked;

    public static string StreamOf(GrainKey key) => $"session/{key}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = GrainKey.Parse(this.GetPrimaryKeyString());
        Names.Check("workspace", _key.Workspace);
        Names.Check("sessionId", _key.Id);
        _session = new(journal, new SessionMachine(_key.Id), StreamOf(_key), storage.Value.Journal.SnapshotInterval);
        await _session.LoadAsync(cancellationToken);
    }

    public async Task<SessionView> CreateAsync(CreateSession request, string? idempotencyKey)
    {
        if (request.SessionId is { } id && id != _key.Id) throw new MementoException(Refusal.Invalid("sessionId", $"is \"{id}\", but the session that was called is \"{_key.Id}\""));
        return await ChangeAsync(
            new SessionCommand.Create(_key.Id, request.AgentId, request.TtlSeconds, request.Metadata, request.InitialEntityIds),
            KeyedRequest.For($"sessions:{_key.Workspace}", idempotencyKey, "create", request, MementoJson.Default.CreateSession));
    }

    public Task<SessionView> CreateForkAsync(SessionState parent, long parentStreamId, string agentId, KeyedRequest? key) =>
        ChangeAsync(new SessionCommand.Create(_key.Id, agentId, Fork: parent), key, parentStreamId);

    public Task<SeqRange> AppendAsync(ImmutableArray<NewEvent> events, string? idempotencyKey)
    {
        if (events.IsDefault) events = [];
        return ExecuteAsync(
            new SessionCommand.Append(events), (state, facts) => new SeqRange(state.LastSeq - facts.Length + 1, state.LastSeq), MementoJson.Default.SeqRange,
            idempotencyKey is null ? null : KeyedRequest.For(Scope, idempotencyKey, "append", events, MementoJson.Default.ImmutableArrayNewEvent));   // the one call that must not make a scope in vain
    }

    public async Task<HandoffContext> JoinAsync(string agentId, string? idempotencyKey)
    {
        await ChangeAsync(new SessionCommand.Join(agentId), KeyedRequest.For(Scope, idempotencyKey, "join", new AgentName(agentId), MementoJson.Default.AgentName));
        return await GetHandoffContextAsync(agentId);
    }

    public Task<SessionView> LeaveAsync(string agentId, string? idempotencyKey) => ChangeAsync(
        new SessionCommand.Leave(agentId), KeyedRequest.For(Scope, idempotencyKey, "leave", new AgentName(agentId), MementoJson.Default.AgentName));

    public async Task<SessionView> HandOverAsync(HandOver request, string? idempotencyKey)
    {
        var view = await ChangeAsync(
            new SessionCommand.HandOver(request.FromAgent, request.ToAgent, request.Reason, request.Context, request.Priority),
            KeyedRequest.For(Scope, idempotencyKey, "handoff", request, MementoJson.Default.HandOver));
        await GrainFactory.GetGrain<Tasks.IAgentTaker>(new GrainKey(_key.Workspace, request.FromAgent).ToString()).HandOverAsync(_key.Id, request.ToAgent);
        return view;
    }

    public async Task<SessionCheckpoint> CheckpointAsync(MakeCheckpoint request, string? idempotencyKey)
    {
        var checkpoint = await ExecuteAsync(
            new SessionCommand.Checkpoint(request.GraceTtlSeconds), (state, _) => state.CurrentCheckpoint!, MementoJson.Default.SessionCheckpoint,
            KeyedRequest.For(Scope, idempotencyKey, "checkpoint", request, MementoJson.Default.MakeCheckpoint));
        if (request.IncludeFailureSnapshot || (options.Value.FailureSnapshots && checkpoint.Outcome is Outcome.Broken)) await CaptureFailureAsync(checkpoint);
        return checkpoint;
    }

    public async Task<SessionView> ForkAsync(ForkSession request, string? idempotencyKey)
    {
        var key = KeyedRequest.For(Scope, idempotencyKey, "fork", request, MementoJson.Default.ForkSession);
        if (key is not null && await key.FindAnswerAsync(journal, MementoJson.Default.SessionView) is { } answer) return answer;   // even if this session is over by now
        return await ForkAsync(await OpenAsync(), request, key);
    }

    public async Task<SessionView> ForkEndedAsync(ForkSession request, KeyedRequest? key)
    {
        if (key is not null && await key.FindAnswerAsync(journal, MementoJson.Default.SessionView) is { } answer) return answer;
        await EnsureLoadedAsync();
        var state = _session.Committed;
        if (!state.Exists) throw new MementoException(Session.Closed(state, Now)!);
        if ((await journal.ReadAsync(_session.StreamId, 1, 1, 1)).Count == 0)
            throw new MementoException(Refusal.Of(RefusalKind.Gone, Codes.SessionExpired, $"The log of session \"{_key.Id}\" is gone: it was over for longer than Memento:Sessions keeps it."));
        return await ForkAsync(state with { End = SessionEnd.None }, request, key);
    }

    private async Task<SessionView> ForkAsync(SessionState state, ForkSession request, KeyedRequest? key)
    {
        if (request.SessionId is { } id) Names.Check("sessionId", id);
        var (at, streamId) = await StateAtAsync(state, request.AtSeq, "atSeq");
        var child = new GrainKey(_key.Workspace, request.SessionId ?? $"sess-{Guid.CreateVersion7(Now)}");
        return await GrainFactory.GetGrain<IForkedSession>(child.ToString()).CreateForkAsync(at, streamId, request.AgentId, key);
    }

    public async Task DeleteAsync()
    {
        await ExecuteAsync(new SessionCommand.Delete(), (_, _) => 0);
        LeaveSoon();
    }

    public async Task<bool> ExpireIfDueAsync()
    {
        await EnsureLoadedAsync();
        if (Session.Closed(_session.Tentative, Now) is { Kind: RefusalKind.NotFound }) return true;
        var ended = await ExecuteAsync(new SessionCommand.Expire(), (state, _) => state.End is not SessionEnd.None);
        if (ended) LeaveSoon();
        return ended;
    }

    private string Scope => $"session:{_key}";

    private DateTimeOffset Now => clock.Now();

    private SessionRows Rows => _rows ??= new SessionRows(_key.Workspace, _session.StreamId);

    private SessionView View(SessionState state) => SessionView.Of(state, Now);

    private Task<SessionView> ChangeAsync(SessionCommand command, KeyedRequest? key, long? parentStreamId = null) =>
        ExecuteAsync(command, (state, _) => View(state), MementoJson.Default.SessionView, key, parentStreamId: parentStreamId);

    /// <summary>Decides, appends and answers. What another writer, or a failure of an append in front, made void is decided anew on the state as it is then; callers do not notice.</summary>
    private async Task<T> ExecuteAsync<T>(
        SessionCommand command, Func<SessionState, ImmutableArray<SessionFact>, T> answer, JsonTypeInfo<T>? json = null, KeyedRequest? key = null, IReadOnlyList<NewBlob>? newBlobs = null, long? parentStreamId = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            await EnsureLoadedAsync();
            if (key is not null && await key.FindAnswerAsync(journal, json!) is { } known) return known;
            if (command is SessionCommand.Create) await _session.ReserveAsync();

            var before = _session.Tentative;
            var (facts, refusal) = Session.Decide(before, command, limits, Now);
            try
            {
                // What was decided rests on appends that are under way: they must be stored before anybody hears of them. A bad value is bad whatever they become.
                if (facts.IsEmpty && refusal?.Code is not Codes.ValidationFailed) await _session.SettleAsync();
                if (refusal is not null && key is not null && await key.FindAnswerAsync(journal, json!) is { } meanwhile) return meanwhile;   // refused because it is done already
                if (refusal is not null) throw Refused(refusal);
                if (facts.IsEmpty) return answer(before, facts);

                var after = before;
                foreach (var fact in facts) after = Session.Apply(after, fact);
                var result = answer(after, facts);
                var appended = _session.Append(facts, after, Rows.Follow(before, after, facts, parentStreamId), key?.Answer(result, json!), newBlobs, snapshot: after.End is not SessionEnd.None);
                await appended.Durable;
                _session.Commit(appended);
                if (_leaving is not null && command is SessionCommand.Create) Stay();
                _live.Publish(facts);
                if (options.Value.FailureSnapshots) await CaptureFailuresAsync(facts);
                return result;
            }
            catch (MementoException e) when (attempt < MaxAttempts && e.Code is Codes.StaleWriter or Codes.IdempotencyKeyReused)
            {
                LogStale(log, _key, attempt);
                DeactivateOnIdle();   // if another activation is the rightful one, the next call finds it
            }
            catch when (refusal is null)
            {
                _rows = null;        // what it takes for written may not be
                _live.Publish([]);   // and what nobody was told may be there
                throw;
            }
        }
    }

    private MementoException Refused(Refusal refusal)
    {
        if (refusal.Kind is RefusalKind.NotFound) LeaveSoon();   // nobody gets to fill memory with names that do not exist
        return new MementoException(refusal);
    }

    /// <summary>Leaves memory when nobody has asked for a moment. Leaving at once would send calls that are on their way back and forth until they fail.</summary>
    private void LeaveSoon()
    {
        _asked = true;
        _leaving ??= this.RegisterGrainTimer(
            _ =>
            {
                if (!_asked) DeactivateOnIdle();
                _asked = false;
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(Linger, Linger) { Interleave = true });
    }

    /// <summary>It exists after all.</summary>
    private void Stay()
    {
        _leaving?.Dispose();
        _leaving = null;
    }

    /// <summary>Reads the truth again if an append failed; all calls wait for the same reading.</summary>
    private ValueTask EnsureLoadedAsync()
    {
        if (_session.IsBroken && _reloading.IsCompleted) _reloading = ReloadAsync();
        return _reloading.IsCompletedSuccessfully ? default : new(_reloading);
    }

    private async Task ReloadAsync()
    {
        await _session.LoadAsync();
        _rows = null;
        _live.Publish([]);   // there may be more than watchers were told
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session}: an append was void, attempt {Attempt}; the state is read again")]
    private static partial void LogStale(ILogger log, GrainKey session, int attempt);
}
