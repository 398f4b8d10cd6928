using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento;

/// <summary>A JSON value that Memento keeps for its users without looking inside, as compact text.</summary>
[GenerateSerializer, Immutable, Alias("memento.JsonText"), JsonConverter(typeof(JsonTextConverter))]
public sealed record JsonText([property: Id(0)] string Text)
{
    /// <summary>Makes compact text of any well-formed JSON. Throws <see cref="JsonException"/> if it is not.</summary>
    public static JsonText Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    public static JsonText Of(JsonElement element) => new(JsonSerializer.Serialize(element, MementoJson.Default.JsonElement));

    public override string ToString() => Text;
}

internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonText.Of(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) => writer.WriteRawValue(value.Text, skipInputValidation: true);
}
