namespace Merging.Json.Arrays;

/// <summary>Matches elements by their keys, and elements with a new key by their other members.</summary>
internal static class KeyMatching
{
    /// <summary>Pairs of elements up to which a gap is compared.</summary>
    private const int MaxPairs = 4_096;

    public static SideMatch Match(
        List<JsonPart> @base, List<JsonPart> side, int[] baseKeys, int[] sideKeys, int keyCount, byte[][] keyNames)
    {
        var match = new SideMatch(@base.Count, side.Count);
        var at = new int[keyCount];
        Array.Fill(at, SideMatch.None);
        for (var b = 0; b < baseKeys.Length; b++) at[baseKeys[b]] = b;
        for (var s = 0; s < sideKeys.Length; s++)
            if (at[sideKeys[s]] is not SideMatch.None and var b) match.Pair(b, s);

        var gaps = CommonOrder.Gaps(match).ToList();
        foreach (var (inBase, inSide) in gaps) FindRenamed(@base, side, inBase, inSide, match, keyNames);
        return match;
    }

    /// <summary>
    /// Parts renamed elements from their partners if the other side has another element under the new key: both sides then added that key.
    /// </summary>
    public static void PartAddedByBoth(SideMatch ours, int[] ourKeys, SideMatch theirs, int[] theirKeys)
    {
        var (byOurs, byTheirs) = (NewKeys(ours, ourKeys), NewKeys(theirs, theirKeys));
        foreach (var (key, ourBase) in byOurs)
        {
            if (!byTheirs.TryGetValue(key, out var theirBase) || (ourBase == theirBase && ourBase != SideMatch.None)) continue;
            if (ourBase != SideMatch.None && ours.Renamed.Remove(ourBase)) ours.Part(ourBase);
            if (theirBase != SideMatch.None && theirs.Renamed.Remove(theirBase)) theirs.Part(theirBase);
        }
    }

    /// <summary>
    /// Parts elements whose new key is uncertain from their partners if the other side left the element unchanged. The result is then the
    /// same either way, and the new element is added where it stands.
    /// </summary>
    public static void PartUncertain(List<JsonPart> @base, List<JsonPart> others, SideMatch side, SideMatch other)
    {
        foreach (var b in side.Renamed.ToList())
        {
            if (other.OfBase[b] is not (not SideMatch.None and var o) || other.Renamed.Contains(b) || others[o] != @base[b]) continue;
            if (side.CertainlyRenamed.Contains(b)) continue;
            side.Renamed.Remove(b);
            side.Part(b);
        }
    }

    private static bool IsAmong(JsonMember member, byte[][] names) =>
        Array.Exists(names, name => member.Name.Span[1..^1].SequenceEqual(name));

    private static bool AreSameButForKeys(JsonPart x, JsonPart y, byte[][] keyNames)
    {
        return Others(x).SequenceEqual(Others(y));

        IEnumerable<(string, JsonPart)> Others(JsonPart element) => element.MemberList()
            .Where(member => !IsAmong(member, keyNames)).Select(member => (member.Text, member.Value));
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

    /// <summary>
    /// Pairs removed with added elements at the same place, the most similar first. A pair is merged as a whole, so that a wrong pair
    /// leads to a conflict and never to a mixture.
    /// </summary>
    private static void FindRenamed(
        List<JsonPart> @base, List<JsonPart> side, Range inBase, Range inSide, SideMatch match, byte[][] keyNames)
    {
        var (gone, came) = (match.UnpairedOfBase(inBase), match.UnpairedOfSide(inSide));
        if (gone.Count == 0 || came.Count == 0 || (long)gone.Count * came.Count > MaxPairs) return;
        var candidates = from b in gone
                         from s in came
                         let similarity = Similarity.Of(@base[b], side[s], IsNoKey)
                         where similarity >= Similarity.Alike
                         orderby similarity descending, b, s
                         select (b, s);
        var alike = candidates.ToList();
        foreach (var (b, s) in alike)
        {
            if (match.OfBase[b] != SideMatch.None || match.OfSide[s] != SideMatch.None) continue;
            match.Pair(b, s);
            match.Renamed.Add(b);
            var hasRival = alike.Count(pair => pair.b == b || pair.s == s) > 1;
            if (!hasRival && AreSameButForKeys(@base[b], side[s], keyNames)) match.CertainlyRenamed.Add(b);
        }

        bool IsNoKey(JsonMember member) => !IsAmong(member, keyNames);
    }
}
