using System.Text;
using Merging.Json.Arrays;
using Merging.Sequences;
using Merging.Text;

namespace Merging.Json;

/// <summary>Merges values. Objects are merged by <see cref="MemberMerge"/>, arrays by <see cref="ArrayMerge"/>.</summary>
/// <param name="keyNames">Names of members that can identify elements, in UTF-8.</param>
/// <param name="moved">By place that cannot be merged: the item that moved within the place.</param>
internal sealed class JsonMerger(byte[][] keyNames, MergeLog log, IReadOnlyDictionary<string, JsonPart> moved)
{
    private readonly Recreation _recreation = new(keyNames);

    public MergeLog Log => log;

    /// <summary>The work that the search for matching elements may cost in all arrays together.</summary>
    public WorkBudget Budget { get; } = new();

    public byte[][] KeyNames => keyNames;

    /// <summary>Merges a value in three versions. Null stands for no value, in the arguments and in the result.</summary>
    /// <param name="role">The role of the value if it is an object; null for the whole value.</param>
    public MergedJson? Merge(MergePath place, JsonPart? @base, JsonPart? ours, JsonPart? theirs, ObjectRole? role = null)
    {
        if (ours == theirs)
        {
            if (@base != ours) log.Apply(place, SafeRule.SameChange);
            return ours is { } same ? new MergedJson.Taken(same) : null;
        }

        if (@base == ours) return log.Take(place, theirs, MergeSide.Theirs);
        if (@base == theirs) return log.Take(place, ours, MergeSide.Ours);
        if (moved.Count > 0 && moved.TryGetValue(place.ToString(), out var item)) return OpenMoved(place, @base, ours, theirs, item);
        if (ours is { } o && theirs is { } t) return MergeChanged(place, @base, o, t, role);
        return log.Open(MergeConflictKind.MissingTarget, place, @base, ours, theirs,
            $"{log.Names.Start(Remover(ours))} removed {place.Name}, {log.Names.Middle(Other(Remover(ours)))} changed it.");
    }

    private MergedJson.Open OpenMoved(MergePath place, JsonPart? @base, JsonPart? ours, JsonPart? theirs, JsonPart item)
    {
        var name = item.ToString() is { Length: <= 60 } text ? text : "an item";
        return log.Open(MergeConflictKind.NotMatched, place, @base, ours, theirs,
            $"One side moved {name} to another place within {place.Name}, the other moved it elsewhere, changed it or removed it.");
    }

    /// <summary>Merges a value that both sides have and changed in different ways.</summary>
    private MergedJson MergeChanged(MergePath place, JsonPart? @base, JsonPart ours, JsonPart theirs, ObjectRole? role)
    {
        if (Max(place, ours, theirs) is { } larger) return larger;
        if (@base is not { } b)
        {
            return log.Open(MergeConflictKind.AddedByBoth, place, null, ours, theirs,
                place == MergePath.Root
                    ? "Both sides made the whole value anew, with different contents. No common version says how they belong together."
                    : $"Both sides added {place.Name}, with different contents. No common version says how they belong together.");
        }

        if (b.IsObject && ours.IsObject && theirs.IsObject) return MergeObjects(place, b, ours, theirs, role);
        if (b.IsArray && ours.IsArray && theirs.IsArray) return ArrayMerge.Merge(this, place, b, ours, theirs);
        if (b.IsString && ours.IsString && theirs.IsString && MergeText(place, b, ours, theirs) is { } text) return text;
        if (ours.Type == theirs.Type)
        {
            return log.Open(MergeConflictKind.ValueMismatch, place, b, ours, theirs,
                $"Both sides changed {place.Name}, to different {Plural(ours.Type)}.");
        }

        return log.Open(MergeConflictKind.TypeMismatch, place, b, ours, theirs,
            $"Both sides changed {place.Name}: {log.Names.Ours} has {WithArticle(ours.Type)} now, "
            + $"{log.Names.Theirs} has {WithArticle(theirs.Type)}.");
    }

    /// <summary>
    /// Merges objects. An object that a side replaced by another one under the same name is not mixed with the earlier one: the whole
    /// object is in conflict. The whole value is not checked, because only the caller knows whether it was made anew.
    /// </summary>
    private MergedJson MergeObjects(MergePath place, JsonPart @base, JsonPart ours, JsonPart theirs, ObjectRole? role)
    {
        var byOurs = role is not null && _recreation.IsMadeAnew(@base, ours, role);
        var byTheirs = role is not null && _recreation.IsMadeAnew(@base, theirs, role);
        if (NumberedMembers.AreShifted(@base, ours, theirs))
        {
            return log.Open(MergeConflictKind.NotMatched, place, @base, ours, theirs,
                $"One side gave values in {place.Name} other numbers, the other changed them. Nothing says which are the same.");
        }

        if (!byOurs && !byTheirs) return new MemberMerge(this, place, @base, ours, theirs).Merge();
        var why = byOurs && byTheirs ? $"Both sides replaced {place.Name} by another one."
            : $"{log.Names.Start(byOurs ? MergeSide.Ours : MergeSide.Theirs)} replaced {place.Name} by another one under the same key, "
              + $"{log.Names.Middle(byOurs ? MergeSide.Theirs : MergeSide.Ours)} changed the earlier one.";
        return log.Open(MergeConflictKind.MadeAnew, place, @base, ours, theirs, why);
    }

    private MergedJson.Taken? Max(MergePath place, JsonPart ours, JsonPart theirs)
    {
        if (!ours.IsNumber || !theirs.IsNumber || log.Rules.SettlingAt(place)?.Strategy is not ConflictSettling.Max) return null;
        log.Apply(place, SafeRule.Max);
        return new(NumberOrder.Compare(ours.Bytes.Span, theirs.Bytes.Span) >= 0 ? ours : theirs);
    }

    private MergedJson.Taken? MergeText(MergePath place, JsonPart @base, JsonPart ours, JsonPart theirs)
    {
        if (log.Rules.ReadingAt(place)?.As is not JsonMergeKind.Text) return null;
        var merged = TextMerge.Merge(Utf8(@base), Utf8(ours), Utf8(theirs)).Merged;
        if (merged is null) return null;
        log.Apply(place, SafeRule.TextLines);
        return new(JsonStrings.Write(merged));

        static byte[] Utf8(JsonPart text) => Encoding.UTF8.GetBytes(text.Text());
    }

    private static MergeSide Remover(JsonPart? ours) => ours is null ? MergeSide.Ours : MergeSide.Theirs;

    private static MergeSide Other(MergeSide side) => side is MergeSide.Ours ? MergeSide.Theirs : MergeSide.Ours;

    private static string Plural(string type) => type + "s";

    private static string WithArticle(string type) => type switch
    {
        "null" => "null",
        "object" or "array" => $"an {type}",
        _ => $"a {type}",
    };
}
