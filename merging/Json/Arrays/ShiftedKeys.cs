using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>
/// Finds elements whose content stands under another key now, as after renumbering. There the key that was found says one thing and the
/// content another, so neither is certain.
/// </summary>
internal static class ShiftedKeys
{
    /// <summary>Contents that say less than this are equal by chance.</summary>
    private const double LittleContent = 4;

    /// <summary>
    /// Whether the content of elements moved to other keys in one side, and the other side changed or removed those elements.
    /// </summary>
    public static bool AreInConflict(
        (List<JsonPart> Elements, SideMatch Match) ours, (List<JsonPart> Elements, SideMatch Match) theirs, List<JsonPart> @base, Keys keys) =>
        Of(ours, @base, keys).Any(b => IsChanged(b, theirs, @base)) || Of(theirs, @base, keys).Any(b => IsChanged(b, ours, @base));

    private static IEnumerable<int> Of((List<JsonPart> Elements, SideMatch Match) side, List<JsonPart> @base, Keys keys)
    {
        var changed = Enumerable.Range(0, @base.Count).Where(b => IsChanged(b, side, @base)).ToList();
        if (changed.Count == 0) return [];
        var places = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);   // of contents that several elements have: −1
        foreach (var b in changed)
            if (keys.RestOf(@base[b]) is var rest && !places.TryAdd(rest.Bytes, b)) places[rest.Bytes] = SideMatch.None;

        var moves = from b in changed
                    where side.Match.OfBase[b] != SideMatch.None && !side.Match.Renamed.Contains(b)
                    let rest = keys.RestOf(side.Elements[side.Match.OfBase[b]])
                    where Similarity.Weight(rest) >= LittleContent
                    let origin = places.GetValueOrDefault(rest.Bytes, SideMatch.None)
                    where origin != SideMatch.None && origin != b && IsChanged(origin, side, @base)
                    select new[] { b, origin };

        // One content under another key can be a coincidence, unless no other element has such members.
        var found = moves.ToList();
        return found.Count > 1 || (found.Count == 1 && UniqueWeight(@base[found[0][1]], @base, keys) >= LittleContent)
            ? found.SelectMany(move => move).Distinct() : [];
    }

    /// <summary>The weight of the members that no other element of the base has.</summary>
    private static double UniqueWeight(JsonPart element, List<JsonPart> @base, Keys keys)
    {
        var members = keys.RestOf(element).MemberList().ToHashSet(new MemberComparer());
        foreach (var other in @base.Where(other => other != element)) members.ExceptWith(other.MemberList());
        return members.Sum(member => Similarity.Weight(member.Value));
    }

    /// <summary>Compares members by name and value.</summary>
    private sealed class MemberComparer : IEqualityComparer<JsonMember>
    {
        public bool Equals(JsonMember x, JsonMember y) => x.Name.Span.SequenceEqual(y.Name.Span) && x.Value == y.Value;

        public int GetHashCode(JsonMember member) => HashCode.Combine(ByteComparer.Instance.GetHashCode(member.Name), member.Value);
    }

    private static bool IsChanged(int b, (List<JsonPart> Elements, SideMatch Match) side, List<JsonPart> @base) =>
        side.Match.OfBase[b] is not (not SideMatch.None and var at) || side.Elements[at] != @base[b];
}
