namespace Merging.Json.Arrays;

/// <summary>Separates pairs of renamed elements that prove wrong once both sides are known.</summary>
internal static class RenamedElements
{
    /// <summary>
    /// Separates renamed elements from their partners if the other side has another element under the new key, or moved the same one:
    /// both sides then added that key.
    /// </summary>
    public static void UnpairAddedByBoth(SideMatch ours, int[] ourKeys, SideMatch theirs, int[] theirKeys)
    {
        var (byOurs, byTheirs) = (NewKeys(ours, ourKeys), NewKeys(theirs, theirKeys));
        var moved = Moves.Of(ours).Union(Moves.Of(theirs)).ToHashSet();
        foreach (var (key, ourBase) in byOurs)
        {
            if (!byTheirs.TryGetValue(key, out var theirBase)) continue;
            if (ourBase == theirBase && ourBase != SideMatch.None && !moved.Contains(ourBase)) continue;
            if (ourBase != SideMatch.None && ours.Renamed.Remove(ourBase)) ours.Unpair(ourBase);
            if (theirBase != SideMatch.None && theirs.Renamed.Remove(theirBase)) theirs.Unpair(theirBase);
        }
    }

    /// <summary>
    /// Separates elements whose new key is uncertain from their partners if the other side left the element unchanged. The result is
    /// then the same either way, and the new element is added where it stands.
    /// </summary>
    public static void UnpairUncertain(List<JsonPart> @base, List<JsonPart> others, SideMatch side, SideMatch other)
    {
        foreach (var b in side.Renamed.Except(side.CertainlyRenamed).ToList())
        {
            if (other.OfBase[b] is not (not SideMatch.None and var o) || other.Renamed.Contains(b) || others[o] != @base[b]) continue;
            side.Renamed.Remove(b);
            side.Unpair(b);
        }
    }

    /// <summary>
    /// Returns the keys that the base lacks, each with the base index of the renamed element, or none for an added element.
    /// </summary>
    private static Dictionary<int, int> NewKeys(SideMatch match, int[] keys)
    {
        var found = new Dictionary<int, int>();
        for (var i = 0; i < keys.Length; i++)
            if (match.OfSide[i] is var b && (b == SideMatch.None || match.Renamed.Contains(b))) found.Add(keys[i], b);
        return found;
    }
}
