using System.Collections.Immutable;

namespace Memento.Tests.Merging.Json;

/// <summary>
/// The rules for a clean merge of lists with keys, worked out without merging: sets of keys, a three-way choice per member, and an order
/// per pair of elements.
/// </summary>
internal sealed class KeyedListModel(string key, IEnumerable<string> @base, IEnumerable<string> ours, IEnumerable<string> theirs)
{
    private readonly Version _base = Version.Of(key, @base);
    private readonly Version _ours = Version.Of(key, ours);
    private readonly Version _theirs = Version.Of(key, theirs);

    /// <summary>Returns the reason why these lists cannot be merged without a conflict; null if the model knows none.</summary>
    public string? WhyConflict() =>
        _base.Keys.Union(_ours.Keys).Union(_theirs.Keys).Select(WhyConflict).FirstOrDefault(why => why is not null) ?? WhyOrderConflict();

    /// <summary>Returns the reason why a clean result is wrong; null if the result is right.</summary>
    public string? WhyWrong(IEnumerable<string> merged)
    {
        if (WhyConflict() is { } conflict) return conflict;
        var result = Version.Of(key, merged);
        return WhyWrongElements(result) ?? WhyWrongOrder(result);
    }

    private string? WhyConflict(string id)
    {
        var (b, o, t) = (_base[id], _ours[id], _theirs[id]);
        if (IsSame(o, t) || IsSame(b, o) || IsSame(b, t)) return null;
        if (o is null || t is null) return $"{id} is removed by one side and changed by the other.";
        if (b is null) return $"{id} is added by both sides with different content.";
        if (IsAnew(b, o) || IsAnew(b, t)) return $"{id} is made anew by one side and changed by the other.";

        var both = Names(b, o, t).FirstOrDefault(name => IsChangedByBoth(name, b, o, t));
        return both is null ? null : $"{id}.{both} is changed by both sides.";
    }

    /// <summary>Both sides added different elements, nobody moved anything, and nothing says which of the two comes first.</summary>
    private string? WhyOrderConflict()
    {
        foreach (var (ours, theirs) in AddedPairs())
            if (ours.Gap.Overlaps(theirs.Gap)) return $"{ours.Id} and {theirs.Id} are added at the same place.";
        return null;
    }

    /// <summary>
    /// Each element that ours added with each that theirs added, and their places in the base; none if a side moved something.
    /// </summary>
    private IEnumerable<(Added Ours, Added Theirs)> AddedPairs()
    {
        if (IsMoved(_ours) || IsMoved(_theirs)) return [];
        return from ours in AddedBy(_ours, _theirs) from theirs in AddedBy(_theirs, _ours) select (ours, theirs);
    }

    /// <summary>Whether a side moved elements of the base, those that it renamed included.</summary>
    private bool IsMoved(Version side)
    {
        var places = side.Order.Select(id => PlaceInBase(side, id)).OfType<int>().ToList();
        return !places.SequenceEqual(places.Order());
    }

    private Added[] AddedBy(Version side, Version other) =>
    [
        .. from id in side.Order
           where _base[id] is null && other[id] is null && PlaceInBase(side, id) is null
           select new Added(id, GapOf(side, id)),
    ];

    /// <summary>The index of an element in the base. An element of the base under another key stands where the earlier one stood.</summary>
    private int? PlaceInBase(Version side, string id)
    {
        var place = _base.Order.IndexOf(id);
        for (var i = 0; i < _base.Order.Length && place < 0; i++)
        {
            var was = _base.Order[i];
            if (side[was] is null && IsSame(_base[was]!.Without(key), side[id]!.Without(key))) place = i;
        }

        return place < 0 ? null : place;
    }

    /// <summary>Between which elements of the base an added element stands: those of its neighbors that are still there.</summary>
    private Gap GapOf(Version side, string id)
    {
        var position = side.Order.IndexOf(id);
        var left = side.Order.Take(position).Select(other => PlaceInBase(side, other)).LastOrDefault(place => place is not null);
        var right = side.Order.Skip(position + 1).Select(other => PlaceInBase(side, other)).FirstOrDefault(place => place is not null);
        return new(left ?? -1, right ?? _base.Order.Length);
    }

    private string? WhyWrongElements(Version result)
    {
        foreach (var id in _base.Keys.Union(_ours.Keys).Union(_theirs.Keys).Union(result.Keys))
        {
            var (b, o, t, r) = (_base[id], _ours[id], _theirs[id], result[id]);
            var isIn = (o is null) == (t is null) ? o is not null : b is null;
            if (isIn != r is not null) return isIn ? $"{id} is lost." : $"{id} is back.";
            if (r is null) continue;
            if (o is null || t is null || b is null)
            {
                if (!IsSame(r, o ?? t)) return $"{id} is not what one side added.";
                continue;
            }

            var wrong = Names(b, o, t).Union(r.Keys).FirstOrDefault(name => !IsChosen(name, b, o, t, r));
            if (wrong is not null) return $"{id}.{wrong} is not what the side that changed it made of it.";
        }

        return null;
    }

