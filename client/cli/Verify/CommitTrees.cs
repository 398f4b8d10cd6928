using Memento.Cli.Git;
using Memento.Workspaces;

namespace Memento.Cli.Verify;

/// <summary>A file as git has it.</summary>
/// <param name="Hash">SHA-256 of its bytes.</param>
internal readonly record struct TreeFile(ContentHash Hash, long Length);

/// <summary>Reads from git what the files of a commit are. Submodules and what the server does not take are left out.</summary>
internal sealed class CommitTrees(string folder, ObjectReader objects)
{
    /// <summary>Longest file that is compared.</summary>
    public const int MaxFile = 10 * 1024 * 1024;

    private readonly Dictionary<ObjectId, TreeFile?> _known = [];

    /// <summary>All files of a commit, by the id of their document.</summary>
    public async Task<Dictionary<string, TreeFile>> ReadAsync(ObjectId commit, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, TreeFile>(StringComparer.Ordinal);
        foreach (var entry in await TreeChanges.BetweenAsync(folder, null, commit, cancellationToken))
            if (!entry.IsSubmodule && await FileAsync(entry.Blob, cancellationToken) is { } file) files.Add(entry.Key.Id, file);
        return files;
    }

    /// <summary>A blob's hash and length; null if it is too large.</summary>
    public async ValueTask<TreeFile?> FileAsync(ObjectId blob, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(blob, out var known)) return known;
        var (size, content) = await objects.ReadAsync(blob, MaxFile, cancellationToken);
        TreeFile? file = content is null ? null : new(ContentHash.Of(content), size);
        _known.Add(blob, file);
        return file;
    }
}
