using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>A range of a merged order: items in a row, or items whose order or place is in conflict.</summary>
/// <param name="Items">The order, if it is certain.</param>
/// <param name="Conflict">The orders of base, ours and theirs, if it is not.</param>
internal sealed record OrderPart(List<int> Items, (List<int> Base, List<int> Ours, List<int> Theirs)? Conflict = null);

/// <summary>
/// Merges the orders of the same items in three versions. Where neither side moved anything, added items keep their neighbors.
/// Where items moved, the order is seen as a chain: each item has a successor. A successor that one side changed is taken from that side;
/// the result counts only if it is one chain of all items.
/// </summary>
internal sealed class OrderMerge
{
    private readonly int[] _base;
    private readonly Skeleton _ours;
    private readonly Skeleton _theirs;
    private readonly Func<int, int, bool> _isSame;
    private readonly WorkBudget _budget;
    private readonly List<OrderPart> _parts = [];

    /// <summary>Whether moves of both sides were put together.</summary>
    public bool JoinedMoves { get; private set; }

    /// <param name="base">Items that all three versions have.</param>
    /// <param name="ours">The same items in our order, and those that ours added.</param>
    /// <param name="isSame">Whether an item that ours added and one that theirs added have the same content.</param>
    public OrderMerge(List<int> @base, List<int> ours, List<int> theirs, Func<int, int, bool> isSame, WorkBudget budget)
    {
        var shared = @base.ToHashSet();
        (_isSame, _budget) = (isSame, budget);
        _base = [.. @base];
        _ours = new(ours, shared);
        _theirs = new(theirs, shared);
    }

    /// <param name="areEndsFixed">
    /// Whether an item that was added at an end belongs to the end. A replaced run may have swallowed items that did not.
    /// </param>
    public List<OrderPart> Merge(bool areEndsFixed)
    {
        List<int> atStart = areEndsFixed ? [.. TakeStart(_ours, _theirs), .. TakeStart(_theirs, _ours)] : [];
        List<int> atEnd = areEndsFixed ? [.. TakeEnd(_ours, _theirs), .. TakeEnd(_theirs, _ours)] : [];
        Add(atStart);
        MergeBetween();
        Add(atEnd);
        return _parts;
    }

    /// <summary>
    /// Takes out what one side added at the end if the other side moved away the last items, and added nothing at the end. The end stays
    /// where it is, whatever stood before it.
    /// </summary>
    private List<int> TakeEnd(Skeleton side, Skeleton other) => TakeAt(_base.Length, side, other, other.Shared.Count - 1);

    private List<int> TakeStart(Skeleton side, Skeleton other) => TakeAt(0, side, other, 0);

    /// <param name="outermost">The index of the outermost shared item, in the other side.</param>
    private List<int> TakeAt(int gap, Skeleton side, Skeleton other, int outermost)
    {
        var added = side.Added(gap);
        if (_base.Length < 2 || added.Count == 0 || other.Added(gap).Count > 0 || added.Exists(other.GapOf.ContainsKey)) return [];
        var isUnmoved = side.Shared.SequenceEqual(_base);
        var neighborLeft = other.Shared[outermost] != _base[outermost];
        if (!isUnmoved || !neighborLeft || !Stays(other.Shared, outermost)) return [];
        JoinedMoves = true;
        return side.Take(gap);
    }

    /// <summary>Whether the item at an index kept its place among the others, however the moves of a side are seen.</summary>
    private bool Stays(List<int> order, int index)
    {
        var position = Enumerable.Range(0, _base.Length).ToDictionary(i => _base[i]);
        List<int> places = [.. order.Select(item => position[item])];
        var all = CommonOrder.Increasing(places).Count(stays => stays);
        places.RemoveAt(index);
        return CommonOrder.Increasing(places).Count(stays => stays) < all;
    }

    private void MergeBetween()
    {
        var cuts = Cuts();
        var from = 0;
        for (var to = 0; to <= _base.Length; to++)
        {
            if (!cuts[to]) continue;
            if (to == from + 1 && cuts[from]) Add(_base[from]);
            else if (to > from || !cuts[from]) MergeSegment(from, to, !cuts[from]);
            MergeGap(_ours.Added(to), _theirs.Added(to));
            from = to;
        }

        if (!cuts[_base.Length]) MergeSegment(from, _base.Length + 1, !cuts[from]);
    }

