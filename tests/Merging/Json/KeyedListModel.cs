using System.Collections.Immutable;

namespace Memento.Tests.Merging.Json;

/// <summary>
/// What a clean merge of lists with keys must be, worked out without merging: sets of keys, a three-way choice per member, and an order per pair of elements.
/// </summary>
internal sealed class KeyedListModel(string key, IEnumerable<string> @base, IEnumerable<string> ours, IEnumerable<string> theirs)
{
    private readonly Version _base = Version.Of(key, @base);
    private readonly Version _ours = Version.Of(key, ours);
    private readonly Version _theirs = Version.Of(key, theirs);

    /// <summary>Why these lists cannot be merged without a conflict; null: they can, as far as this model knows.</summary>
    public string? WhyConflict() => _base.Keys.Union(_ours.Keys).Union(_theirs.Keys).Select(WhyConflict).FirstOrDefault(why => why is not null) ?? WhyOrderConflict();

    /// <summary>What is wrong with a clean result; null: nothing.</summary>
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

    /// <summary>Both sides added different elements between the same two elements, and nobody moved anything.</summary>
    private string? WhyOrderConflict()
    {
        var kept = _base.Order.Where(id => _ours[id] is not null && _theirs[id] is not null).ToImmutableArray();
        if (_ours.IsMoved(kept) || _theirs.IsMoved(kept)) return null;
        var added = _ours.Order.Where(id => _base[id] is null && _theirs[id] is null).Select(id => (Id: id, Gap: _ours.Gap(id, kept))).ToArray();
        foreach (var id in _theirs.Order.Where(id => _base[id] is null && _ours[id] is null))
        {
            var gap = _theirs.Gap(id, kept);
            if (Array.Find(added, one => one.Gap == gap).Id is { } other) return $"{other} and {id} are added at the same place.";
        }

        return null;
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
        foreach (var one in kept)
            foreach (var other in kept.Where(id => string.CompareOrdinal(one, id) < 0))
            {
                var (was, our, their) = (_base.IsBefore(one, other), _ours.IsBefore(one, other), _theirs.IsBefore(one, other));
                if (result.IsBefore(one, other) != (our == their ? our : !was)) return $"{one} and {other} are in the wrong order.";
            }

        var before = _base.Order.Where(kept.Contains).ToImmutableArray();
        if (!_theirs.IsMoved(before) && !result.IsInOrderOf(_ours)) return "The elements of ours are not in the order of ours, and theirs moved nothing.";
        if (!_ours.IsMoved(before) && !result.IsInOrderOf(_theirs)) return "The elements of theirs are not in the order of theirs, and ours moved nothing.";
        return null;
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
        one is null || other is null ? one is null && other is null : one.Count == other.Count && one.All(m => other.GetValueOrDefault(m.Key) == m.Value);

    private sealed class Members(IDictionary<string, string> members) : Dictionary<string, string>(members, StringComparer.Ordinal);

    /// <summary>One version of the list.</summary>
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

        /// <summary>Whether these elements stand in another order.</summary>
        public bool IsMoved(ImmutableArray<string> order) => !order.SequenceEqual(Order.Where(order.Contains), StringComparer.Ordinal);

        public bool IsInOrderOf(Version other) => Order.Where(other.Keys.Contains).SequenceEqual(other.Order.Where(Keys.Contains), StringComparer.Ordinal);

        /// <summary>The neighbors of an element among some others.</summary>
        public (string? Left, string? Right) Gap(string id, ImmutableArray<string> among)
        {
            var position = _positions[id];
            return (Order.Take(position).LastOrDefault(among.Contains), Order.Skip(position + 1).FirstOrDefault(among.Contains));
        }
    }
}
