namespace Merging.Json.Arrays;

/// <summary>Finds the elements that a side moved.</summary>
internal static class Moves
{
    /// <summary>
    /// Returns the base indexes of moved elements. If two elements changed places, both count, because either may have moved.
    /// </summary>
    public static HashSet<int> Of(SideMatch match)
    {
        var moved = new HashSet<int>();
        var kept = Enumerable.Range(0, match.OfBase.Length).Where(b => match.OfBase[b] != SideMatch.None).ToList();
        var isInOrder = true;
        for (var i = 1; i < kept.Count && isInOrder; i++) isInOrder = match.OfBase[kept[i - 1]] < match.OfBase[kept[i]];
        if (isInOrder) return moved;

        var stays = CommonOrder.Increasing([.. kept.Select(b => match.OfBase[b])]);
        List<int> now = [.. kept.OrderBy(b => match.OfBase[b])];
        var placeNow = new Dictionary<int, int>(now.Count);
        for (var i = 0; i < now.Count; i++) placeNow[now[i]] = i;
        for (var i = 0; i < kept.Count; i++)
        {
            var place = placeNow[kept[i]];
            var hasNewNeighbors = Neighbor(kept, i - 1) != Neighbor(now, place - 1) && Neighbor(kept, i + 1) != Neighbor(now, place + 1);
            if (!stays[i] || hasNewNeighbors) moved.Add(kept[i]);
        }

        return moved;
    }

    private static int Neighbor(List<int> order, int index) => index < 0 || index >= order.Count ? SideMatch.None : order[index];
}
