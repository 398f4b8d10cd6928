using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>A run of selected changes of one document.</summary>
/// <param name="Before">The document before the run; null = it never was.</param>
/// <param name="After">The document after it.</param>
/// <param name="IsMadeAnew">Whether the document was deleted and made anew in the run, or after the run by others.</param>
public sealed record UndoneRun(DocumentVersion? Before, DocumentVersion After, bool IsMadeAnew = false);

/// <summary>
/// The undoing of some changes of a document while the others stay: the result is the state that the others alone would have given.
/// Runs of selected changes are undone from the newest to the oldest, each as a three-way merge with the true base (base: after the run,
/// ours: what there is by then, theirs: before the run), which is what <c>git revert</c> does. A run with nothing unselected behind it is
/// simply restored.
/// </summary>
public sealed record Undoing
{
    /// <summary>The document as it is.</summary>
    public required DocumentVersion Current { get; init; }

    /// <summary>The version from which <see cref="Merges"/> go on: the value is known without reading any.</summary>
    public required DocumentVersion? Start { get; init; }

    /// <summary>Runs that must be merged, newest first. Empty: the document becomes <see cref="Start"/>.</summary>
    public ImmutableArray<UndoneRun> Merges { get; init; } = [];

    /// <summary>Nothing is to be done.</summary>
    public bool IsNothing => Merges.IsEmpty && Same(Current, Start);

    /// <summary>Before all that is undone: what the document becomes if what came between does not count.</summary>
    public DocumentVersion? Oldest => Merges.IsEmpty ? Start : Merges[^1].Before;

    /// <summary>Works out what is to be done with one document.</summary>
    /// <param name="atPoint">The document's version at the point; null if there was none.</param>
    /// <param name="since">The document's versions since the point, oldest first; at least one.</param>
    /// <param name="isSelected">Whether a version is undone.</param>
    /// <param name="isByRollback">Whether a rollback made a version. What one rollback deletes and another restores is still the same document.</param>
    public static Undoing Of(DocumentVersion? atPoint, IReadOnlyList<DocumentVersion> since, Func<DocumentVersion, bool> isSelected,
        Func<DocumentVersion, bool>? isByRollback = null)
    {
        var runs = new List<UndoneRun>();
        for (var i = since.Count - 1; i >= 0; i--)
        {
            if (!isSelected(since[i])) continue;
            var last = i;
            while (i > 0 && isSelected(since[i - 1])) i--;
            runs.Add(new(i == 0 ? atPoint : since[i - 1], since[last], IsMadeAnew(i, last)));
        }

        var (start, merges) = (since[^1], ImmutableArray.CreateBuilder<UndoneRun>());
        DocumentVersion? reached = start;
        foreach (var run in runs)
        {
            if (run.After.IsSameAs(run.Before) || (run.Before is null && run.After.IsDeleted)) continue;   // it came to nothing by itself
            if (run.IsMadeAnew) merges.Add(run);   // equal contents do not make the later document the earlier one
            else if (merges.Count == 0 && Same(reached, run.After)) reached = run.Before;
            else if (merges.Count > 0 || !Same(reached, run.Before)) merges.Add(run);
        }

        return new() { Current = start, Start = reached, Merges = merges.ToImmutable() };

        // Others must have written behind the run: a run that nobody built on is simply taken back.
        bool IsMadeAnew(int first, int last)
        {
            if (last == since.Count - 1 || since[^1].IsDeleted) return false;
            for (var i = first; i < since.Count; i++)
                if (since[i].IsDeleted && !IsRestored(i) && (i < last ? !since[last].IsDeleted : i > last && !isSelected(since[i]))) return true;
            return false;
        }

        bool IsRestored(int deletion) => isByRollback is not null && deletion > 0 && deletion + 1 < since.Count
            && isByRollback(since[deletion]) && isByRollback(since[deletion + 1]) && since[deletion + 1].IsSameAs(since[deletion - 1]);
    }

    private static bool Same(DocumentVersion? one, DocumentVersion? other) =>
        one is null || one.IsDeleted ? other is null || other.IsDeleted : one.IsSameAs(other);
}
