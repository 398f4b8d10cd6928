using System.Collections.Immutable;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Grains;

/// <summary>What tests do with a workspace, and what must always hold of it.</summary>
internal static class WorkspaceActs
{
    public static string NewName() => $"w-{Guid.NewGuid():N}";

    public static Task<WriteResult> DoAsync(this IWorkspaceGrain workspace, params ImmutableArray<DocumentOperation> operations) =>
        workspace.WriteAsync(new() { AgentId = "ada", SessionId = "s1", Operations = operations });

    public static DocumentKey Entity(string id) => new(DocumentKind.Entity, id);

    public static async Task<string> TextAsync(this IWorkspaceQueryGrain documents, string id, string? at = null) => Core.Workspaces.WorkspaceStory.Text((await documents.GetAsync(Entity(id), at)).Value);

    public static async Task<List<DocumentView>> AllAsync(this IWorkspaceQueryGrain documents, DocumentQuery? query = null)
    {
        var (all, next) = (new List<DocumentView>(), query ?? new() { Limit = Paging.MaxLimit });
        while (true)
        {
            var page = await documents.ListAsync(next);
            all.AddRange(page.Items);
            if (page.NextCursor is null) return all;
            Assert.Equal(next.Limit, page.Items.Length);
            next = next with { Cursor = page.NextCursor };
        }
    }

    public static async Task<List<RollbackPoint>> PointsAsync(this IWorkspaceQueryGrain documents, string? session = null, int limit = Paging.MaxLimit)
    {
        var (all, cursor) = (new List<RollbackPoint>(), (string?)null);
        while (true)
        {
            var page = await documents.ListPointsAsync(session, limit, cursor);
            all.AddRange(page.Items);
            if (page.NextCursor is null) return all;
            cursor = page.NextCursor;
        }
    }

    /// <summary>Root and sums are those of the documents that are in the tables. Answers them.</summary>
    public static async Task<List<DocumentView>> AddsUpAsync(this SessionCluster cluster, string name)
    {
        var view = await cluster.Workspace(name).GetAsync();
        var all = await cluster.Documents(name).AllAsync();
        var root = all.Aggregate(StateHash.Empty, (hash, d) => hash.Add(new(d.Kind, d.Id), ContentHash.Parse(d.Hash!), d.ContentType));
        Assert.Equal((view.Root, view.Documents, view.Bytes), (root.ToString(), all.Count, all.Sum(d => d.Length)));
        return all;
    }
}
