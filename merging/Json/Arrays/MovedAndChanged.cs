namespace Merging.Json.Arrays;

/// <summary>
/// Finds elements without keys that both sides seem to have removed, while one of them added an element like it at another place. That side
/// may have changed and moved the element.
/// </summary>
internal static class MovedAndChanged
{
    public static bool Exist(ArrayVersions elements, SideMatch ours, SideMatch theirs, MatchingWork work)
    {
        var (byOurs, byTheirs) = (Removed(ours), Removed(theirs));
        byOurs.IntersectWith(byTheirs);
        return byOurs.Count > 0 && (AnyLike(elements.Ours, ours) || AnyLike(elements.Theirs, theirs));

        bool AnyLike(List<JsonPart> side, SideMatch match)
        {
            var added = match.UnpairedOfSide(..side.Count).ToHashSet();
            foreach (var (_, by) in match.Replaced) added.ExceptWith(Enumerable.Range(by.Start, by.Length));
            return added.Any(s => byOurs.Any(b => IsMostLike(b, side[s])));
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
