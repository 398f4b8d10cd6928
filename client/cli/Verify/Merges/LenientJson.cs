using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Memento.Cli.Verify.Merges;

/// <summary>Reads JSON as people write it in files: with comments, trailing commas and a byte order mark.</summary>
internal static class LenientJson
{
    /// <summary>Deepest nesting that the parser follows. A value too deep for canonical JSON is then reported as such.</summary>
    private const int MaxParsedDepth = 10_000;

    private static readonly JsonReaderOptions Options = new()
    {
        AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxParsedDepth,
    };

    /// <summary>Returns the same value as strict JSON.</summary>
    /// <exception cref="JsonException">The content is not JSON.</exception>
    /// <exception cref="UnreadableFileException">The value is nested too deeply.</exception>
    public static byte[] Read(ReadOnlySpan<byte> content)
    {
        content = WithoutMark(content);
        var reader = new Utf8JsonReader(content, Options);
        var json = new ArrayBufferWriter<byte>(content.Length + 1);
        var previous = JsonTokenType.None;
        while (reader.Read())
        {
            if (reader.CurrentDepth >= CanonicalJson.MaxDepth && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                throw TooDeep();
            if (NeedsComma(previous, reader.TokenType)) json.Write(","u8);
            WriteToken(json, ref reader);
            previous = reader.TokenType;
        }

        return json.WrittenSpan.ToArray();
    }

    /// <summary>The content without a byte order mark.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> content) =>
        content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;

    public static UnreadableFileException TooDeep() =>
        new(FileProblem.TooDeep, $"The nesting is more than {CanonicalJson.MaxDepth} levels deep.");

    private static bool NeedsComma(JsonTokenType previous, JsonTokenType token) =>
        previous is not (JsonTokenType.None or JsonTokenType.StartArray or JsonTokenType.StartObject or JsonTokenType.PropertyName)
        && token is not (JsonTokenType.EndArray or JsonTokenType.EndObject);

    private static void WriteToken(ArrayBufferWriter<byte> json, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
            case JsonTokenType.String:
                json.Write("\""u8);
                json.Write(reader.ValueSpan);   // with its escapes
                json.Write("\""u8);
                if (reader.TokenType is JsonTokenType.PropertyName) json.Write(":"u8);
                break;
            default:
                json.Write(reader.ValueSpan);
                break;
        }
    }
}
