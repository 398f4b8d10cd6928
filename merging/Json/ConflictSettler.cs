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
                JsonPart? @base = conflict.Base is { } b ? new JsonPart(b) : null;
                value = strategy switch
                {
                    ConflictSettling.Larger => Larger(ours, theirs)?.Bytes,
                    ConflictSettling.Union => IsUncertain(conflict.Kind) ? null : Union(@base, ours, theirs)?.Bytes,
                    ConflictSettling.Text => MergedText(@base, ours, theirs)?.Bytes,
                    _ => null,
                };
                if (value is null) return null;
                break;
        }

        return new(conflict, SmartRule.ByRule, value);
    }

    /// <summary>Whether the values of a conflict may be two different items. Their union would be a mixture.</summary>
    private static bool IsUncertain(MergeConflictKind kind) =>
        kind is MergeConflictKind.NotMatched or MergeConflictKind.MadeAnew or MergeConflictKind.Renamed or MergeConflictKind.Reordered;

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

    /// <summary>
    /// Returns all elements of both arrays, or all members of both objects if no member has two values. Parts that one side removed are
    /// left out.
    /// </summary>
    private static JsonPart? Union(JsonPart? @base, JsonPart ours, JsonPart theirs)
    {
        if (ours.IsArray && theirs.IsArray)
        {
            var (old, inOurs, inTheirs) = (@base?.Elements().ToHashSet() ?? [], ours.Elements().ToHashSet(), theirs.Elements().ToHashSet());
            return JsonPart.ArrayOf([
                .. ours.Elements().Where(element => inTheirs.Contains(element) || !old.Contains(element)),
                .. theirs.Elements().Where(element => !inOurs.Contains(element) && !old.Contains(element))]);
        }

        if (!ours.IsObject || !theirs.IsObject) return null;
        var (b, o, t) = (@base?.Members() ?? [], ours.Members(), theirs.Members());
        var members = new SortedDictionary<string, JsonMember>(StringComparer.Ordinal);
        foreach (var (name, member) in o.Concat(t))
        {
            if (o.TryGetValue(name, out var our) && t.TryGetValue(name, out var their) && our.Value != their.Value) return null;
            if (!b.ContainsKey(name) || (o.ContainsKey(name) && t.ContainsKey(name))) members[name] = member;
        }

        return JsonPart.ObjectOf(members.Values);
    }

    /// <summary>Merges two strings line by line; null if both changed the same lines, or a version is not a string.</summary>
    private static JsonPart? MergedText(JsonPart? @base, JsonPart ours, JsonPart theirs)
    {
        if (@base is not { IsString: true } b || !ours.IsString || !theirs.IsString) return null;
        return TextMerge.Merge(Utf8(b), Utf8(ours), Utf8(theirs)).Merged is { } merged ? JsonStrings.Write(merged) : null;

        static byte[] Utf8(JsonPart text) => Encoding.UTF8.GetBytes(text.Text());
    }
}