    /// <summary>
    /// Returns the gaps, by the index of the item after them, at which the merge can be cut in two. In all versions, the same items stand
    /// before such a gap, and the same item on each side of it. An item that both sides added stands on one side of it.
    /// </summary>
    private bool[] Cuts()
    {
        var cuts = new bool[_base.Length + 1];
        var position = new Dictionary<int, int>(_base.Length);
        for (var i = 0; i < _base.Length; i++) position[_base[i]] = i;
        var (reachOurs, reachTheirs) = (-1, -1);
        for (var i = 0; i <= _base.Length; i++)
        {
            cuts[i] = reachOurs == i - 1 && reachTheirs == i - 1 && IsSame(i - 1) && IsSame(i);
            if (i == _base.Length) break;
            reachOurs = Math.Max(reachOurs, position[_ours.Shared[i]]);
            reachTheirs = Math.Max(reachTheirs, position[_theirs.Shared[i]]);
        }

        foreach (var (item, gap) in _ours.GapOf)
        {
            if (!_theirs.GapOf.TryGetValue(item, out var other) || other == gap) continue;
            for (var i = Math.Min(gap, other); i <= Math.Max(gap, other); i++) cuts[i] = false;
        }

        return cuts;

        bool IsSame(int i) => i < 0 || i == _base.Length || (_ours.Shared[i] == _base[i] && _theirs.Shared[i] == _base[i]);
    }

    /// <summary>Merges items that one or both sides added between the same two neighbors.</summary>
    private void MergeGap(List<int> ours, List<int> theirs)
    {
        var (start, end) = CommonEnds(ours, theirs);
        Add(ours.GetRange(0, start));
        var (o, t) = (ours.GetRange(start, ours.Count - start - end), theirs.GetRange(start, theirs.Count - start - end));
        if (o.Count > 0 && t.Count > 0) _parts.Add(new([], ([], o, t)));
        else Add(o.Count > 0 ? o : t);
        Add(ours.GetRange(ours.Count - end, end));
    }

    /// <summary>Merges the items from one cut to another, of which at least one side may have moved some.</summary>
    /// <param name="from">The first shared item.</param>
    /// <param name="to">The shared item behind the last one; one more if the gap behind all items belongs to the segment.</param>
    /// <param name="withStart">Whether the gap before the first item belongs to the segment.</param>
    private void MergeSegment(int from, int to, bool withStart)
    {
        var last = Math.Min(to, _base.Length);
        List<int> b = [.. _base[from..last]], o = _ours.Segment(from, to, withStart), t = _theirs.Segment(from, to, withStart);
        if (o.SequenceEqual(t) || t.SequenceEqual(b)) Add(o);
        else if (o.SequenceEqual(b)) Add(t);
        else if (Chain.Merge(b, o, t, _budget) is { } merged)
        {
            JoinedMoves = true;
            Add(merged);
        }
        else _parts.Add(new([], (b, o, t)));
    }

    private void Add(int item)
    {
        if (_parts.Count > 0 && _parts[^1].Conflict is null) _parts[^1].Items.Add(item);
        else _parts.Add(new([item]));
    }

    private void Add(List<int> items)
    {
        if (items.Count == 0) return;
        if (_parts.Count > 0 && _parts[^1].Conflict is null) _parts[^1].Items.AddRange(items);
        else _parts.Add(new([.. items]));
    }

    private (int Start, int End) CommonEnds(List<int> ours, List<int> theirs)
    {
        var (start, end, shorter) = (0, 0, Math.Min(ours.Count, theirs.Count));
        while (start < shorter && IsSame(ours[start], theirs[start])) start++;
        while (end < shorter - start && IsSame(ours[^(end + 1)], theirs[^(end + 1)])) end++;
        return (start, end);

        bool IsSame(int our, int their) => our == their || _isSame(our, their);
    }

    /// <summary>The order of a side, split into the items of all versions and the added items between them.</summary>
    private sealed class Skeleton
    {
        private readonly List<List<int>?> _added = [null];

        public Skeleton(List<int> order, HashSet<int> shared)
        {
            foreach (var item in order)
            {
                if (shared.Contains(item))
                {
                    Shared.Add(item);
                    _added.Add(null);
                    continue;
                }

                GapOf.Add(item, Shared.Count);
                (_added[^1] ??= []).Add(item);
            }
        }

        public List<int> Shared { get; } = [];

        /// <summary>By added item: the index of the shared item after it.</summary>
        public Dictionary<int, int> GapOf { get; } = [];

        public List<int> Added(int gap) => _added[gap] ?? [];

        /// <summary>Removes the items added in a gap, and returns them.</summary>
        public List<int> Take(int gap)
        {
            var added = Added(gap);
            _added[gap] = null;
            foreach (var item in added) GapOf.Remove(item);
            return added;
        }

        public List<int> Segment(int from, int to, bool withStart)
        {
            var items = new List<int>();
            if (withStart) items.AddRange(Added(from));
            for (var i = from; i < Math.Min(to, Shared.Count); i++)
            {
                items.Add(Shared[i]);
                if (i + 1 < to) items.AddRange(Added(i + 1));
            }

            return items;
        }
    }
}
