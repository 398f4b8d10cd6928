using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>Matches elements by their keys, and elements with a new key by their other members.</summary>
internal sealed class KeyMatching(
    List<JsonPart> @base, List<JsonPart> side, int[] baseKeys, int[] sideKeys, Keys keys, WorkBudget budget)
{
    /// <summary>Pairs of elements up to which a gap is compared.</summary>
    private const int MaxPairs = 4_096;

    private readonly SideMatch _match = new(@base.Count, side.Count);

    public SideMatch Match()
    {
        var at = new int[keys.Count];
        Array.Fill(at, SideMatch.None);
        for (var b = 0; b < baseKeys.Length; b++) at[baseKeys[b]] = b;
        for (var s = 0; s < sideKeys.Length; s++)
            if (at[sideKeys[s]] is not SideMatch.None and var b) _match.Pair(b, s);

        var gaps = CommonOrder.Gaps(_match).ToList();
        PairCertainlyRenamed();
        foreach (var (inBase, inSide) in gaps) PairAlike(_match.UnpairedOfBase(inBase), _match.UnpairedOfSide(inSide));
        return _match;
    }

    /// <summary>
    /// Pairs elements that are the same but for the key, wherever they stand. Elements that are the same as several others are not paired.
    /// </summary>
    private void PairCertainlyRenamed()
    {
        var (gone, came) = (_match.UnpairedOfBase(..@base.Count), _match.UnpairedOfSide(..side.Count));
        if (gone.Count == 0 || came.Count == 0) return;
        var byRest = came.ToLookup(s => keys.RestOf(side[s]).Bytes, ByteComparer.Instance);
        var pairs = gone.Select(b => (Base: b, Content: keys.RestOf(@base[b]).Bytes))
            .Where(one => one.Content.Length > 2 && byRest[one.Content].Count() == 1).ToList();
        if (pairs.Count == 0) return;
        var (inBase, inSide) = (Counts(@base), Counts(side));
        foreach (var (b, rest) in pairs.Where(one => inBase[one.Content] == 1 && inSide[one.Content] == 1))
        {
            _match.Pair(b, byRest[rest].Single());
            _match.Renamed.Add(b);
            _match.CertainlyRenamed.Add(b);
        }

        Dictionary<ReadOnlyMemory<byte>, int> Counts(List<JsonPart> elements) =>
            elements.CountBy(element => keys.RestOf(element).Bytes, ByteComparer.Instance).ToDictionary(ByteComparer.Instance);
    }

    /// <summary>
    /// Pairs removed with added elements at the same place, the most similar first. A pair is merged as a whole, so that a wrong pair
    /// leads to a conflict and never to a mixture.
    /// </summary>
    private void PairAlike(List<int> gone, List<int> came)
    {
        if (gone.Count == 0 || came.Count == 0 || (long)gone.Count * came.Count > MaxPairs) return;
        var candidates = from b in gone
                         from s in came
                         let similarity = SimilarityOf(b, s)
                         where similarity >= Similarity.Alike
                         orderby similarity descending, b, s
                         select (b, s);
        foreach (var (b, s) in candidates.ToList())
        {
            if (_match.OfBase[b] != SideMatch.None || _match.OfSide[s] != SideMatch.None) continue;
            _match.Pair(b, s);
            _match.Renamed.Add(b);
        }
    }

    private double SimilarityOf(int b, int s)
    {
        budget.Spend(@base[b].Bytes.Length + side[s].Bytes.Length);
        return budget.IsSpent ? 0 : Similarity.Of(@base[b], side[s], keys.IsNoKey);
    }
}
