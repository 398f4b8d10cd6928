using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>The elements of a side and their partners in the base.</summary>
internal sealed record MatchedSide(List<JsonPart> Elements, SideMatch Match);

/// <summary>
/// Finds elements whose content stands under another key now, as after renumbering. There the key says one thing and the content another,
/// so neither is certain.
/// </summary>
/// <param name="base">The elements of the base.</param>
/// <param name="keyNames">The members that are keys; empty if the keys stand outside of the elements.</param>
/// <param name="arePositions">Whether the keys count the elements.</param>
internal sealed class ShiftedKeys(
    List<JsonPart> @base, MatchedSide ours, MatchedSide theirs,
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
    private IEnumerable<int> Of(MatchedSide side)
    {
        var changed = Enumerable.Range(0, @base.Count).Where(b => IsChanged(b, side)).ToList();
        if (changed.Count == 0) return [];
        var shifts = arePositions ? ByMembers(side) : ByContent(side, changed);

        // A single content under another key can be a coincidence, unless keys are positions or no other element has such members.
        if (shifts.Count == 1 && !arePositions && UniqueWeight(@base[shifts[0].Origin]) < LittleContent) return [];
        return shifts.SelectMany(shift => new[] { shift.Origin, shift.To }).Where(b => b != SideMatch.None).Distinct();
    }

    /// <summary>Returns the elements whose content, word for word, was that of another element.</summary>
    private List<(int Origin, int To)> ByContent(MatchedSide side, List<int> changed)
    {
        var (places, shifts) = (new Dictionary<JsonPart, int>(), new List<(int Origin, int To)>());
        foreach (var b in changed) AddUnique(places, ContentOf(@base[b]), b);
        for (var s = 0; s < side.Elements.Count; s++)
        {
            var to = side.Match.OfSide[s];
            if (to == SideMatch.None || side.Elements[s] == @base[to] || side.Match.Renamed.Contains(to)) continue;
            var content = ContentOf(side.Elements[s]);
            var origin = places.GetValueOrDefault(content, SideMatch.None);
            if (origin != SideMatch.None && origin != to && Similarity.Weight(content) >= LittleContent) shifts.Add((origin, to));
        }

        return shifts;
    }

    /// <summary>
    /// Returns the elements that have a member of another element, which no third one had, and none of the members that only the element
    /// with their key had. Values that are no objects count as members.
    /// </summary>
    private List<(int Origin, int To)> ByMembers(MatchedSide side)
    {
        var changed = Enumerable.Range(0, side.Elements.Count).Where(s => side.Match.OfSide[s] is var b
            && (b == SideMatch.None || (side.Elements[s] != @base[b] && !side.Match.Renamed.Contains(b)))).ToList();
        var (owners, shifts) = (OwnersOf(changed.SelectMany(s => MembersOf(side.Elements[s]))), new List<(int Origin, int To)>());
        foreach (var s in changed)
        {
            var to = side.Match.OfSide[s];
            var origins = MembersOf(side.Elements[s]).Select(member => owners[member]).ToHashSet();
            origins.Remove(SideMatch.None);
            if (origins.Count == 0 || origins.Contains(to)) continue;
            shifts.AddRange(origins.Where(origin => IsChanged(origin, side)).Select(origin => (origin, to)));
        }

        return shifts;
    }

    /// <summary>
    /// Returns, by member, the index of the only element of the base that has the member; none if no element or several have it.
    /// </summary>
    private Dictionary<JsonPart, int> OwnersOf(IEnumerable<JsonPart> members)
    {
        var owners = new Dictionary<JsonPart, int>();
        foreach (var member in members) owners[member] = SideMatch.None;
        var seen = new HashSet<JsonPart>();
        for (var b = 0; b < @base.Count && owners.Count > 0; b++)
            foreach (var member in MembersOf(@base[b]))
                if (owners.ContainsKey(member)) owners[member] = seen.Add(member) ? b : SideMatch.None;
        return owners;
    }

    /// <summary>
    /// Returns the members that can tell elements apart: not the keys, and not those with a boolean, null or nothing in it.
    /// </summary>
    private IEnumerable<JsonPart> MembersOf(JsonPart element) => !element.IsObject ? [element]
        : element.WrittenMembers().Where(member => !IsKey(member.Name) && !IsEmpty(member.Written.Span[(member.Name.Length + 1)..]))
            .Select(member => new JsonPart(member.Written));

    private static bool IsEmpty(ReadOnlySpan<byte> value) =>
        value[0] is (byte)'t' or (byte)'f' or (byte)'n' || (value.Length == 2 && value[0] is (byte)'"' or (byte)'[' or (byte)'{');

    private bool IsKey(ReadOnlyMemory<byte> name) => Array.Exists(_keys, key => name.Span[1..^1].SequenceEqual(key));

    /// <summary>Notes the index of a content; of one that several elements have, none.</summary>
    private static void AddUnique(Dictionary<JsonPart, int> indexes, JsonPart content, int index)
    {
        if (!indexes.TryAdd(content, index)) indexes[content] = SideMatch.None;
    }

    private JsonPart ContentOf(JsonPart element) => !element.IsObject || _keys.Length == 0 ? element
        : JsonPart.ObjectOf(element.MemberList().Where(member => !IsKey(member.Name)));

    /// <summary>The weight of the members that no other element of the base has.</summary>
    private double UniqueWeight(JsonPart element)
    {
        var members = ContentOf(element).MemberList().ToHashSet(new MemberComparer());
        foreach (var other in @base.Where(other => other != element)) members.ExceptWith(other.MemberList());
        return members.Sum(member => Similarity.Weight(member.Value));
    }

    private bool IsChanged(int b, MatchedSide side) =>
        side.Match.OfBase[b] is not (not SideMatch.None and var at) || side.Elements[at] != @base[b];

    /// <summary>Compares members by name and value.</summary>
    private sealed class MemberComparer : IEqualityComparer<JsonMember>
    {
        public bool Equals(JsonMember x, JsonMember y) => x.Name.Span.SequenceEqual(y.Name.Span) && x.Value == y.Value;

        public int GetHashCode(JsonMember member) => HashCode.Combine(ByteComparer.Instance.GetHashCode(member.Name), member.Value);
    }
}
