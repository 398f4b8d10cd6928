using Merging.Sequences;

namespace Merging.Json;

/// <summary>The place of an object among others: whether the object is a record, and which members identify it.</summary>
/// <param name="Identity">Members that do not tell versions of the object apart, because all versions must have them.</param>
/// <param name="IsRecord">Whether the object stands among others of its kind, so that another one can take its place.</param>
internal sealed record ObjectRole(byte[][] Identity, bool IsRecord)
{
    public static ObjectRole Record { get; } = new([], IsRecord: true);

    public static ObjectRole Group { get; } = new([], IsRecord: false);
}

/// <summary>Tells whether an object was replaced by another one under the same name, or changed.</summary>
/// <param name="keyNames">Members that can name an object.</param>
internal sealed class Recreation(byte[][] keyNames)
{
    /// <summary>
    /// Whether a later object is another one. A single replaced value is a change. A record that keeps nothing of the earlier one but
    /// its key was replaced. So was any object that lost its name and other texts, and kept less than that.
    /// </summary>
    public bool IsMadeAnew(JsonPart before, JsonPart after, ObjectRole role)
    {
        var (old, now) = (Counted(before, role), Counted(after, role));
        if (old.Count == 0 || now.Count == 0) return false;
        var (common, kept, lost, changed, lostTexts, isRenamed) = (0, 0, 0, 0, 0, false);
        foreach (var (name, value) in old)
        {
            var later = now.TryGetValue(name, out var found) ? found : (JsonPart?)null;
            if (later is not null) common++;
            if (value != later) changed++;
            if (later is { } l && (value == l ? IsTelling(value) || value.IsNumber : Similarity.AreAlike(value, l))) kept++;
            else if (value != later && IsTelling(value))
            {
                lost++;
                if (value.IsString) lostTexts++;
                isRenamed |= value.IsString && Array.Exists(keyNames, key => name.Span.SequenceEqual(key));
            }
        }

        if (isRenamed && lost > 1 && lost > kept) return true;
        return role.IsRecord && kept == 0 && (common == 0 || lost > 1 || (lostTexts > 0 && changed > 1));
    }

    /// <summary>
    /// Whether a value tells objects apart. Numbers change too often for that, and booleans, null and empty values are equal by chance.
    /// </summary>
    private static bool IsTelling(JsonPart value) => value.Bytes.Length > 2 && (value.IsString || !value.IsScalar);

    private static Dictionary<ReadOnlyMemory<byte>, JsonPart> Counted(JsonPart value, ObjectRole role) => value.MemberList()
        .Where(member => !Array.Exists(role.Identity, key => member.Name.Span[1..^1].SequenceEqual(key)))
        .ToDictionary(member => member.Name[1..^1], member => member.Value, ByteComparer.Instance);

    /// <summary>Whether the members of an object are records: objects of one kind, which have at least one member in common.</summary>
    public static bool IsMapOfRecords(Dictionary<string, JsonMember> members)
    {
        if (members.Count < 2) return false;
        HashSet<ReadOnlyMemory<byte>>? common = null;
        foreach (var member in members.Values)
        {
            var names = member.Value.MemberList().Select(inner => inner.Name);
            if (common is null) common = names.ToHashSet(ByteComparer.Instance);
            else common.IntersectWith(names);
            if (common.Count == 0) return false;
        }

        return true;
    }
}
