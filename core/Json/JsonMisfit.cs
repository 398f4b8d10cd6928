using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Memento;

/// <summary>
/// Finds what is wrong with JSON that could not be read: the text is not JSON, or some fields do not fit. Off the fast path.
/// </summary>
internal static class JsonMisfit
{
    private const int Most = 20;

    /// <summary>
    /// Returns the refusal: <c>MALFORMED_REQUEST</c> if the text is not JSON, <c>VALIDATION_FAILED</c> with the fields otherwise.
    /// </summary>
    /// <param name="json">The text.</param>
    /// <param name="type">The type that was wanted.</param>
    /// <param name="path">The field that has the value; empty for all of the text.</param>
    /// <param name="whole">The name of all of the text.</param>
    /// <param name="cause">The exception of the reader.</param>
    public static Refusal Explain(ReadOnlySpan<byte> json, JsonTypeInfo type, string path, string whole, Exception cause)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json.ToArray(), new() { MaxDepth = JsonInput.MaxDepth });
        }
        catch (JsonException e)
        {
            var at = $"(line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})";
            return Malformed(whole, json.IsEmpty ? "is empty" : $"is not JSON: {Sentence(e.Message)} {at}");
        }

        using (document)
        {
            var errors = ImmutableArray.CreateBuilder<FieldError>();
            Compare(document.RootElement, type, path, errors);
            if (errors.Count == 0) errors.Add(new(Join(path, (cause as JsonException)?.Path?.TrimStart('$', '.') ?? ""), "does not fit"));
            return Refusal.Invalid([.. errors.Select(error => error.Field.Length == 0 ? error with { Field = whole } : error)]);
        }
    }

    private static Refusal Malformed(string field, string problem) =>
        Refusal.Of(RefusalKind.Malformed, Codes.MalformedRequest, $"{field}: {problem}") with { Errors = [new(field, problem)] };

    private static void Compare(JsonElement element, JsonTypeInfo type, string path, ImmutableArray<FieldError>.Builder errors)
    {
        if (errors.Count >= Most) return;
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind is JsonValueKind.Object:
                CompareNames(element, type, path, errors);
                foreach (var property in type.Properties) Compare(element, property, type, path, errors);
                break;
            case JsonTypeInfoKind.Object:
                errors.Add(new(path, $"is {Shown(element)}; must be an object"));
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind is JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray()) Compare(item, type.Options.GetTypeInfo(type.ElementType!), $"{path}[{index++}]", errors);
                break;
            case JsonTypeInfoKind.Enumerable:
                errors.Add(new(path, $"is {Shown(element)}; must be an array"));
                break;
            case JsonTypeInfoKind.Dictionary when element.ValueKind is JsonValueKind.Object:
                CompareNames(element, type, path, errors);
                foreach (var member in element.EnumerateObject()) Compare(member.Value, type.Options.GetTypeInfo(type.ElementType!), Join(path, Cut(member.Name)), errors);
                break;
            case JsonTypeInfoKind.Dictionary:
                errors.Add(new(path, $"is {Shown(element)}; must be an object"));
                break;
            default:
                CompareValue(element, type, path, errors);
                break;
        }
    }

    private static void CompareNames(JsonElement element, JsonTypeInfo type, string path, ImmutableArray<FieldError>.Builder errors)
    {
        var isStrict = type.Kind is JsonTypeInfoKind.Object && (type.UnmappedMemberHandling ?? type.Options.UnmappedMemberHandling) is JsonUnmappedMemberHandling.Disallow;
        var known = type.Properties.Where(p => p.Get is not null || p.Set is not null).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);   // the others are ignored ones
        foreach (var names in element.EnumerateObject().GroupBy(p => p.Name, StringComparer.Ordinal).Take(Most))
        {
            if (names.Count() > 1) errors.Add(new(Join(path, Cut(names.Key)), $"is given {names.Count()} times"));
            else if (isStrict && !known.Contains(names.Key)) errors.Add(new(Join(path, Cut(names.Key)), $"is not known; there are: {string.Join(", ", known)}"));
        }
    }

    private static void Compare(JsonElement element, JsonPropertyInfo property, JsonTypeInfo owner, string path, ImmutableArray<FieldError>.Builder errors)
    {
        var at = Join(path, property.Name);
        if (!element.TryGetProperty(property.Name, out var value))
        {
            if (property.IsRequired) errors.Add(new(at, "is missing"));
            return;
        }

        var inner = Nullable.GetUnderlyingType(property.PropertyType);
        if (value.ValueKind is not JsonValueKind.Null || property.PropertyType == typeof(JsonElement)) Compare(value, owner.Options.GetTypeInfo(inner ?? property.PropertyType), at, errors);
        else if (property.PropertyType.IsValueType ? inner is null : !property.IsSetNullable || property.AssociatedParameter is { IsNullable: false }) errors.Add(new(at, "is null; must have a value"));
    }

    private static void CompareValue(JsonElement element, JsonTypeInfo type, string path, ImmutableArray<FieldError>.Builder errors)
    {
        try
        {
            element.Deserialize(type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            errors.Add(new(path, type.Type.IsEnum
                ? $"is {Sentence(e.Message).Replace(" is not one of: ", "; must be one of: ", StringComparison.Ordinal)}"
                : $"is {Shown(element)}; must be {Wanted(type.Type)}"));
        }
    }

    private static string Wanted(Type type) =>
        type == typeof(string) ? "text"
        : type == typeof(long) ? "a whole number of at most 64 bits"
        : type == typeof(int) ? "a whole number of at most 32 bits"
        : type == typeof(double) ? "a number"
        : type == typeof(bool) ? "true or false"
        : type == typeof(DateTimeOffset) ? $"a time like {UtcTimeConverter.Example}"
        : type == typeof(JsonText) || type == typeof(JsonElement) ? "free of broken Unicode (half of a surrogate pair)"
        : "of another form";

    private static string Shown(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => element.GetRawText() is { Length: > 64 } raw ? raw[..64] + "…" : element.GetRawText(),
    };

    /// <summary>The parser's own words, up to where it speaks of positions.</summary>
    private static string Sentence(string message)
    {
        foreach (var tail in (ReadOnlySpan<string>)[" LineNumber:", " Path:", " Change the reader options"])
            if (message.IndexOf(tail, StringComparison.Ordinal) is > 0 and var end) message = message[..end];
        return message.TrimEnd('.', ' ');
    }

    private static string Cut(string name) => name.Length > 64 ? name[..64] : name;

    private static string Join(string path, string name) => path.Length == 0 ? name : name.Length == 0 ? path : new StringBuilder(path).Append('.').Append(name).ToString();
}
