using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Memento;

/// <summary>Reads JSON that a caller wrote, and names the fields that do not fit.</summary>
public static class JsonInput
{
    /// <summary>
    /// Deepest nesting of what is read. What is stored and answered nests it some levels further, and must stay readable for parsers that
    /// stop at 64.
    /// </summary>
    public const int MaxDepth = 48;

    /// <summary>
    /// For types in which a name that is misspelt or given twice could mean something that nobody wants. Events are read more leniently:
    /// their authors may be newer than this program.
    /// </summary>
    private static readonly MementoJson Strict = new(new JsonSerializerOptions(MementoJson.Default.Options) { AllowDuplicateProperties = false });

    /// <summary>Reads a value that is not null.</summary>
    /// <param name="json">The text: valid UTF-8 without a byte order mark.</param>
    /// <param name="type">The type of the value.</param>
    /// <param name="whole">What messages call all of the text.</param>
    /// <param name="path">The field that has the value; empty for all of the text.</param>
    /// <exception cref="MementoException">
    /// <c>MALFORMED_REQUEST</c> if the text is not JSON; <c>VALIDATION_FAILED</c> with each field that does not fit.
    /// </exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string whole, string path = "")
    {
        try
        {
            var reader = new Utf8JsonReader(json, new() { MaxDepth = MaxDepth });
            if (type.OriginatingResolver is MementoJson && IsStrict(type)) type = (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T))!;
            var value = JsonSerializer.Deserialize(ref reader, type);
            reader.Read();   // throws if anything follows
            return value ?? throw new MementoException(Refusal.Invalid(path.Length == 0 ? whole : path, "is null"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MementoException(JsonMisfit.Explain(json, type, path, whole, e), e);
        }
    }

    private static bool IsStrict(JsonTypeInfo type) => type.Kind is JsonTypeInfoKind.Enumerable
        ? IsStrict(type.Options.GetTypeInfo(type.ElementType!))
        : type.UnmappedMemberHandling is JsonUnmappedMemberHandling.Disallow;
}
