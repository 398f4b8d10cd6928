using System.Text;
using System.Text.Json;
using Merging.Sequences;

namespace Merging.Json;

/// <summary>A value inside canonical JSON, which is read only as far as callers ask. Equal bytes are equal values.</summary>
internal readonly record struct JsonPart(ReadOnlyMemory<byte> Bytes)
{
    public bool IsObject => First == '{';
    public bool IsArray => First == '[';
    public bool IsString => First == '"';
    public bool IsNumber => Type is "number";
    public bool IsScalar => !IsObject && !IsArray;

    /// <summary>The name of the value's type, for people.</summary>
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

    public bool Equals(JsonPart other) => ByteComparer.Instance.Equals(Bytes, other.Bytes);

    public override int GetHashCode() => ByteComparer.Instance.GetHashCode(Bytes);

    /// <summary>Reads the members of an object, in order. Other values have none.</summary>
    public List<JsonMember> MemberList()
    {
        var members = new List<JsonMember>();
        var reader = new Utf8JsonReader(Bytes.Span);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject) return members;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = Bytes.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);
            reader.Read();
            members.Add(new(name, Here(ref reader)));
        }

        return members;
    }

    /// <summary>Reads the members of an object as they are written, with name and value.</summary>
    public IEnumerable<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Written)> WrittenMembers()
    {
        var at = 1;
        foreach (var (name, value) in MemberList())
        {
            var length = name.Length + 1 + value.Bytes.Length;
            yield return (name, Bytes.Slice(at, length));
            at += length + 1;
        }
    }

    /// <summary>Reads the members of an object, by name. Other values have none.</summary>
    public Dictionary<string, JsonMember> Members()
    {
        var members = new Dictionary<string, JsonMember>(StringComparer.Ordinal);
        foreach (var member in MemberList()) members[member.Text] = member;
        return members;
    }

    /// <summary>Looks up several members of an object in one pass; null for those that the object does not have.</summary>
    /// <param name="names">Names without escapes.</param>
    public void Find(ReadOnlySpan<byte[]> names, Span<JsonPart?> found)
    {
        found.Clear();
        var left = names.Length;
        var reader = new Utf8JsonReader(Bytes.Span);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject) return;
        while (left > 0 && reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var index = -1;
            for (var i = 0; i < names.Length && index < 0; i++)
                if (reader.ValueTextEquals(names[i])) index = i;
            reader.Read();
            if (index >= 0)
            {
                found[index] = Here(ref reader);
                left--;
            }
            else reader.Skip();
        }
    }

    /// <summary>Reads the elements of an array. Other values have none.</summary>
    public List<JsonPart> Elements()
    {
        var elements = new List<JsonPart>();
        var reader = new Utf8JsonReader(Bytes.Span);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartArray) return elements;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray) elements.Add(Here(ref reader));
        return elements;
    }

    /// <summary>Reads a string and resolves its escapes.</summary>
    public string Text()
    {
        var reader = new Utf8JsonReader(Bytes.Span);
        reader.Read();
        return reader.GetString()!;
    }

    public static JsonPart ArrayOf(IEnumerable<JsonPart> elements) => Enclosed('[', elements.Select(element => element.Bytes), ']');

    public static JsonPart ObjectOf(IEnumerable<JsonMember> members) => Enclosed('{', members.Select(member => member.Written), '}');

    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);

    private static JsonPart Enclosed(char open, IEnumerable<ReadOnlyMemory<byte>> items, char close)
    {
        var json = new List<byte> { (byte)open };
        foreach (var item in items)
        {
            if (json.Count > 1) json.Add((byte)',');
            json.AddRange(item.Span);
        }

        json.Add((byte)close);
        return new(json.ToArray());
    }

    private JsonPart Here(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new(Bytes[start..(int)reader.BytesConsumed]);
    }
}

/// <summary>A member of an object.</summary>
/// <param name="Name">The name as it is written, with its quotation marks.</param>
internal readonly record struct JsonMember(ReadOnlyMemory<byte> Name, JsonPart Value)
{
    /// <summary>The name without quotation marks and escapes.</summary>
    public string Text => new JsonPart(Name).Text();

    /// <summary>Name and value as they are written.</summary>
    public ReadOnlyMemory<byte> Written => (byte[])[.. Name.Span, (byte)':', .. Value.Bytes.Span];
}
