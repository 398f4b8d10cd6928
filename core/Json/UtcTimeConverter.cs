using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memento;

/// <summary>Times as RFC 3339 in UTC with a <c>Z</c>, whatever offset they came with.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    private const int MostShown = 64;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String && reader.TryGetDateTimeOffset(out var time)) return time.ToUniversalTime();
        var seen = reader.TokenType is JsonTokenType.String ? $"\"{Shorten(reader.GetString()!)}\"" : $"a JSON {reader.TokenType}";
        throw new JsonException($"{seen} is not a time of RFC 3339, e.g. 2026-01-31T12:00:00Z");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);

    private static string Shorten(string text) => text.Length <= MostShown ? text : text[..MostShown] + "…";
}
