using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>
/// Finds elements whose content stands under another key now, as after renumbering. There the key says one item and the content another,
/// so neither is certain.
/// </summary>
/// <param name="base">The elements of the base.</param>
/// <param name="keyNames">The members that are keys; empty if the keys stand outside of the elements.</param>
/// <param name="arePositions">Whether the keys count the elements.</param>
internal sealed class ShiftedKeys(
    List<JsonPart> @base, (List<JsonPart> Elements, SideMatch Match) ours, (List<JsonPart> Elements, SideMatch Match) theirs,
    byte[][] keyNames, bool arePositions)
{
    /// <summary>Contents that say less than this are equal by chance.</summary>
    private const double LittleContent = 4;

    /// <summary>Members that do not belong to the content: keys, and members that are renumbered with them.</summary>
    private readonly byte[][] _keys = arePositions ? [.. keyNames, .. Positions.Of(new(@base, ours.Elements, theirs.Elements))] : keyNames;

    /// <summary>
    /// Whether the content of elements moved to other keys in one side, and the other side changed or removed those elements.
    /// </summary>
    public bool AreInConflict => Of(ours).Any(b => IsChanged(b, theirs)) || Of(theirs).Any(b => IsChanged(b, ours));

    /// <summary>Returns the indexes, in the base, of elements that gave or took a content.</summary>
    private IEnumerable<int> Of((List<JsonPart> Elements, SideMatch Match) side)
    {
        var changed = Enumerable.Range(0, @base.Count).Where(b => IsChanged(b, side)).ToList();
        if (changed.Count == 0) return [];
        var places = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);   // of contents that several elements have: −1
        foreach (var b in changed)
            if (ContentOf(@base[b]) is var content && !places.TryAdd(content.Bytes, b)) places[content.Bytes] = SideMatch.None;

        var shifts = new List<(int Origin, int To)>();
        for (var s = 0; s < side.Elements.Count; s++)
        {
            var to = side.Match.OfSide[s];
            if (to == SideMatch.None ? !arePositions : side.Elements[s] == @base[to] || side.Match.Renamed.Contains(to)) continue;
            var content = ContentOf(side.Elements[s]);
            var origin = places.GetValueOrDefault(content.Bytes, SideMatch.None);
            var weight = Similarity.Weight(content);
            if (origin == SideMatch.None || origin == to || (arePositions ? weight == 0 : weight < LittleContent)) continue;
            shifts.Add((origin, to));
        }

        // One content under another key can be a coincidence, unless keys are positions or no other element has such members.
        if (shifts.Count == 0 || (shifts.Count == 1 && !arePositions && UniqueWeight(@base[shifts[0].Origin]) < LittleContent)) return [];
        return shifts.SelectMany(shift => new[] { shift.Origin, shift.To }).Where(b => b != SideMatch.None).Distinct();
    }

    private JsonPart ContentOf(JsonPart element) => !element.IsObject || _keys.Length == 0 ? element
        : JsonPart.ObjectOf(element.MemberList().Where(member => !Array.Exists(_keys, key => member.Name.Span[1..^1].SequenceEqual(key))));

    /// <summary>The weight of the members that no other element of the base has.</summary>
    private double UniqueWeight(JsonPart element)
    {
        var members = ContentOf(element).MemberList().ToHashSet(new MemberComparer());
        foreach (var other in @base.Where(other => other != element)) members.ExceptWith(other.MemberList());
        return members.Sum(member => Similarity.Weight(member.Value));
    }

    private bool IsChanged(int b, (List<JsonPart> Elements, SideMatch Match) side) =>
        side.Match.OfBase[b] is not (not SideMatch.None and var at) || side.Elements[at] != @base[b];

    /// <summary>Compares members by name and value.</summary>
    private sealed class MemberComparer : IEqualityComparer<JsonMember>
    {
        public bool Equals(JsonMember x, JsonMember y) => x.Name.Span.SequenceEqual(y.Name.Span) && x.Value == y.Value;

        public int GetHashCode(JsonMember member) => HashCode.Combine(ByteComparer.Instance.GetHashCode(member.Name), member.Value);
    }
}
