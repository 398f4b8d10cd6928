using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memento;

/// <summary>Times as RFC 3339 in UTC with a <c>Z</c>, whatever offset they came with. One without an offset is taken as UTC, wherever the machine stands.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <summary>A time as callers write it, for sentences.</summary>
    public const string Example = "2026-01-31T12:00:00Z";

    private const int DateOnlyLength = 10;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String && reader.TryGetDateTime(out var local) && (reader.HasValueSequence || reader.ValueSpan.Length > DateOnlyLength))
            return local.Kind is DateTimeKind.Unspecified ? new(local, TimeSpan.Zero) : reader.GetDateTimeOffset().ToUniversalTime();
        throw new JsonException($"{Quoted.Token(ref reader)} is not a time of RFC 3339, e.g. {Example}");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);

    /// <summary>A time as it is written, for sentences.</summary>
    public static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture);
}
