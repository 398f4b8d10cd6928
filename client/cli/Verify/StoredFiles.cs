using System.Collections.Concurrent;
using Memento.Workspaces;

namespace Memento.Cli.Verify;

/// <summary>Reads from the server what the files are. The bytes of every version are read once; that a version does not change is what its ETag says.</summary>
internal sealed class StoredFiles(IWorkspaceClient documents)
{
    private const int Parallel = 8;

    private readonly ConcurrentDictionary<(string Id, long Seq), TreeFile> _read = new();

    /// <summary>All files at a point, or now, as their bytes are: the hash is made here, of what the server sent.</summary>
    public async Task<Dictionary<string, TreeFile>> ReadAsync(string? rollbackPointId, CancellationToken cancellationToken)
    {
        var views = await ListAsync(rollbackPointId, cancellationToken);
        await System.Threading.Tasks.Parallel.ForEachAsync(views.Where(v => !_read.ContainsKey((v.Id, v.Seq))), new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (view, ct) =>
        {
            var document = await documents.GetDocumentAsync(new(DocumentKind.File, view.Id), rollbackPointId, ct);
            _read[(view.Id, view.Seq)] = new(ContentHash.Of(document.Value.Content), document.Value.Content.Length);
        });

        var files = new Dictionary<string, TreeFile>(views.Count, StringComparer.Ordinal);
        foreach (var view in views)
        {
            var file = _read[(view.Id, view.Seq)];
            // What the list says of a version must be true of its bytes.
            files.Add(view.Id, view.Hash == file.Hash.ToString() ? file : new(ContentHash.Parse(view.Hash!), view.Length));
        }

        return files;
    }

    private async Task<List<DocumentView>> ListAsync(string? rollbackPointId, CancellationToken cancellationToken)
    {
        var found = new List<DocumentView>();
        string? cursor = null;
        do
        {
            var page = await documents.ListAsync(new() { Kind = DocumentKind.File, RollbackPointId = rollbackPointId, Limit = Paging.MaxLimit, Cursor = cursor }, cancellationToken);
            found.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return found;
    }
}
