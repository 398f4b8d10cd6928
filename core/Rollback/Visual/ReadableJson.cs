using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>JSON as it is best compared: one value per line, members by name, text without needless escapes.</summary>
/// <param name="Text">Ends with a line end, so that no last line is special.</param>
/// <param name="Kind">Of the outermost value.</param>
internal sealed record ReadableJson(string Text, JsonValueKind Kind)
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsContainer => Kind is JsonValueKind.Object or JsonValueKind.Array;

    /// <summary>Null if it is not well-formed, nested deeper than 64, or would get longer than some bytes.</summary>
    public static ReadableJson? Of(string json, long maxBytes)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer, Layout))
            {
                if (!Write(writer, document.RootElement, maxBytes)) return null;
            }

            return new(Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n", document.RootElement.ValueKind);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)   // The last two: half a surrogate pair.
        {
            return null;
        }
    }

    private static bool Write(Utf8JsonWriter writer, JsonElement value, long maxBytes)
    {
        if (writer.BytesCommitted + writer.BytesPending > maxBytes) return false;   // Indented, nested arrays grow to a multiple of what was sent.
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    if (!Write(writer, member.Value, maxBytes)) return false;
                }

                writer.WriteEndObject();
                return true;

            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    if (!Write(writer, item, maxBytes)) return false;
                writer.WriteEndArray();
                return true;

            default:
                value.WriteTo(writer);
                return true;
        }
    }
}
