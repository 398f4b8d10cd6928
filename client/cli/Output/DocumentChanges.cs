using Memento.Rollback;
using Memento.Workspaces;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>All that a diff says of one document.</summary>
/// <param name="Operation">What happened to the document as a whole.</param>
/// <param name="Last">By whom it was last changed; null if the diff had too many changes to say.</param>
/// <param name="Count">How many places in it changed.</param>
/// <param name="Drawn">Line by line, and in words; null if it was moved, or there are too many.</param>
internal sealed record DocumentChanges(DocumentKey Key, DiffOperation Operation, ChangeMetadata? Last, int Count, DocumentDiff? Drawn)
{
    public VisualDiffResult? Diff => Drawn?.Diff;

    public string Name => Format.Clean(Key.ToString());

    public string OperationName => Operation switch { DiffOperation.Create => "created", DiffOperation.Delete => "deleted", DiffOperation.Move => "moved", _ => "updated" };

    public Style Style => new(Operation switch { DiffOperation.Create => Color.Green, DiffOperation.Delete => Color.Red, DiffOperation.Move => Color.Blue, _ => Color.Yellow });

    /// <summary>Where it was before, if it was moved: kind and id.</summary>
    public string? From => Operation is DiffOperation.Move && Last?.From is { } from ? Format.Clean(string.Join('/', JsonPointer.Parse(from).Tokens)) : null;

    /// <summary>As git counts: a changed line is one less and one more.</summary>
    public (int More, int Less)? Lines => Diff is { Binary: false } lines ? (lines.Added + lines.Changed, lines.Removed + lines.Changed) : null;

    public string Who => string.Join(' ', new[] { Format.Who(Last?.AgentId, Last?.SessionId), Last?.Cause is { } rollback ? "by " + rollback : "" }.Where(part => part.Length > 0));

    public string When => Last?.At is { } at ? Format.Time(at) : "";

    /// <summary>A diff by document, in its order.</summary>
    public static IReadOnlyList<DocumentChanges> Of(PointDiff diff)
    {
        var drawn = (diff.Documents ?? []).ToDictionary(d => new DocumentKey(d.Kind, d.Id));
        var documents = diff.Changes.GroupBy(c => new DocumentKey(c.Metadata.Kind, c.Metadata.Id))
            .Select(g => new DocumentChanges(g.Key, OperationOf(g.Key, g), g.First().Metadata, g.Count(), drawn.GetValueOrDefault(g.Key))).ToList();
        documents.AddRange(drawn.Where(d => documents.All(known => known.Key != d.Key)).Select(d => new DocumentChanges(d.Key, DiffOperation.Update, null, 0, d.Value)));
        return documents;
    }

    private static DiffOperation OperationOf(DocumentKey key, IEnumerable<PathChange> changes)
    {
        var first = changes.First();
        var isWhole = first.Path == JsonPointer.Of(NamedEnumConverter<DocumentKind>.NameOf(key.Kind), key.Id).ToString();
        return isWhole && first.Operation is DiffOperation.Move ? DiffOperation.Move
            : first.Metadata.OldLength is null ? DiffOperation.Create
            : first.Metadata.NewLength is null ? DiffOperation.Delete
            : DiffOperation.Update;
    }
}
