using System.Text;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Cli.Git;

/// <summary>Makes rollback points that name commits. Each is made once: those that are there are known by the commit in their metadata, and by their name.</summary>
internal sealed class CommitPoints(IWorkspaceClient documents, DocumentCounts counts, Action<string> note)
{
    private readonly HashSet<(string Commit, string Name)> _there = [];
    private readonly HashSet<string> _named = [];
    private bool _full;

    /// <summary>Looks what is there already.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var page = await documents.ListPointsAsync(limit: Paging.MaxLimit, cursor: cursor, cancellationToken: cancellationToken);
            foreach (var point in page.Items)
                if (CommitOf(point) is { } commit) Know(commit, point.Name);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    /// <summary>Whether any point names this commit.</summary>
    public bool Has(ObjectId commit) => _named.Contains(commit.ToString());

    /// <summary>Names this moment after a commit, for ever. When the workspace has no room, it says so once and goes on without.</summary>
    public async Task MakeAsync(ObjectId commit, string name, CancellationToken cancellationToken)
    {
        var hash = commit.ToString();
        if (_there.Contains((hash, name))) return;
        if (_full)
        {
            counts.PointsRefused++;
            return;
        }

        try
        {
            // The key is for a request of a killed import that is still on its way.
            var request = new CreateRollbackPoint { Name = name, Pinned = true, TtlSeconds = 0, Metadata = new($$"""{"source":"git","commit":"{{hash}}"}""") };
            await documents.CreatePointAsync(request, $"git-point:{hash}:{ContentHash.Of(Encoding.UTF8.GetBytes(name))}", cancellationToken);
            Know(hash, name);
            counts.Points++;
        }
        catch (MementoException e) when (e.Code is Codes.TooManyPoints)
        {
            note($"No more rollback points: {e.Refusal.Message} The import goes on without them.");
            _full = true;
            counts.PointsRefused++;
        }
    }

    private void Know(string commit, string name)
    {
        _there.Add((commit, name));
        _named.Add(commit);
    }

    private static string? CommitOf(RollbackPoint point)
    {
        if (point.Metadata is not { } metadata || !metadata.Text.Contains("\"commit\"", StringComparison.Ordinal)) return null;
        using var json = JsonDocument.Parse(metadata.Text);
        return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("commit", out var commit) && commit.ValueKind is JsonValueKind.String ? commit.GetString() : null;
    }
}