    private string? WhyWrongOrder(Version result)
    {
        var kept = result.Order.Where(id => _base[id] is not null && _ours[id] is not null && _theirs[id] is not null).ToImmutableArray();
        if (WantedOrder(kept) is { } wanted && !wanted.SequenceEqual(kept, StringComparer.Ordinal))
            return $"The elements that all have should be in the order {string.Join(", ", wanted)}.";

        foreach (var (ours, theirs) in AddedPairs())
            if (ours.Gap.Right <= theirs.Gap.Left != result.IsBefore(ours.Id, theirs.Id))
                return $"{ours.Id} and {theirs.Id} are in the wrong order.";

        if (!_theirs.IsMoved(_base) && !result.IsInOrderOf(_ours)) return "Theirs moved nothing, and the order is not the one of ours.";
        return !_ours.IsMoved(_base) && !result.IsInOrderOf(_theirs) ? "Ours moved nothing, and the order is not the one of theirs." : null;
    }

    /// <summary>
    /// The order that the pairs give, each in the order of the side that changed it. Null: there is none, because the sides moved
    /// elements past each other.
    /// </summary>
    private ImmutableArray<string>? WantedOrder(ImmutableArray<string> kept)
    {
        var before = kept.ToDictionary(
            id => id, id => kept.Count(other => other != id && IsWantedBefore(other, id)), StringComparer.Ordinal);
        return before.Values.Distinct().Count() == kept.Length ? [.. kept.OrderBy(id => before[id])] : null;
    }

    private bool IsWantedBefore(string one, string other)
    {
        var (was, our, their) = (_base.IsBefore(one, other), _ours.IsBefore(one, other), _theirs.IsBefore(one, other));
        return our == their ? our : !was;
    }

    /// <summary>Whether a member is what the three versions give; a nested list is not looked into.</summary>
    private static bool IsChosen(string name, Members b, Members o, Members t, Members r)
    {
        var (was, our, their) = (b.GetValueOrDefault(name), o.GetValueOrDefault(name), t.GetValueOrDefault(name));
        if (Choose(was, our, their) is { } chosen) return chosen.Value == r.GetValueOrDefault(name);
        return IsList(our) && IsList(their);
    }

    private static bool IsChangedByBoth(string name, Members b, Members o, Members t)
    {
        var (our, their) = (o.GetValueOrDefault(name), t.GetValueOrDefault(name));
        return Choose(b.GetValueOrDefault(name), our, their) is null && !(IsList(our) && IsList(their));
    }

    /// <summary>The value of the side that changed it; null if both did, each in its own way.</summary>
    private static (string? Value, bool IsSame)? Choose(string? was, string? our, string? their) =>
        our == their ? (our, true) : was == our ? (their, false) : was == their ? (our, false) : null;

    private static bool IsList(string? value) => value is not null && value.StartsWith('[');

    /// <summary>Whether nothing but the key is left of an element: not even the name of a member.</summary>
    private bool IsAnew(Members before, Members after) =>
        before.Count > 1 && after.Count > 1 && !before.Keys.Intersect(after.Keys).Any(name => name != key);

    private static IEnumerable<string> Names(Members b, Members o, Members t) => b.Keys.Union(o.Keys).Union(t.Keys);

    private static bool IsSame(Members? one, Members? other) =>
        one is null || other is null
            ? one is null && other is null
            : one.Count == other.Count && one.All(m => other.GetValueOrDefault(m.Key) == m.Value);

    private sealed class Members(IDictionary<string, string> members) : Dictionary<string, string>(members, StringComparer.Ordinal)
    {
        public Members Without(string name) => new(this.Where(m => m.Key != name).ToDictionary());
    }

    /// <summary>A version of the list.</summary>
    private sealed class Version
    {
        private readonly Dictionary<string, Members> _byKey = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

        public ImmutableArray<string> Order { get; private init; } = [];

        public IEnumerable<string> Keys => _byKey.Keys;

        public Members? this[string id] => _byKey.GetValueOrDefault(id);

        public static Version Of(string key, IEnumerable<string> elements)
        {
            var all = elements.Select(element => new Members(JsonLeaves.Members(element))).ToArray();
            var version = new Version { Order = [.. all.Select(members => members[key])] };
            foreach (var (index, members) in all.Index())
            {
                version._byKey.Add(members[key], members);
                version._positions.Add(members[key], index);
            }

            return version;
        }

        public bool IsBefore(string one, string other) => _positions[one] < _positions[other];

        /// <summary>Whether the elements of the base that are still there stand in another order.</summary>
        public bool IsMoved(Version from) => !IsInOrderOf(from);

        public bool IsInOrderOf(Version other) =>
            Order.Where(other.Keys.Contains).SequenceEqual(other.Order.Where(Keys.Contains), StringComparer.Ordinal);
    }

    private readonly record struct Added(string Id, Gap Gap);

    /// <summary>A place between two elements, neither of them part of it.</summary>
    private readonly record struct Gap(int Left, int Right)
    {
        public bool Overlaps(Gap other) => Math.Max(Left, other.Left) < Math.Min(Right, other.Right);
    }
}
