using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memento.Rollback;

/// <summary>Reads one text where an array of texts is meant; writes an array.</summary>
internal sealed class OneOrManyConverter : JsonConverter<ImmutableArray<string>?>
{
    public override ImmutableArray<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => [reader.GetString()!],
        _ => JsonSerializer.Deserialize(ref reader, MementoJson.Default.ImmutableArrayString),
    };

    public override void Write(Utf8JsonWriter writer, ImmutableArray<string>? value, JsonSerializerOptions options)
    {
        if (value is { } texts) JsonSerializer.Serialize(writer, texts, MementoJson.Default.ImmutableArrayString);
        else writer.WriteNullValue();
    }
}
