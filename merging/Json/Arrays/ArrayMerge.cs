using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>Chooses how an array is read (by keys, by content, as a set, as numbers) and matches its elements.</summary>
internal static class ArrayMerge
{
    private static readonly byte[][] NoNames = [];

    public static MergedJson Merge(JsonMerger merger, MergePath place, JsonPart @base, JsonPart ours, JsonPart theirs)
    {
        var elements = new ArrayVersions(@base.Elements(), ours.Elements(), theirs.Elements());
        var (b, o, t) = elements;
        var rule = merger.Log.Rules.ReadingAt(place);
        if (rule is { Key.IsDefaultOrEmpty: false })
        {
            var (keys, problem) = KeySearch.ByRule(rule.Key, b, o, t);
            if (keys is not null) return ByKeys(merger, place, elements, keys, (rule.As is JsonMergeKind.Set, IsByRule: true));
            if (rule.Path is not null)
            {
                return merger.Log.Open(
                    MergeConflictKind.NotMatched, place, @base, ours, theirs,
                    $"Both sides changed {place.ListName}, and the key that a rule gives for it does not identify its elements: "
                    + $"{problem}.");
            }
        }

        var isSet = rule?.As is JsonMergeKind.Set;
        if (rule?.As is not JsonMergeKind.List && KeySearch.Find(merger.KeyNames, b, o, t) is { } found)
            return ByKeys(merger, place, elements, found, (isSet, IsByRule: false));
        if (isSet) return SetMerge.Merge(merger, place, elements);
        if (NumberMerge.Applies(b) && NumberMerge.Applies(o) && NumberMerge.Applies(t)) return NumberMerge.Merge(merger, place, elements);
        return ByContent(merger, place, elements);
    }

    /// <summary>Records that the array is too large, or its versions are too different, for its elements to be matched.</summary>
    public static MergedJson TooDifferent(JsonMerger merger, MergePath place, ArrayVersions elements) => merger.Log.Open(
        MergeConflictKind.NotMatched, place, elements,
        $"Both sides changed {place.ListName}, and its elements cannot be matched: the versions are too large or too different.");

    /// <summary>
    /// Runs a merge of elements without keys. If the result would have an element twice although each side has the element once, the
    /// array is in conflict.
    /// </summary>
    public static MergedJson WithoutTwins(JsonMerger merger, MergePath place, ArrayVersions elements, Func<MergedJson.Array> merge)
    {
        var merged = merger.Log.Try(merge, isRefused: merged => Twins.Exist(merged, elements.Ours, elements.Theirs));
        if (merged is not null) return merged;
        return merger.Log.Open(MergeConflictKind.NotMatched, place, elements,
            $"Both sides have the same new element in {place.ListName}, at different places. "
            + "Nothing says whether it is one element or two.");
    }

    private static MergedJson ByKeys(
        JsonMerger merger, MergePath place, ArrayVersions elements, Keys keys, (bool IsSet, bool IsByRule) reading)
    {
        var (b, o, t) = elements;
        var ours = new KeyMatching(b, o, keys.Base, keys.Ours, keys, merger.Budget).Match();
        var theirs = new KeyMatching(b, t, keys.Base, keys.Theirs, keys, merger.Budget).Match();
        if (merger.Budget.IsSpent) return TooDifferent(merger, place, elements);
        if (!reading.IsByRule && new ShiftedKeys(b, new(o, ours), new(t, theirs), keys.Names, keys.ArePositions(elements)).AreInConflict)
        {
            return merger.Log.Open(MergeConflictKind.NotMatched, place, JsonPart.ArrayOf(b), JsonPart.ArrayOf(o), JsonPart.ArrayOf(t),
                $"One side gave elements of {place.ListName} the keys of others, the other changed them. Nothing says which are the same.");
        }

        RenamedElements.UnpairAddedByBoth(ours, keys.Ours, theirs, keys.Theirs);
        RenamedElements.UnpairUncertain(b, t, ours, theirs);
        RenamedElements.UnpairUncertain(b, o, theirs, ours);
        var items = ArrayItems.Of(elements, ours, theirs, [], AddedByBoth(ours, keys.Ours, theirs, keys.Theirs, keys.Count));
        return new ElementMerge(merger, place, items, ours, theirs, new(keys.Names, reading.IsSet, keys.Names)).Merge();
    }

    private static MergedJson ByContent(JsonMerger merger, MergePath place, ArrayVersions elements)
    {
        var (b, o, t) = elements;
        var interner = new Interner(b.Count);
        int[] bs = Classes(b), os = Classes(o), ts = Classes(t);
        var work = new MatchingWork(b, interner.Count, merger.KeyNames, merger.Budget);
        var ours = new ContentMatching(b, o, bs, os, work).Match();
        var theirs = new ContentMatching(b, t, bs, ts, work).Match();
        var (areUncertain, runs) = (MovedAndChanged.Exist(elements, ours, theirs, work), ReplacedRuns.Of(ours, theirs));
        if (work.Budget.IsSpent) return TooDifferent(merger, place, elements);
        if (areUncertain)
        {
            return merger.Log.Open(MergeConflictKind.NotMatched, place, elements,
                $"One side removed an element of {place.ListName}, the other seems to have changed and moved it.");
        }

        if (runs is null)
        {
            return merger.Log.Open(MergeConflictKind.NotMatched, place, elements,
                $"One side replaced elements of {place.ListName}, the other moved the same ones, so nothing says which belong together.");
        }

        var items = ArrayItems.Of(elements, ours, theirs, runs, AddedByBoth(ours, os, theirs, ts, interner.Count));
        var reading = new ArrayReading(NoNames, IsSet: false, merger.KeyNames);
        return WithoutTwins(merger, place, elements, () => new ElementMerge(merger, place, items, ours, theirs, reading).Merge());

        int[] Classes(List<JsonPart> some) => [.. some.Select(element => interner.NumberOf(element.Bytes))];
    }

    /// <summary>Pairs elements that both sides added under one number, if each side added one such element.</summary>
    private static IEnumerable<(int Ours, int Theirs)> AddedByBoth(
        SideMatch ours, int[] ourNumbers, SideMatch theirs, int[] theirNumbers, int count)
    {
        var (o, t) = (Added(ours, ourNumbers, count), Added(theirs, theirNumbers, count));
        for (var number = 0; number < count; number++)
            if (o[number] >= 0 && t[number] >= 0) yield return (o[number], t[number]);
    }

    /// <summary>Returns, by number, the index of the only added element with that number; −1 for none, −2 for several.</summary>
    private static int[] Added(SideMatch match, int[] numbers, int count)
    {
        var added = new int[count];
        Array.Fill(added, -1);
        for (var i = 0; i < numbers.Length; i++)
            if (match.OfSide[i] == SideMatch.None) added[numbers[i]] = added[numbers[i]] == -1 ? i : -2;
        foreach (var (_, by) in match.Replaced)
            for (var i = by.Start; i < by.End; i++) added[numbers[i]] = -2;
        return added;
    }
}
