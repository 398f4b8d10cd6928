using System.Text;
using Merging.Json;

namespace Memento.Tests.Merging.Json;

/// <summary>Merges of JSON texts.</summary>
internal static class JsonMerges
{
    /// <summary>Merges three canonical texts; an empty base stands for no value.</summary>
    public static JsonMergeResult Merge(string @base, string ours, string theirs, JsonMergeOptions? options = null) =>
        JsonMerge.Merge(JsonGen.Bytes(@base), JsonGen.Bytes(ours), JsonGen.Bytes(theirs), options);

    /// <summary>The merged text, or null if there is a conflict.</summary>
    public static string? Clean(string @base, string ours, string theirs)
    {
        var result = Merge(@base, ours, theirs);
        return result.Conflicts.IsEmpty ? Text(result.Merged) : null;
    }

    public static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    /// <summary>A text of a possibly absent value, for comparisons and messages.</summary>
    public static string Text(ReadOnlyMemory<byte>? json) => json is { } value ? Text(value) : "absent";

    /// <summary>The conflicts for a message.</summary>
    public static string Conflicts(JsonMergeResult result) =>
        string.Join('\n', result.Conflicts.Select(c => $"{c.Path}: {c.Why} ours {Text(c.Ours)}, theirs {Text(c.Theirs)}"));
}
