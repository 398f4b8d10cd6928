using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Merging.Json;

/// <summary>Three-way merge of canonical JSON: objects member by member, arrays as sequences of elements or, where elements have ids, as sets.</summary>
public static class JsonMerge
{
    /// <summary>
    /// Applies the changes from <paramref name="base"/> to <paramref name="theirs"/> to <paramref name="ours"/>. All three are canonical JSON: UTF-8, members in the
    /// order of their names, no white space, so that equal values are equal bytes; so is the result, unless the order of members in the inputs was wrong. An empty base
    /// stands for no value. Throws <see cref="JsonException"/> if what it has to look into is no JSON.
    /// </summary>
    public static JsonMergeResult Merge(ReadOnlyMemory<byte> @base, ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs, JsonMergeOptions? options = null)
    {
        var merger = new JsonMerger(options ?? JsonMergeOptions.Default);
        var root = merger.Merge("", @base.IsEmpty ? null : new JsonPart(@base), new JsonPart(ours), new JsonPart(theirs))!;
        return new(root, [.. merger.Conflicts], [.. merger.Changes]);
    }
}

/// <summary>What <see cref="JsonMerge"/> found.</summary>
public sealed class JsonMergeResult
{
    private readonly MergedJson _root;

    internal JsonMergeResult(MergedJson root, ImmutableArray<MergeConflict> conflicts, ImmutableArray<MergePlace> changes)
    {
        _root = root;
        (Conflicts, Changes) = (conflicts, changes);
        Merged = Resolve(MergeSide.Ours)!;
    }

    /// <summary>The merged value, with ours where there are conflicts.</summary>
    public byte[] Merged { get; }

    /// <summary>The places that both sides changed differently, in the order of the document.</summary>
    public ImmutableArray<MergeConflict> Conflicts { get; }

    /// <summary>The places that only one side changed.</summary>
    public ImmutableArray<MergePlace> Changes { get; }

    /// <summary>The merged value with every conflict settled in favour of one side. Null if the whole value is in conflict and that side has none.</summary>
    public byte[]? Resolve(MergeSide side) => Resolve(conflict => conflict[side]);

    /// <summary>The merged value with every conflict replaced by what <paramref name="choose"/> answers: canonical JSON, or null to leave the place out.</summary>
    public byte[]? Resolve(Func<MergeConflict, ReadOnlyMemory<byte>?> choose)
    {
        var json = new ArrayBufferWriter<byte>();
        return _root.Write(json, choose, []) ? json.WrittenSpan.ToArray() : null;
    }
}
