namespace Merging.Json.Arrays;

/// <summary>
/// Finds elements without keys that both sides seem to have removed, while one of them added an element like it at another place. That side
/// may have changed and moved the element.
/// </summary>
internal static class MovedAndChanged
{
    public static bool Exist(ArrayVersions elements, SideMatch ours, SideMatch theirs, MatchingWork work)
    {
        var removed = Removed(ours);
        removed.IntersectWith(Removed(theirs));
        return removed.Count > 0 && (AnyLike(elements.Ours, ours, elements.Theirs) || AnyLike(elements.Theirs, theirs, elements.Ours));

        // Elements that both sides have were changed by both in the same way.
        bool AnyLike(List<JsonPart> side, SideMatch match, List<JsonPart> other)
        {
            var inBoth = other.ToHashSet();
            var added = match.UnpairedOfSide(..side.Count).ToHashSet();
            foreach (var (_, by) in match.Replaced) added.ExceptWith(Enumerable.Range(by.Start, by.Length));
            return added.Any(s => !inBoth.Contains(side[s]) && removed.Any(b => IsMostLike(b, side[s])));
        }

        bool IsMostLike(int b, JsonPart added)
        {
            if (work.Budget.IsSpent) return false;
            var likeness = AlikePairs.Likeness(elements.Base[b], added, work);
            return likeness >= Similarity.Alike && Enumerable.Range(0, elements.Base.Count).All(other => other == b
                || work.Budget.IsSpent || AlikePairs.Likeness(elements.Base[other], added, work) <= likeness - AlikePairs.Margin);
        }
    }

    private static HashSet<int> Removed(SideMatch match)
    {
        var removed = match.UnpairedOfBase(..match.OfBase.Length).ToHashSet();
        foreach (var (replaced, _) in match.Replaced) removed.ExceptWith(Enumerable.Range(replaced.Start, replaced.Length));
        return removed;
    }
}
