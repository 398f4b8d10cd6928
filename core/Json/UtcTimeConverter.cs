using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memento;

/// <summary>Times as RFC 3339 in UTC with a <c>Z</c>, whatever offset they came with.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime() : throw new JsonException($"{(reader.TokenType is JsonTokenType.String ? $"\"{reader.GetString()}\"" : $"a JSON {reader.TokenType}")} is not a time of RFC 3339, e.g. 2026-01-31T12:00:00Z");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
}
