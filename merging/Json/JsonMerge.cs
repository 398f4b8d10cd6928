using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Merging.Json;

/// <summary>
/// Three-way merge of canonical JSON. Objects are merged member by member. Elements of arrays are matched over the three versions first,
/// and then their existence, their contents and their order are merged apart.
/// </summary>
public static class JsonMerge
{
    /// <summary>Merges with more and more places kept whole, after which the whole value is in conflict.</summary>
    private const int MaxRounds = 4;

    /// <summary>
    /// Merges the changes of both sides. All three versions and the result are canonical JSON: UTF-8, members in the order of their names,
    /// no white space. Equal values are then equal bytes. An empty base stands for no value.
    /// </summary>
    /// <exception cref="JsonException">A value that the merge has to read is not JSON.</exception>
    public static JsonMergeResult Merge(
        ReadOnlyMemory<byte> @base, ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs, JsonMergeOptions? options = null)
    {
        options ??= JsonMergeOptions.Default;
        JsonPart? b = @base.IsEmpty ? null : new JsonPart(@base);
        var (o, t) = (new JsonPart(ours), new JsonPart(theirs));
        var keyNames = options.KeyMembers.Select(Encoding.UTF8.GetBytes).ToArray();
        var items = b is { } from && o != t && from != o && from != t ? new MovedItems(from, o, t, keyNames) : null;
        var moved = new Dictionary<string, JsonPart>(StringComparer.Ordinal);
        for (var round = 1; ; round++)
        {
            var log = new MergeLog(new MergeRules(options), options.Names);
            var root = new JsonMerger(keyNames, log, moved).Merge(MergePath.Root, b, o, t)!;
            var found = items?.In(root).ToList() ?? [];
            if (found.Count == 0) return new(root, log);

            // Places around the items become conflicts as a whole. If that does not suffice, the whole value becomes one.
            var isNew = false;
            foreach (var (place, item) in found) isNew |= moved.TryAdd(place.ToString(), item);
            if (!isNew || round == MaxRounds) moved.TryAdd(MergePath.Root.ToString(), found[0].Item);
        }
    }
}

/// <summary>The result of <see cref="JsonMerge"/>.</summary>
public sealed class JsonMergeResult
{
    private readonly MergedJson _root;

    internal JsonMergeResult(MergedJson root, MergeLog log)
    {
        _root = root;
        (Conflicts, Changes, SafeRules) = ([.. log.Conflicts], [.. log.Changes], [.. log.SafeRules]);
        Merged = Resolve(MergeSide.Ours)!;
    }

    /// <summary>The merged value, with ours where there are conflicts.</summary>
    public byte[] Merged { get; }

    /// <summary>The places that both sides changed differently, in the order of the document.</summary>
    public ImmutableArray<MergeConflict> Conflicts { get; }

    /// <summary>The places that only one side changed.</summary>
    public ImmutableArray<MergePlace> Changes { get; }

    /// <summary>The places that both sides changed and that are no conflict, each with the reason.</summary>
    public ImmutableArray<AppliedRule> SafeRules { get; }

    /// <summary>
    /// Returns the merged value with every conflict settled in favor of one side. Null if the whole value is in conflict and the side has
    /// none.
    /// </summary>
    public byte[]? Resolve(MergeSide side) => Resolve(conflict => conflict[side]);

    /// <summary>
    /// Returns the merged value with every conflict replaced by the result of <paramref name="choose"/>: canonical JSON, or null to leave
    /// the place out.
    /// </summary>
    /// <exception cref="ArgumentException">A conflict over the order of elements got a value that is none of its three values.</exception>
    public byte[]? Resolve(Func<MergeConflict, ReadOnlyMemory<byte>?> choose)
    {
        var json = new ArrayBufferWriter<byte>();
        return _root.Write(json, choose, []) ? json.WrittenSpan.ToArray() : null;
    }
}
