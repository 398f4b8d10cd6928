using System.Text;
using System.Text.Json;

namespace Merging.Json;

/// <summary>A value inside canonical JSON, read no further than somebody asks. Equal bytes are equal values.</summary>
internal readonly record struct JsonPart(ReadOnlyMemory<byte> Bytes)
{
    public bool IsObject => First == '{';
    public bool IsArray => First == '[';
    public bool IsStringOrNumber => Type is "string" or "number";

    /// <summary>The name of its type, for people.</summary>
    public string Type => (char)First switch
    {
        '{' => "object",
        '[' => "array",
        '"' => "string",
        't' or 'f' => "boolean",
        'n' => "null",
        _ => "number",
    };

    private byte First => Bytes.IsEmpty ? throw new JsonException("There is no JSON value in an empty text.") : Bytes.Span[0];

    public bool Equals(JsonPart other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode() => Bytes.Length;

    /// <summary>The members of an object, by name; none of anything else.</summary>
    public Dictionary<string, JsonMember> Members()
    {
        var members = new Dictionary<string, JsonMember>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(Bytes.Span);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject) return members;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = Bytes.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);
            var text = reader.GetString()!;
            reader.Read();
            members[text] = new(name, Here(ref reader));
        }

        return members;
    }

    /// <summary>The elements of an array; none of anything else.</summary>
    public List<JsonPart> Elements()
    {
        var elements = new List<JsonPart>();
        var reader = new Utf8JsonReader(Bytes.Span);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartArray) return elements;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray) elements.Add(Here(ref reader));
        return elements;
    }

    public static JsonPart ArrayOf(List<JsonPart> elements)
    {
        var json = new List<byte> { (byte)'[' };
        foreach (var element in elements)
        {
            if (json.Count > 1) json.Add((byte)',');
            json.AddRange(element.Bytes.Span);
        }

        json.Add((byte)']');
        return new(json.ToArray());
    }

    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);

    private JsonPart Here(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new(Bytes[start..(int)reader.BytesConsumed]);
    }
}

/// <param name="Name">The name as it is written, with its quotation marks.</param>
internal readonly record struct JsonMember(ReadOnlyMemory<byte> Name, JsonPart Value);
