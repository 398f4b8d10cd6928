using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Memento;

/// <summary>Reads what was stored as JSON with a version.</summary>
internal static class StoredJson
{
    /// <summary>Throws <see cref="FormatException"/> for another version, and for what cannot be read.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="version">The version that it was stored with.</param>
    /// <param name="known">The version that this program knows.</param>
    /// <param name="payload">The JSON.</param>
    /// <param name="type">How to read it.</param>
    public static T Read<T>(string what, short version, short known, ReadOnlySpan<byte> payload, JsonTypeInfo<T> type)
    {
        if (version != known) throw new FormatException($"{what} has version {version}; this program knows {known}.");
        try
        {
            return JsonSerializer.Deserialize(payload, type) ?? throw new FormatException($"{what} is empty.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"{what} cannot be read: {e.Message}", e);
        }
    }
}
