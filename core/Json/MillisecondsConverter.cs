using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memento;

/// <summary>Durations as a number of milliseconds.</summary>
internal sealed class MillisecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Number && reader.TryGetDouble(out var milliseconds)) return TimeSpan.FromMilliseconds(milliseconds);
        throw new JsonException($"{Quoted.Token(ref reader)} is not a number of milliseconds");
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options)
    {
        if (value.Ticks % TimeSpan.TicksPerMillisecond == 0) writer.WriteNumberValue(value.Ticks / TimeSpan.TicksPerMillisecond);
        else writer.WriteNumberValue(value.TotalMilliseconds);
    }
}
