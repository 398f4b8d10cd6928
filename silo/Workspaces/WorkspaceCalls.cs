using Memento.Http;
using Microsoft.Extensions.Options;

namespace Memento.Workspaces;

/// <summary>What every document and rollback endpoint needs: the grains, the limits, and who is meant by the path.</summary>
internal sealed class WorkspaceCalls(IGrainFactory grains, IOptions<HttpOptions> http, WorkspaceLimits limits)
{
    /// <summary>Where the names stand in <c>/v1/workspaces/{ws}/documents/{kind}/{id}</c> and <c>/v1/workspaces/{ws}/rollback-points/{id}</c>.</summary>
    public const int WorkspaceSegment = 2, PartSegment = 4, DocumentSegment = 5;

    public int MaxBodyBytes { get; } = http.Value.MaxBodyBytes;

    public int MaxDocumentBytes { get; } = limits.MaxDocumentBytes;

    /// <summary>A batch's values may be written in base64, which takes a third more, and its frame takes something too.</summary>
    public int MaxBatchBodyBytes { get; } = (int)Math.Min(int.MaxValue, (limits.MaxBatchBytes / 3 * 4) + http.Value.MaxBodyBytes);

    public static string Workspace(HttpContext http) => http.Name("ws", WorkspaceSegment);

    public static string PointId(HttpContext http) => http.Name("id", PartSegment);

    public IWorkspaceGrain Writer(HttpContext http) => grains.GetGrain<IWorkspaceGrain>(Workspace(http));

    public IWorkspaceQueryGrain Queries(HttpContext http) => grains.GetGrain<IWorkspaceQueryGrain>(Workspace(http));

    /// <summary>The document that the path names. Its kind is refused with 422, for a bad id too.</summary>
    public static DocumentKey Document(HttpContext http, string id)
    {
        var name = http.Name("kind", PartSegment);
        if (!NamedEnumConverter<DocumentKind>.TryParse(name, out var kind))
            throw new MementoException(Refusal.Invalid("kind", $"is {Quoted.Text(name)}; must be one of: {string.Join(", ", NamedEnumConverter<DocumentKind>.KnownNames)}"));
        return new(kind, DocumentNames.Check("id", id));
    }

    /// <summary>The address of a rollback point, for Location.</summary>
    public static string Address(string workspace, string pointId) => $"/v1/workspaces/{Uri.EscapeDataString(workspace)}/rollback-points/{Uri.EscapeDataString(pointId)}";
}
