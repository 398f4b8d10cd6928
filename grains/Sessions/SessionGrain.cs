using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Sessions;

/// <summary>
/// The shell of a session: turns calls into commands, which an <see cref="Executor{TState,TEvent,TCommand}"/> runs. The other half of this
/// class answers questions. The grain is reentrant for one reason: several appends of one session may be in flight.
/// </summary>
[GrainType("memento.session"), Reentrant]
internal sealed partial class SessionGrain(
    IJournal journal, IBlobStore blobs, ISessionIndex index, IOptions<SessionOptions> options, SessionLimits limits, IOptions<StorageOptions> storage, TimeProvider clock, ILogger<SessionGrain> log)
    : Grain, ISessionGrain, IForkedSession
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly LiveTail _live = new();
    private GrainKey _key;
    private Executor<SessionState, SessionFact, SessionChange> _session = null!;
    private IGrainTimer? _leaving;
    private bool _asked;

    public static string StreamOf(GrainKey key) => $"session/{key}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = GrainKey.Parse(this.GetPrimaryKeyString());
        Names.Check("workspace", _key.Workspace);
        Names.Check("sessionId", _key.Id);
        _session = new(journal, new SessionAggregate(_key, limits, clock, _live, this), storage.Value.Journal.SnapshotInterval, log);
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
            new SessionCommand.Append(events), c => new SeqRange(c.After.LastSeq - c.Events.Length + 1, c.After.LastSeq), MementoJson.Default.SeqRange,
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
            new SessionCommand.Checkpoint(request.GraceTtlSeconds), c => c.After.CurrentCheckpoint!, MementoJson.Default.SessionCheckpoint,
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
        var state = await _session.ReadAsync();
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
        await ExecuteAsync(new SessionCommand.Delete(), _ => 0);
        LeaveSoon();
    }

    public async Task<bool> ExpireIfDueAsync()
    {
        await _session.LoadAsync();
        if (Session.Closed(_session.Stream.Tentative, Now) is { Kind: RefusalKind.NotFound }) return true;
        var ended = await ExecuteAsync(new SessionCommand.Expire(), c => c.After.End is not SessionEnd.None);
        if (ended) LeaveSoon();
        return ended;
    }

    private string Scope => $"session:{_key}";

    private DateTimeOffset Now => clock.Now();

    private SessionView View(SessionState state) => SessionView.Of(state, Now);

    private Task<SessionView> ChangeAsync(SessionCommand command, KeyedRequest? key, long? parentStreamId = null) =>
        _session.ExecuteAsync(new(command, parentStreamId), c => View(c.After), key, MementoJson.Default.SessionView);

    private Task<T> ExecuteAsync<T>(
        SessionCommand command, Func<Change<SessionState, SessionFact, SessionChange>, T> answer, JsonTypeInfo<T>? json = null, KeyedRequest? key = null) =>
        _session.ExecuteAsync(new(command), answer, key, json);

    internal ValueTask OnCommittedAsync(SessionCommand command, ImmutableArray<SessionFact> facts)
    {
        if (_leaving is not null && command is SessionCommand.Create) Stay();
        return options.Value.FailureSnapshots ? new(CaptureFailuresAsync(facts)) : default;
    }

    /// <summary>Keeps names that do not exist from filling memory.</summary>
    internal void OnRefused(Refusal refusal)
    {
        if (refusal.Kind is RefusalKind.NotFound) LeaveSoon();
    }

    private MementoException Refused(Refusal refusal)
    {
        OnRefused(refusal);
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
}
