namespace Merging.Json;

/// <summary>Tells whether an object was replaced by another one with the same key, or changed.</summary>
internal static class Recreation
{
    /// <summary>
    /// Members from which an object that keeps none of its values is another one, even if the names of the members are the same.
    /// </summary>
    private const int MinMembers = 3;

    /// <summary>
    /// Whether a later object keeps no value of an earlier one, and none of the names unless both have at least <see cref="MinMembers"/>
    /// members.
    /// </summary>
    /// <param name="identity">Names of members that do not count, because both must have them.</param>
    public static bool IsMadeAnew(JsonPart before, JsonPart after, byte[][] identity)
    {
        var (old, now) = (Counted(before, identity), Counted(after, identity));
        if (old.Count == 0 || now.Count == 0) return false;
        var names = 0;
        foreach (var (name, value) in old)
        {
            if (!now.TryGetValue(name, out var kept)) continue;
            if (kept == value || Similarity.AreAlike(kept, value)) return false;
            names++;
        }

        return names == 0 || (old.Count >= MinMembers && now.Count >= MinMembers);
    }

    private static Dictionary<string, JsonPart> Counted(JsonPart value, byte[][] identity)
    {
        var members = new Dictionary<string, JsonPart>(StringComparer.Ordinal);
        foreach (var member in value.MemberList())
        {
            var name = member.Name.Span[1..^1];
            if (!IsIdentity(name)) members[member.Text] = member.Value;
        }

        return members;

        bool IsIdentity(ReadOnlySpan<byte> name)
        {
            foreach (var key in identity)
                if (name.SequenceEqual(key)) return true;
            return false;
        }
    }
}
