using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>Matches elements by their keys, and elements that one side gave another key by the rest of their content.</summary>
internal sealed class KeyMatching(List<JsonPart> @base, List<JsonPart> side, int[] baseKeys, int[] sideKeys, Keys keys, WorkBudget budget)
{
    /// <summary>More pairs of elements than this in one gap are not compared with each other.</summary>
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

    /// <summary>Pairs elements that have all but the key in common with one element of the other version, wherever they stand, and with no second one.</summary>
    private void PairCertainlyRenamed()
    {
        var (gone, came) = (_match.UnpairedOfBase(..@base.Count), _match.UnpairedOfSide(..side.Count));
        if (gone.Count == 0 || came.Count == 0) return;
        var byRest = came.ToLookup(s => keys.RestOf(side[s]).Bytes, ByteComparer.Instance);
        var pairs = gone.Select(b => (Base: b, Content: keys.RestOf(@base[b]).Bytes)).Where(one => one.Content.Length > 2 && byRest[one.Content].Count() == 1).ToList();
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
    /// Pairs what went with what came at the same place, the most similar first. Such a pair is merged as a whole, so that a wrong one
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
