using System.Net.Http.Json;
using System.Text.Json;
using Memento.Rollback;

namespace Memento.Transport;

/// <summary>Diffs, rollbacks and conflicts over the HTTP contract.</summary>
internal sealed class HttpRollbackClient(HttpTransport http, MementoClientOptions options, string workspace) : IRollbackClient
{
    private static readonly MementoJson Json = MementoJson.Default;
    private readonly string _workspace = $"v1/workspaces/{Uri.EscapeDataString(workspace)}";

    public Task<PointDiff> DiffAsync(string rollbackPointId, DiffRequest? request, CancellationToken cancellationToken)
    {
        request ??= new();
        var url = Point(rollbackPointId, "/diff").Add("to", Names.Check("to", request.To)).Add("format", request.Visual ? "visual" : null).Add("granularity", request.Granularity).Add("depth", request.Depth);
        foreach (var pattern in request.Ignore) url.Add("ignore", pattern);
        return http.GetAsync(url.ToString(), Json.PointDiff, cancellationToken);
    }

    public Task<RollbackPreview> PreviewAsync(string rollbackPointId, PreviewRollback request, CancellationToken cancellationToken) =>
        http.PostAsync(Point(rollbackPointId, "/preview").ToString(), request, Json.PreviewRollback, Json.RollbackPreview, null, cancellationToken);

    public Task<PointCheck> CheckAsync(string rollbackPointId, CancellationToken cancellationToken) => http.GetAsync(Point(rollbackPointId, "/check").ToString(), Json.PointCheck, cancellationToken);

    public Task<RollbackView> StartAsync(string rollbackPointId, StartRollback request, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync(Point(rollbackPointId, "/rollbacks").ToString(), request, Json.StartRollback, Json.RollbackView, idempotencyKey, cancellationToken);

    public Task<RollbackView> GetAsync(string operationId, CancellationToken cancellationToken) => http.GetAsync(Rollback(operationId), Json.RollbackView, cancellationToken);

    public Task<Page<RollbackView>> ListAsync(RollbackStatus? status, int limit, string? cursor, CancellationToken cancellationToken) => http.GetAsync(
        new UrlBuilder(_workspace + "/rollbacks").Add("status", status).Add("limit", limit).Add("cursor", cursor).ToString(), Json.PageRollbackView, cancellationToken);

    public IAsyncEnumerable<RollbackView> WatchAsync(string operationId, CancellationToken cancellationToken) =>
        new RollbackWatch(http.Retries, options.WatchPatience, http.Clock).RunAsync(
            ct => GetAsync(operationId, ct), ct => http.StreamAsync(Rollback(operationId, "/stream"), Parse, ct), cancellationToken);

    public async Task<RollbackView> CancelAsync(string operationId, string? agentId, CancellationToken cancellationToken)
    {
        var attempts = 0;
        try
        {
            return await http.SendAsync(HttpMethod.Post, Rollback(operationId, "/cancel"), Body, Json.RollbackView, null, cancellationToken).ConfigureAwait(false);
        }
        catch (MementoException e) when (attempts > 1 && e.Code is Codes.RollbackConflict)
        {
            return await GetAsync(operationId, cancellationToken).ConfigureAwait(false);   // an attempt before this one has cancelled it
        }

        HttpContent Body()
        {
            attempts++;
            return JsonContent.Create(new() { AgentId = agentId }, Json.CancelRollback);
        }
    }

    public Task<RollbackView> UndoAsync(string operationId, string? agentId, CancellationToken cancellationToken) =>
        http.PostAsync(Rollback(operationId, "/undo"), new() { AgentId = agentId }, Json.UndoRollback, Json.RollbackView, null, cancellationToken);

    public Task<Page<ConflictView>> ListConflictsAsync(ConflictStatus? status, string? operationId, int limit, string? cursor, CancellationToken cancellationToken) => http.GetAsync(
        new UrlBuilder(_workspace + "/conflicts")
            .Add("status", status)
            .Add("rollback", operationId is null ? null : Names.Check("rollback", operationId))
            .Add("limit", limit)
            .Add("cursor", cursor)
            .ToString(),
        Json.PageConflictView,
        cancellationToken);

    public Task<ConflictDetails> GetConflictAsync(string conflictId, CancellationToken cancellationToken) => http.GetAsync(Conflict(conflictId), Json.ConflictDetails, cancellationToken);

    public Task<ConflictView> ResolveAsync(string conflictId, ResolveConflict request, CancellationToken cancellationToken) =>
        http.PostAsync(Conflict(conflictId) + "/resolution", request, Json.ResolveConflict, Json.ConflictView, null, cancellationToken);

    public Task<MergePolicyList> GetMergePoliciesAsync(long? version, CancellationToken cancellationToken) =>
        http.GetAsync(
            new UrlBuilder(_workspace + MergePolicyAnswer.Path).Add("version", version).ToString(), MergePolicyAnswer.Read,
            cancellationToken);

    public Task<MergePolicyList> SetMergePoliciesAsync(SetMergePolicies request, CancellationToken cancellationToken) => http.PutAsync(
        new UrlBuilder(_workspace + MergePolicyAnswer.Path)
            .Add("agent", request.AgentId is null ? null : Names.Check("agentId", request.AgentId)).ToString(),
        request.Policies, Json.ImmutableArrayMergePolicy,
        headers => MergePolicyAnswer.AddTo(headers, request), MergePolicyAnswer.Read, cancellationToken);

    private UrlBuilder Point(string id, string rest) => new($"{_workspace}/rollback-points/{Segment("rollbackPointId", id)}{rest}");

    private string Rollback(string id, string rest = "") => $"{_workspace}/rollbacks/{Segment("operationId", id)}{rest}";

    private string Conflict(string id) => $"{_workspace}/conflicts/{Segment("conflictId", id)}";

    private static string Segment(string field, string name) => Uri.EscapeDataString(Names.Check(field, name));

    /// <summary>Items named like a status are the rollback; anything else, like <c>end</c>, is the transport's own talk.</summary>
    private static RollbackView? Parse(string type, ReadOnlySpan<byte> data) =>
        NamedEnumConverter<RollbackStatus>.TryParse(type, out _) ? JsonSerializer.Deserialize(data, Json.RollbackView) : null;
}
