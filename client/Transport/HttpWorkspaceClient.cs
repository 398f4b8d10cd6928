using System.Globalization;
using Memento.Sessions;
using Memento.Workspaces;

namespace Memento.Transport;

/// <summary>Documents and points over the HTTP contract.</summary>
internal sealed class HttpWorkspaceClient(HttpTransport http, string workspace) : IWorkspaceClient
{
    private static readonly MementoJson Json = MementoJson.Default;
    private readonly string _workspace = $"v1/workspaces/{Uri.EscapeDataString(workspace)}";

    public string Workspace => workspace;

    public Task<WorkspaceView> GetAsync(CancellationToken cancellationToken) => http.GetAsync(_workspace, Json.WorkspaceView, cancellationToken);

    public Task<WriteResult> WriteAsync(WriteDocuments request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        BatchContent.Check(request);
        return http.SendAsync(HttpMethod.Post, $"{_workspace}/documents/batch", () => new BatchContent(request), Json.WriteResult, idempotencyKey, cancellationToken);
    }

    public Task<Document> GetDocumentAsync(DocumentKey key, string? rollbackPointId, CancellationToken cancellationToken) =>
        http.GetAsync(Url(key).Add("at", Filter("rollbackPointId", rollbackPointId)).ToString(), (response, body) => Read(key, response, body), cancellationToken);

    public Task<Page<DocumentView>> ListAsync(DocumentQuery query, CancellationToken cancellationToken) => http.GetAsync(
        new UrlBuilder(_workspace + "/documents")
            .Add("kind", query.Kind)
            .Add("prefix", query.Prefix)
            .Add("at", Filter("rollbackPointId", query.RollbackPointId))
            .Add("limit", query.Limit)
            .Add("cursor", query.Cursor)
            .ToString(),
        Json.PageDocumentView,
        cancellationToken);

    public Task<Page<DocumentView>> GetHistoryAsync(DocumentKey key, int limit, string? cursor, CancellationToken cancellationToken) =>
        http.GetAsync(Url(key, "/history").Add("limit", limit).Add("cursor", cursor).ToString(), Json.PageDocumentView, cancellationToken);

    public Task<RollbackPoint> CreatePointAsync(CreateRollbackPoint request, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync(_workspace + "/rollback-points", request, Json.CreateRollbackPoint, Json.RollbackPoint, idempotencyKey, cancellationToken);

    public Task<RollbackPoint> GetPointAsync(string rollbackPointId, CancellationToken cancellationToken) => http.GetAsync(Point(rollbackPointId), Json.RollbackPoint, cancellationToken);

    public Task<Page<RollbackPoint>> ListPointsAsync(string? sessionId, int limit, string? cursor, CancellationToken cancellationToken) => http.GetAsync(
        new UrlBuilder(_workspace + "/rollback-points").Add("session", Filter("session", sessionId)).Add("limit", limit).Add("cursor", cursor).ToString(),
        Json.PageRollbackPoint,
        cancellationToken);

    public Task<RollbackPoint> ChangePointAsync(string rollbackPointId, ChangeRollbackPoint request, CancellationToken cancellationToken) =>
        http.PatchAsync(Point(rollbackPointId), request, Json.ChangeRollbackPoint, Json.RollbackPoint, cancellationToken);

    public Task DeletePointAsync(string rollbackPointId, string? agentId, CancellationToken cancellationToken) =>
        http.DeleteAsync(new UrlBuilder(Point(rollbackPointId)).Add("agent", Filter("agentId", agentId)).ToString(), cancellationToken);

    public Task<CompactionReport> CompactAsync(CompactWorkspace request, CancellationToken cancellationToken) =>
        http.PostAsync(_workspace + "/compaction", request, Json.CompactWorkspace, Json.CompactionReport, null, cancellationToken);

    public Task<SessionView> RestoreSessionAsync(string rollbackPointId, RestoreSession request, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync(Point(rollbackPointId) + "/sessions", request, Json.RestoreSession, Json.SessionView, idempotencyKey, cancellationToken);

    /// <summary>Slashes in an id are escaped too: an id that ends in <c>/history</c> is no question for one.</summary>
    private UrlBuilder Url(DocumentKey key, string rest = "") =>
        new($"{_workspace}/documents/{NamedEnumConverter<DocumentKind>.NameOf(key.Kind)}/{Uri.EscapeDataString(DocumentNames.Check("id", key.Id))}{rest}");

    private string Point(string id) => $"{_workspace}/rollback-points/{Uri.EscapeDataString(Names.Check("rollbackPointId", id))}";

    private static string? Filter(string field, string? name) => name is null ? null : Names.Check(field, name);

    /// <summary>The value is the body, what is known of it stands in the headers.</summary>
    private static Document Read(DocumentKey key, HttpResponseMessage response, byte[] body)
    {
        var type = key.Kind is DocumentKind.File ? Header(response.Content.Headers, "Content-Type") ?? DocumentValue.UnknownType : null;
        var value = DocumentValue.Of(body, type);
        if (Header(response.Headers, "Memento-Hash") is { } hash && hash != value.Hash.ToString())
            throw new InvalidDataException($"What came as {key} is not what is stored: its hash is {value.Hash}, not {hash}.");
        if (!long.TryParse(Header(response.Headers, "Memento-Seq"), NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            || !DateTimeOffset.TryParse(Header(response.Headers, "Memento-At"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            throw new InvalidDataException($"The server's answer does not say which version of {key} it is. Is it a Memento server of this version?");
        return new(new()
        {
            Kind = key.Kind,
            Id = key.Id,
            Etag = Etag.Of(seq),
            Seq = seq,
            AgentId = Name("Memento-Agent"),
            SessionId = Name("Memento-Session"),
            Cause = Name("Memento-Cause"),
            At = at,
            ContentType = type,
            Length = body.Length,
            Hash = value.Hash.ToString(),
        }, value);

        string? Name(string header) => Header(response.Headers, header) is { } escaped ? Uri.UnescapeDataString(escaped) : null;
    }

    /// <summary>A header as it came; parsing would write it anew.</summary>
    private static string? Header(System.Net.Http.Headers.HttpHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
