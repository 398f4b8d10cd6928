using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;

namespace Memento.Http;

/// <summary>
/// Descriptions come from doc comments. A reference to a member arrives there as C# has it, <c>DateTimeOffset? SubmitTask.Deadline</c>;
/// who reads the description of the API knows the member by its JSON name, <c>deadline</c>.
/// </summary>
internal static partial class MemberReferences
{
    private static readonly ILookup<string, Type> Types = typeof(MementoJson).Assembly.GetExportedTypes().ToLookup(t => t.Name, StringComparer.Ordinal);

    public static void Rename(OpenApiDocument document)
    {
        foreach (var schema in document.Components?.Schemas?.Values ?? []) Rename(schema);
    }

    private static void Rename(IOpenApiSchema schema)
    {
        if (schema is OpenApiSchemaReference reference)
        {
            // Only what it says itself: what it refers to has its turn.
            if (reference.Reference.Description is { } own) reference.Reference.Description = InJson(own);
            return;
        }

        if (schema.Description is { } description) schema.Description = InJson(description);
        IEnumerable<IOpenApiSchema?> inner = [.. schema.Properties?.Values ?? [], .. schema.OneOf ?? [], .. schema.AnyOf ?? [], .. schema.AllOf ?? [], schema.Items, schema.AdditionalProperties];
        foreach (var part in inner)
            if (part is not null) Rename(part);
    }

    private static string InJson(string description) => Reference().Replace(description, found =>
    {
        var member = Types[found.Groups["owner"].Value].Select(t => t.GetMember(found.Groups["member"].Value).FirstOrDefault()).FirstOrDefault(m => m is not null);
        if (member is null || NameOf(member) is not { } name) return found.Value;
        var (before, word) = (found.Groups["before"].Value, found.Groups["word"].Value);
        return word == TypeOf(member) ? name : before + name;
    });

    /// <summary>The name of a member in JSON; of a constant, its value.</summary>
    private static string? NameOf(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true, DeclaringType.IsEnum: true } => $"`{member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(member.Name)}`",
        FieldInfo { IsLiteral: true } constant => Convert.ToString(constant.GetRawConstantValue(), CultureInfo.InvariantCulture),
        PropertyInfo => $"`{member.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(member.Name)}`",
        _ => null,
    };

    /// <summary>The first word of a member's type in C#.</summary>
    private static string? TypeOf(MemberInfo member)
    {
        var type = member switch { PropertyInfo property => property.PropertyType, FieldInfo { DeclaringType.IsEnum: false } field => field.FieldType, _ => null };
        if (type is null) return null;
        type = Nullable.GetUnderlyingType(type) ?? type.GetElementType() ?? type;
        return Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => type.Name,
            TypeCode.Boolean => "bool",
            TypeCode.Int32 => "int",
            TypeCode.Int64 => "long",
            TypeCode.Byte => "byte",
            TypeCode.Double => "double",
            TypeCode.String => "string",
            _ => type.Name.Split('`')[0],
        };
    }

    /// <summary>A member behind its owner's name, with the word in front, which may be its type.</summary>
    [GeneratedRegex(@"(?<before>(?<word>\b\w+)(?:(?:&lt;|<)[\w\s,.?;&<>\[\]]*(?:&gt;|>))?(?:\[\])?\??\s)?\b(?<owner>[A-Z]\w*)\.(?<member>[A-Z]\w*)")]
    private static partial Regex Reference();
}
