using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memento;

/// <summary>Reads and writes an enum by its fixed names (<see cref="JsonStringEnumMemberNameAttribute"/>), and says which names there are when it meets another.</summary>
public sealed class NamedEnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    private static readonly (T Value, string Name)[] All = [.. typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => ((T)field.GetValue(null)!, field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(field.Name)))];

    private static readonly (T Value, byte[] Name)[] Utf8 = [.. All.Select(x => (x.Value, Encoding.UTF8.GetBytes(x.Name)))];
    private static readonly FrozenDictionary<T, JsonEncodedText> Written = All.ToFrozenDictionary(x => x.Value, x => JsonEncodedText.Encode(x.Name));
    private static readonly FrozenDictionary<string, T> ByName = All.ToFrozenDictionary(x => x.Name, x => x.Value, StringComparer.Ordinal);

    /// <summary>The names, in the order of declaration.</summary>
    public static IReadOnlyList<string> KnownNames { get; } = [.. All.Select(x => x.Name)];

    public static bool TryParse(string name, out T value) => ByName.TryGetValue(name, out value);

    public static string NameOf(T value) => Written[value].Value;

    /// <summary>The name, ready to be written.</summary>
    public static JsonEncodedText TextOf(T value) => Written[value];

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    /// <summary>Reads the name that the reader stands at. Throws <see cref="JsonException"/> if it is none of them.</summary>
    public static T Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String)
            foreach (var (value, name) in Utf8)
                if (reader.ValueTextEquals(name)) return value;

        throw new JsonException($"{Quoted.Token(ref reader)} is not one of: {string.Join(", ", KnownNames)}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Written[value]);
}
