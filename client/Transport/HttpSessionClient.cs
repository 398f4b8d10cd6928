using System.Collections.Immutable;
using System.Text.Json;
using Memento.Sessions;

namespace Memento.Transport;

/// <summary>Sessions over the HTTP contract.</summary>
internal sealed class HttpSessionClient(HttpTransport http, MementoClientOptions options, string workspace) : ISessionClient
{
    private static readonly MementoJson Json = MementoJson.Default;
    private readonly string _workspace = $"v1/workspaces/{Uri.EscapeDataString(workspace)}";
    private readonly string _sessions = $"v1/workspaces/{Uri.EscapeDataString(workspace)}/sessions";

    public string Workspace => workspace;

    public Task<SessionView> CreateAsync(CreateSession request, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync(_sessions, request, Json.CreateSession, Json.SessionView, idempotencyKey, cancellationToken);

    public Task<SessionView> GetAsync(string sessionId, int newestEvents, CancellationToken cancellationToken) =>
        http.GetAsync(Url(sessionId).Add("events", newestEvents > 0 ? newestEvents : null).ToString(), Json.SessionView, cancellationToken);

    public Task<SessionView> GetAtAsync(string sessionId, long seq, CancellationToken cancellationToken) =>
        http.GetAsync(Url(sessionId, "/state").Add("at", seq).ToString(), Json.SessionView, cancellationToken);

    public Task<Page<SessionView>> ListAsync(SessionQuery query, CancellationToken cancellationToken) => http.GetAsync(
        new UrlBuilder(_sessions)
            .Add("agent", Filter("agent", query.Agent))
            .Add("entity", Filter("entity", query.Entity))
            .Add("state", query.State)
            .Add("outcome", query.Outcome)
            .Add("active", query.ActiveOnly ? "true" : null)
            .Add("since", query.Since)
            .Add("until", query.Until)
            .Add("limit", query.Limit)
            .Add("cursor", query.Cursor)
            .ToString(),
        Json.PageSessionView,
        cancellationToken);

    public Task DeleteAsync(string sessionId, CancellationToken cancellationToken) => http.DeleteAsync(Url(sessionId).ToString(), cancellationToken);

    public Task<SeqRange> AppendAsync(string sessionId, ImmutableArray<NewEvent> events, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync(Url(sessionId, "/events").ToString(), events, Json.ImmutableArrayNewEvent, Json.SeqRange, idempotencyKey, cancellationToken);

    public Task<Page<SessionEvent>> GetEventsAsync(string sessionId, EventQuery query, CancellationToken cancellationToken) => http.GetAsync(
        Url(sessionId, "/events")
            .Add("from", query.From)
            .Add("to", query.To)
            .Add("type", query.Type)
            .Add("actor", Filter("actor", query.Actor))
            .Add<EventOrder>("order", query.Order)
            .Add("limit", query.Limit)
            .Add("cursor", query.Cursor)
            .ToString(),
        Json.PageSessionEvent,
        cancellationToken);

    public IAsyncEnumerable<SessionEvent> WatchAsync(string sessionId, long fromSeq, CancellationToken cancellationToken) =>
        new SessionWatch(http.Retries, options.WatchPatience, http.Clock).RunAsync(
            fromSeq,
            (from, ct) => http.StreamAsync(Url(sessionId, "/events/stream").Add("from", from).ToString(), Parse, ct),
            async ct => !(await GetAsync(sessionId, 0, ct).ConfigureAwait(false)).Active,
            cancellationToken);

    public Task<HandoffContext> JoinAsync(string sessionId, string agentId, CancellationToken cancellationToken) =>
        http.PostAsync(Url(sessionId, "/join").ToString(), new(agentId), MementoJson.Default.AgentName, Json.HandoffContext, null, cancellationToken);

    public Task<SessionView> LeaveAsync(string sessionId, string agentId, CancellationToken cancellationToken) =>
        http.PostAsync(Url(sessionId, "/leave").ToString(), new(agentId), MementoJson.Default.AgentName, Json.SessionView, null, cancellationToken);

    public Task<SessionView> HandOverAsync(string sessionId, HandOver request, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync(Url(sessionId, "/handoff").ToString(), request, Json.HandOver, Json.SessionView, idempotencyKey, cancellationToken);

    public Task<SessionCheckpoint> CheckpointAsync(string sessionId, MakeCheckpoint request, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync(Url(sessionId, "/checkpoints").ToString(), request, Json.MakeCheckpoint, Json.SessionCheckpoint, idempotencyKey, cancellationToken);

    public Task<Page<SessionCheckpoint>> GetCheckpointsAsync(string sessionId, int limit, string? cursor, CancellationToken cancellationToken) =>
        http.GetAsync(Url(sessionId, "/checkpoints").Add("limit", limit).Add("cursor", cursor).ToString(), Json.PageSessionCheckpoint, cancellationToken);

    public Task<FailureSnapshot> GetFailureSnapshotAsync(string sessionId, string checkpointId, CancellationToken cancellationToken) =>
        http.GetAsync(Url(sessionId, $"/checkpoints/{Segment("checkpointId", checkpointId)}/failure-snapshot").ToString(), Json.FailureSnapshot, cancellationToken);

    public async Task<ImmutableArray<Anchor>> GetAnchorsAsync(string entityId, CancellationToken cancellationToken) =>
        (await http.GetAsync($"{_workspace}/entities/{Segment("entityId", entityId)}/anchors", Json.PageAnchor, cancellationToken).ConfigureAwait(false)).Items;

    public Task<SessionView> ForkAsync(string sessionId, ForkSession request, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync(Url(sessionId, "/fork").ToString(), request, Json.ForkSession, Json.SessionView, idempotencyKey, cancellationToken);

    public Task<Page<Transition>> GetTransitionsAsync(string sessionId, string? entityId, int limit, string? cursor, CancellationToken cancellationToken) => http.GetAsync(
        Url(sessionId, "/transitions").Add("entity", Filter("entity", entityId)).Add("limit", limit).Add("cursor", cursor).ToString(), Json.PageTransition, cancellationToken);

    public Task<Isolation> IsolateAsync(string sessionId, string agentId, CancellationToken cancellationToken) =>
        http.GetAsync(Url(sessionId, "/isolation/" + Segment("agent", agentId)).ToString(), Json.Isolation, cancellationToken);

    public Task<HandoffContext> GetHandoffContextAsync(string sessionId, string agentId, CancellationToken cancellationToken) =>
        http.GetAsync(Url(sessionId, "/handoff-context").Add("agent", Names.Check("agent", agentId)).ToString(), Json.HandoffContext, cancellationToken);

    public Task<SessionStats> GetStatsAsync(CancellationToken cancellationToken) => http.GetAsync(_sessions + "/stats", Json.SessionStats, cancellationToken);

    public Task<SessionAggregates> AggregateAsync(ImmutableArray<string> entityIds, CancellationToken cancellationToken) =>
        http.PostAsync(_sessions + "/aggregates", new([.. entityIds]), MementoJson.Default.EntityNames, Json.SessionAggregates, null, cancellationToken);

    /// <summary>A session's URL. An empty name, <c>.</c> or <c>..</c> in it would ask for something else than the caller means, so names are checked before.</summary>
    private UrlBuilder Url(string sessionId, string rest = "") => new($"{_sessions}/{Segment("sessionId", sessionId)}{rest}");

    private static string Segment(string field, string name) => Uri.EscapeDataString(Names.Check(field, name));

    private static string? Filter(string field, string? name) => name is null ? null : Names.Check(field, name);

    /// <summary>Items named like an event type are events of the session; anything else, like <c>end</c>, is the transport's own talk.</summary>
    private static SessionEvent? Parse(string type, ReadOnlySpan<byte> data) =>
        NamedEnumConverter<EventType>.TryParse(type, out _) ? JsonSerializer.Deserialize(data, Json.SessionEvent) : null;
}
