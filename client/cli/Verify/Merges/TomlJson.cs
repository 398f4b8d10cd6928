using System.Globalization;
using System.Text;
using System.Text.Json;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Parsing;

namespace Memento.Cli.Verify.Merges;

/// <summary>Reads TOML as JSON. Dates, times, infinity and not-a-number, which JSON lacks, become strings.</summary>
internal static class TomlJson
{
    /// <summary>Deepest nesting that the parser follows. A value too deep for canonical JSON is then reported as such.</summary>
    private const int MaxParsedDepth = 1_000;

    private static readonly TomlSerializerOptions Options = new() { MaxDepth = MaxParsedDepth };

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>JSON of the file's table.</summary>
    /// <exception cref="TomlException">The content is not TOML.</exception>
    public static byte[] Read(ReadOnlySpan<byte> content)
    {
        var text = Strict.GetString(LenientJson.WithoutMark(content));
        SyntaxParser.ParseStrict(text, Options, validate: true);   // Reading alone takes the last of several values with one name.
        var table = TomlSerializer.Deserialize<TomlTable>(text, Options)!;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { MaxDepth = CanonicalJson.MaxDepth + 1 })) Write(json, table, 1);
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, object? value, int depth)
    {
        if (depth > CanonicalJson.MaxDepth && value is TomlTable or TomlTableArray or TomlArray) throw LenientJson.TooDeep();
        switch (value)
        {
            case TomlTable table:
                json.WriteStartObject();
                foreach (var (name, member) in table)
                {
                    json.WritePropertyName(name);
                    Write(json, member, depth + 1);
                }

                json.WriteEndObject();
                break;
            case TomlTableArray or TomlArray:
                json.WriteStartArray();
                foreach (var element in (System.Collections.IEnumerable)value) Write(json, element, depth + 1);
                json.WriteEndArray();
                break;
            case bool boolean: json.WriteBooleanValue(boolean); break;
            case long integer: json.WriteNumberValue(integer); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case double number: json.WriteStringValue(double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf"); break;
            case string text: json.WriteStringValue(text); break;
            default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
