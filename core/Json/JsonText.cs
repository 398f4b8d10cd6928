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

    /// <summary>Deepest nesting of a value that is kept. What is stored or sent wraps it in a few levels more, and readers stop at 64.</summary>
    public const int MaxDepth = 32;

    /// <summary>What is wrong with this as an object to keep, or null. Text that did not come through <see cref="Parse"/> can be anything, and once stored it would have to be read again.</summary>
    /// <param name="anyValue">Whether it may be something else than an object.</param>
    public string? Problem(bool anyValue = false)
    {
        try
        {
            using var document = JsonDocument.Parse(Text, new() { MaxDepth = MaxDepth });
            if (!anyValue && document.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null)) return "must be a JSON object";
            if (HasNul(Text)) return "has the character U+0000, which cannot be kept";
            _ = Of(document.RootElement);
            return null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return $"must be {(anyValue ? "well-formed JSON" : "a well-formed JSON object")}, at most {MaxDepth} levels deep: {e.Message}";
        }
    }

    public override string ToString() => Text;

    private static bool HasNul(string json)
    {
        for (var i = json.IndexOf("\\u0000", StringComparison.Ordinal); i >= 0; i = json.IndexOf("\\u0000", i + 1, StringComparison.Ordinal))
        {
            var slashes = 0;   // an even number of them in front is text of its own
            while (i > slashes && json[i - slashes - 1] == '\\') slashes++;
            if (slashes % 2 == 0) return true;
        }

        return false;
    }
}

/// <summary>Reads the JSON value <c>null</c> as a value. An absent member stays null.</summary>
internal sealed class NullIsValueConverter : JsonConverter<JsonText>
{
    public override bool HandleNull => true;

    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Of(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Text, skipInputValidation: true);
}

internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonText.Of(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) => writer.WriteRawValue(value.Text, skipInputValidation: true);
}
