using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>One document at two moments.</summary>
/// <param name="Key">Which.</param>
/// <param name="Before">Hash of its value; null = it was not there.</param>
/// <param name="After">Hash of its value; null = it is not there.</param>
public readonly record struct DocumentHashes(DocumentKey Key, ContentHash? Before, ContentHash? After);

/// <summary>Finds documents that moved between two states of a workspace, by their hashes.</summary>
public static class DocumentMoves
{
    /// <summary>
    /// The documents that moved, by their new key, with the id that they had. A document that is gone and a new one of the same kind with the same value are one document that moved; where several have
    /// that value, they are paired in the order of their ids. Each document may be given once.
    /// </summary>
    public static IReadOnlyDictionary<DocumentKey, string> Find(IEnumerable<DocumentHashes> documents)
    {
        var ordered = documents.OrderBy(document => document.Key).ToArray();
        var gone = ordered.Where(document => document is { Before: not null, After: null })
            .GroupBy(document => (document.Key.Kind, document.Before), document => document.Key.Id).ToDictionary(ids => ids.Key, ids => new Queue<string>(ids));

        var moved = new Dictionary<DocumentKey, string>();
        foreach (var document in ordered)
            if (document is { Before: null, After: not null } && gone.TryGetValue((document.Key.Kind, document.After), out var ids) && ids.TryDequeue(out var from)) moved.Add(document.Key, from);
        return moved;
    }
}
