using Merging.Sequences;
namespace Merging.Json;

/// <summary>One run of <see cref="JsonMerge"/>.</summary>
internal sealed class JsonMerger(JsonMergeOptions options)
{
    public List<MergeConflict> Conflicts { get; } = [];
    public List<MergePlace> Changes { get; } = [];

    /// <summary>The merged value; null if it is not there in the result.</summary>
    public MergedJson? Merge(string path, JsonPart? @base, JsonPart? ours, JsonPart? theirs)
    {
        if (ours == theirs) return Take(ours);
        if (@base == ours)
        {
            Changes.Add(new(path, null, MergeSide.Theirs));
            return Take(theirs);
        }

        if (@base == theirs)
        {
            Changes.Add(new(path, null, MergeSide.Ours));
            return Take(ours);
        }

        if (ours is not { } o || theirs is not { } t)
            return Open(MergeConflictKind.MissingTarget, path, @base, ours, theirs, ours is null ? "Ours removed it, theirs changed it." : "Theirs removed it, ours changed it.");
        if (o.IsObject && t.IsObject) return MergeMembers(path, @base, o, t);
        if (o.IsArray && t.IsArray) return MergeArrays(path, @base, o, t);
        return o.Type == t.Type
            ? Open(MergeConflictKind.ValueMismatch, path, @base, ours, theirs, @base is null ? $"Both added it, as different values of type {o.Type}." : $"Both changed it, to different values of type {o.Type}.")
            : Open(MergeConflictKind.TypeMismatch, path, @base, ours, theirs, $"Ours made it a value of type {o.Type}, theirs one of type {t.Type}.");
    }

    private MergedJson.Object MergeMembers(string path, JsonPart? @base, JsonPart ours, JsonPart theirs)
    {
        var (b, o, t) = (@base?.Members() ?? [], ours.Members(), theirs.Members());
        var merged = new List<(ReadOnlyMemory<byte>, MergedJson)>(Math.Max(o.Count, t.Count));
        foreach (var name in o.Keys.Union(t.Keys).Order(StringComparer.Ordinal))   // the order of UTF-16 code units
        {
            if (Merge($"{path}/{Escaped(name)}", Of(b), Of(o), Of(t)) is { } value) merged.Add((o.TryGetValue(name, out var member) ? member.Name : t[name].Name, value));

            JsonPart? Of(Dictionary<string, JsonMember> members) => members.TryGetValue(name, out var found) ? found.Value : null;
        }

        return new(merged);
    }

    private MergedJson.Array MergeArrays(string path, JsonPart? @base, JsonPart ours, JsonPart theirs)
    {
        var (b, o, t) = (@base?.Elements() ?? [], ours.Elements(), theirs.Elements());
        foreach (var member in options.IdMembers)
            if (JsonSet.TryRead(b, member) is { } baseSet && JsonSet.TryRead(o, member) is { } ourSet && JsonSet.TryRead(t, member) is { } theirSet)
                return MergeSets(path, baseSet, ourSet, theirSet);
        return MergeSequences(path, b, o, t);
    }

    private MergedJson.Array MergeSets(string path, JsonSet @base, JsonSet ours, JsonSet theirs)
    {
        var merged = new List<MergedJson>();
        var index = 0;
        foreach (var id in JsonSet.Order(@base, ours, theirs))
        {
            if (Merge($"{path}/{index}", @base[id], ours[id], theirs[id]) is not { } element) continue;
            merged.Add(element);
            if (element is not MergedJson.Open { Conflict.Ours: null }) index++;
        }

        return new(merged);
    }

    private MergedJson.Array MergeSequences(string path, List<JsonPart> b, List<JsonPart> o, List<JsonPart> t)
    {
        var interner = new Interner(o.Count);
        var (bs, os, ts) = (Numbers(b), Numbers(o), Numbers(t));
        var merged = new List<MergedJson>();
        var index = 0;
        foreach (var region in SequenceMerge.Merge(bs, os, ts, interner.Count, options.Algorithm))
        {
            if (region.Part is not MergePart.Conflict)
            {
                var (from, stretch) = region.Part is MergePart.Theirs ? (t, region.Theirs) : (o, region.Ours);
                if (region.Part is not MergePart.Common) Changes.Add(new($"{path}/{index}", null, region.Part is MergePart.Theirs ? MergeSide.Theirs : MergeSide.Ours));
                for (var i = stretch.Start; i < stretch.End; i++) merged.Add(new MergedJson.Taken(from[i]));
                index += stretch.Length;
            }
            else if (region.Base.Length == region.Ours.Length && region.Ours.Length == region.Theirs.Length)   // nothing came or went, so the elements correspond
            {
                for (var i = 0; i < region.Ours.Length; i++)
                    merged.Add(Merge($"{path}/{index++}", b[region.Base.Start + i], o[region.Ours.Start + i], t[region.Theirs.Start + i])!);
            }
            else
            {
                merged.Add(Open(MergeConflictKind.ValueMismatch, $"{path}/{index}", Some(b, region.Base), Some(o, region.Ours), Some(t, region.Theirs), "Both changed the same elements of the array.", isElements: true));
                index += region.Ours.Length;
            }
        }

        return new(merged);

        int[] Numbers(List<JsonPart> elements) => [.. elements.Select(element => interner.NumberOf(element.Bytes))];
    }

    private MergedJson.Open Open(MergeConflictKind kind, string path, JsonPart? @base, JsonPart? ours, JsonPart? theirs, string why, bool isElements = false)
    {
        var conflict = new MergeConflict { Kind = kind, Path = path, IsElements = isElements, Base = @base?.Bytes, Ours = ours?.Bytes, Theirs = theirs?.Bytes, Why = why };
        Conflicts.Add(conflict);
        return new(conflict);
    }

    private static MergedJson.Taken? Take(JsonPart? value) => value is { } part ? new(part) : null;

    private static JsonPart Some(List<JsonPart> elements, Stretch some) => JsonPart.ArrayOf(elements.GetRange(some.Start, some.Length));

    private static string Escaped(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
