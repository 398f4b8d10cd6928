using System.Text;
using Merging.Text;

namespace Merging.Json;

/// <summary>Settles a recorded conflict by a strategy that a rule gives.</summary>
public static class ConflictSettler
{
    /// <summary>Returns the settlement; null if the strategy asks for a person or does not fit the values.</summary>
    /// <param name="newer">The side that was written later.</param>
    public static Settlement? Settle(MergeConflict conflict, ConflictSettling strategy, MergeSide newer)
    {
        ReadOnlyMemory<byte>? value;
        switch (strategy)
        {
            case ConflictSettling.Ours: value = conflict.Ours; break;
            case ConflictSettling.Theirs: value = conflict.Theirs; break;
            case ConflictSettling.Newer: value = conflict[newer]; break;
            default:
                if (conflict.Scope is ConflictScope.Order || conflict.Lines is not null) return null;
                if (Both(conflict) is not var (ours, theirs)) return null;
                value = strategy switch
                {
                    ConflictSettling.Larger => Larger(ours, theirs)?.Bytes,
                    ConflictSettling.Max => ours.IsNumber && theirs.IsNumber ? Larger(ours, theirs)?.Bytes : null,
                    ConflictSettling.Union => Union(ours, theirs)?.Bytes,
                    ConflictSettling.Text => MergedText(conflict.Base is { } b ? new JsonPart(b) : null, ours, theirs)?.Bytes,
                    _ => null,
                };
                if (value is null) return null;
                break;
        }

        return new(conflict, SmartRule.ByRule, value);
    }

    private static (JsonPart Ours, JsonPart Theirs)? Both(MergeConflict conflict) =>
        conflict is { Ours: { } ours, Theirs: { } theirs } ? (new(ours), new(theirs)) : null;

    private static JsonPart? Larger(JsonPart ours, JsonPart theirs)
    {
        if (ours.Type != theirs.Type) return null;
        var order = ours.Type switch
        {
            "number" => NumberOrder.Compare(ours.Bytes.Span, theirs.Bytes.Span),
            "string" => ours.Bytes.Length.CompareTo(theirs.Bytes.Length),
            "array" => ours.Elements().Count.CompareTo(theirs.Elements().Count),
            "object" => ours.MemberList().Count.CompareTo(theirs.MemberList().Count),
            _ => 0,
        };
        return order switch { > 0 => ours, < 0 => theirs, _ => null };
    }

    /// <summary>Returns all elements of both arrays, or all members of both objects if no member has two values.</summary>
    private static JsonPart? Union(JsonPart ours, JsonPart theirs)
    {
        if (ours.IsArray && theirs.IsArray)
        {
            var elements = ours.Elements();
            var known = elements.ToHashSet();
            return JsonPart.ArrayOf([.. elements, .. theirs.Elements().Where(element => !known.Contains(element))]);
        }

        if (!ours.IsObject || !theirs.IsObject) return null;
        var members = new SortedDictionary<string, JsonMember>(ours.Members(), StringComparer.Ordinal);
        foreach (var (name, member) in theirs.Members())
            if (!members.TryAdd(name, member) && members[name].Value != member.Value) return null;
        return JsonPart.ObjectOf(members.Values);
    }

    /// <summary>Merges two strings line by line; null if a version is not a string.</summary>
    private static JsonPart? MergedText(JsonPart? @base, JsonPart ours, JsonPart theirs)
    {
        if (@base is not { IsString: true } b || !ours.IsString || !theirs.IsString) return null;
        var merged = TextMerge.Merge(Utf8(b), Utf8(ours), Utf8(theirs));
        return JsonStrings.Write(merged.Resolve(chunk => SmartText.Settle(chunk).Bytes));

        static byte[] Utf8(JsonPart text) => Encoding.UTF8.GetBytes(text.Text());
    }
}
