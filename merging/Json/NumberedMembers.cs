using Merging.Json.Arrays;

namespace Merging.Json;

/// <summary>Finds objects whose names count their members, like <c>{"1":…,"2":…}</c>. They are lists in another form.</summary>
internal static class NumberedMembers
{
    /// <summary>Whether one side moved values to other numbers, and the other side changed or removed those values.</summary>
    public static bool AreShifted(JsonPart @base, JsonPart ours, JsonPart theirs)
    {
        if (InOrder(@base) is not { } b || InOrder(ours) is not { } o || InOrder(theirs) is not { } t) return false;
        if (!Positions.Are(Names(b), Names(o), Names(t))) return false;
        return new ShiftedKeys(Values(b), new(Values(o), ByName(b, o)), new(Values(t), ByName(b, t)), [], arePositions: true).AreInConflict;

        static IEnumerable<JsonPart?> Names(List<JsonMember> members) => members.Select(member => (JsonPart?)new JsonPart(member.Name));

        static List<JsonPart> Values(List<JsonMember> members) => [.. members.Select(member => member.Value)];
    }

    /// <summary>Returns the members in the order of their numbers; null if a name has no number.</summary>
    private static List<JsonMember>? InOrder(JsonPart value)
    {
        var numbered = new List<(long Number, JsonMember Member)>();
        foreach (var member in value.MemberList())
        {
            if (Positions.Read(new JsonPart(member.Name)) is not var (_, number)) return null;
            numbered.Add((number, member));
        }

        return [.. numbered.OrderBy(some => some.Number).Select(some => some.Member)];
    }

    private static SideMatch ByName(List<JsonMember> @base, List<JsonMember> side)
    {
        var match = new SideMatch(@base.Count, side.Count);
        var at = Enumerable.Range(0, @base.Count).ToDictionary(b => @base[b].Text);
        for (var s = 0; s < side.Count; s++)
            if (at.TryGetValue(side[s].Text, out var b)) match.Pair(b, s);
        return match;
    }
}
