using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>Equality of canonical values: the same bytes. The seed of the hash is the process's own, so that nobody can choose values that collide; nothing may depend on the order of a table.</summary>
internal sealed class SameBytes : IEqualityComparer<JsonElement>
{
    public static SameBytes Comparer { get; } = new();

    public static bool Are(JsonElement a, JsonElement b) => JsonMarshal.GetRawUtf8Value(a).SequenceEqual(JsonMarshal.GetRawUtf8Value(b));

    public bool Equals(JsonElement x, JsonElement y) => Are(x, y);

    public int GetHashCode([DisallowNull] JsonElement obj)
    {
        var hash = new HashCode();
        hash.AddBytes(JsonMarshal.GetRawUtf8Value(obj));
        return hash.ToHashCode();
    }
}
