using Merging.Json.Arrays;

namespace Merging.Json;

/// <summary>Records the conflicts, changes and safe rules of a merge.</summary>
internal sealed class MergeLog(MergeRules rules, SideNames names)
{
    public MergeRules Rules => rules;
    public SideNames Names => names;
    public List<MergeConflict> Conflicts { get; } = [];
    public List<MergePlace> Changes { get; } = [];
    public List<AppliedRule> SafeRules { get; } = [];

    /// <summary>Records a value that only one side changed.</summary>
    public MergedJson? Take(MergePath place, JsonPart? value, MergeSide side)
    {
        Change(place, side);
        return value is { } part ? new MergedJson.Taken(part) : null;
    }

    /// <summary>Records that only one side changed a place.</summary>
    public void Change(MergePath place, MergeSide side) => Changes.Add(new(place.ToString(), null, side));

    /// <summary>Runs a part of the merge. If its result is refused, the log drops the records of the part.</summary>
    /// <returns>The result of the part; null if the result was refused.</returns>
    public T? Try<T>(Func<T> part, Func<T, bool> isRefused) where T : class
    {
        var (conflicts, changes, safeRules) = (Conflicts.Count, Changes.Count, SafeRules.Count);
        var result = part();
        if (!isRefused(result)) return result;
        Conflicts.RemoveRange(conflicts, Conflicts.Count - conflicts);
        Changes.RemoveRange(changes, Changes.Count - changes);
        SafeRules.RemoveRange(safeRules, SafeRules.Count - safeRules);
        return null;
    }

    public void Apply(MergePath place, SafeRule rule) => SafeRules.Add(new(place.ToString(), rule));

    /// <summary>Records a conflict and returns the gap for its value.</summary>
    public MergedJson.Open Open(
        MergeConflictKind kind, MergePath place, JsonPart? @base, JsonPart? ours, JsonPart? theirs, string why,
        ConflictScope scope = ConflictScope.Value) => new(Record(kind, place, @base, ours, theirs, why, scope));

    /// <summary>Records a conflict over an array, or over elements in a row.</summary>
    public MergedJson.Open Open(
        MergeConflictKind kind, MergePath place, ArrayVersions versions, string why, ConflictScope scope = ConflictScope.Value) => Open(
        kind, place, JsonPart.ArrayOf(versions.Base), JsonPart.ArrayOf(versions.Ours), JsonPart.ArrayOf(versions.Theirs), why, scope);

    public MergeConflict Record(
        MergeConflictKind kind, MergePath place, JsonPart? @base, JsonPart? ours, JsonPart? theirs, string why, ConflictScope scope)
    {
        var conflict = new MergeConflict
        {
            Kind = kind,
            Path = place.ToString(),
            Scope = scope,
            Base = @base?.Bytes,
            Ours = ours?.Bytes,
            Theirs = theirs?.Bytes,
            Why = why,
            Rule = rules.SettlingAt(place),
        };
        Conflicts.Add(conflict);
        return conflict;
    }
}
