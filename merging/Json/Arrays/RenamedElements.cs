namespace Merging.Json.Arrays;

/// <summary>Takes back pairs of renamed elements that do not hold once both sides are known.</summary>
internal static class RenamedElements
{
    /// <summary>
    /// Parts what was taken for renamed from its partner if the other side has another element under the new key, or moved the same one: then both
    /// added that key.
    /// </summary>
    public static void PartAddedByBoth(SideMatch ours, int[] ourKeys, SideMatch theirs, int[] theirKeys)
    {
        var (byOurs, byTheirs) = (NewKeys(ours, ourKeys), NewKeys(theirs, theirKeys));
        var moved = Moves.Of(ours).Union(Moves.Of(theirs)).ToHashSet();
        foreach (var (key, ourBase) in byOurs)
        {
            if (!byTheirs.TryGetValue(key, out var theirBase)) continue;
            if (ourBase == theirBase && ourBase != SideMatch.None && !moved.Contains(ourBase)) continue;
            if (ourBase != SideMatch.None && ours.Renamed.Remove(ourBase)) ours.Part(ourBase);
            if (theirBase != SideMatch.None && theirs.Renamed.Remove(theirBase)) theirs.Part(theirBase);
        }
    }

    /// <summary>
    /// Parts what may have got another key from its partner if that is not certain and the other side left the element alone: then nothing
    /// hangs on whether they are the same, and the new element is added where it stands.
    /// </summary>
    public static void PartUncertain(List<JsonPart> @base, List<JsonPart> others, SideMatch side, SideMatch other)
    {
        foreach (var b in side.Renamed.Except(side.CertainlyRenamed).ToList())
        {
            if (other.OfBase[b] is not (not SideMatch.None and var o) || other.Renamed.Contains(b) || others[o] != @base[b]) continue;
            side.Renamed.Remove(b);
            side.Part(b);
        }
    }

    /// <summary>Keys that the base does not have, with the index in the base of the element that got it; none for an added one.</summary>
    private static Dictionary<int, int> NewKeys(SideMatch match, int[] keys)
    {
        var found = new Dictionary<int, int>();
        for (var i = 0; i < keys.Length; i++)
            if (match.OfSide[i] is var b && (b == SideMatch.None || match.Renamed.Contains(b))) found.Add(keys[i], b);
        return found;
    }
}
