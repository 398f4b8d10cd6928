namespace Merging.Json;

/// <summary>Tells whether an object was replaced by another one under the same name, or changed.</summary>
internal static class Recreation
{
    /// <summary>Texts that may be replaced in an element of an array before it counts as another one. An element is a record.</summary>
    private const int FewOfElement = 1;

    /// <summary>Texts that may be replaced in a member's object, which may be a mere group of settings.</summary>
    private const int FewOfMember = 2;

    /// <summary>
    /// Whether a later object keeps nothing of an earlier one. A single replaced text is a change. Several replaced texts, or other names,
    /// make another object.
    /// </summary>
    /// <param name="identity">Names of members that do not count, because both must have them.</param>
    public static bool IsMadeAnew(JsonPart before, JsonPart after, byte[][] identity)
    {
        var (old, now) = (Counted(before, identity), Counted(after, identity));
        if (old.Count == 0 || now.Count == 0) return false;
        var (names, replaced) = (0, 0);
        foreach (var (name, value) in old)
        {
            if (!now.TryGetValue(name, out var later)) continue;
            if (value == later ? IsTelling(value) || value.IsNumber : Similarity.AreAlike(value, later)) return false;
            names++;
            if (IsTelling(value)) replaced++;
        }

        return names == 0 || replaced > (identity.Length > 0 ? FewOfElement : FewOfMember);
    }

    /// <summary>
    /// Whether a value tells objects apart. Numbers change too often for that, and booleans, null and empty values are equal by chance.
    /// </summary>
    private static bool IsTelling(JsonPart value) => value.Bytes.Length > 2 && (value.IsString || !value.IsScalar);

    private static Dictionary<string, JsonPart> Counted(JsonPart value, byte[][] identity) => value.MemberList()
        .Where(member => !Array.Exists(identity, key => member.Name.Span[1..^1].SequenceEqual(key)))
        .ToDictionary(member => member.Text, member => member.Value, StringComparer.Ordinal);
}
