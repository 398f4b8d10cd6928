using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Memento.Workspaces;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Memento.Http;

/// <summary>The description of the API at <c>/openapi/v1.json</c>, and the page that makes it readable at <c>/docs</c>.</summary>
internal static class OpenApi
{
    public const string Sessions = "Sessions", Events = "Events", Documents = "Documents", Rollback = "Rollback", Audit = "Audit", Coordination = "Agents and tasks", Operating = "Operating";

    public static IServiceCollection AddMementoOpenApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, MementoJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, HttpJson.Default);
            json.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict;
            json.SerializerOptions.RespectNullableAnnotations = true;
        });
        return services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer((document, _, _) => { Introduce(document); NameAllValues(document); AllowNull(document); MemberReferences.Rename(document); return Task.CompletedTask; });
            options.AddOperationTransformer((operation, context, _) => { Complete(operation, context); return Task.CompletedTask; });
            options.AddSchemaTransformer((schema, context, _) => { NameValues(schema, context.JsonTypeInfo.Type); return Task.CompletedTask; });
        });
    }

    public static void MapDocument(IEndpointRouteBuilder pages) => pages.MapOpenApi();

    public static void MapPage(IEndpointRouteBuilder pages) => pages.MapScalarApiReference("/docs", options =>
    {
        options.Title = "Memento API";
        options.DefaultFonts = false;
        options.Telemetry = false;
        options.HideClientButton = true;
        options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        options.Agent = new() { Disabled = true };
        options.Mcp = new() { Disabled = true };
    }).SelfContained();

    private static void Introduce(OpenApiDocument document)
    {
        document.Info = new()
        {
            Title = "Memento",
            Version = "v1",
            Description = "Shared memory of a fleet of agents. Refusals are problem details (RFC 9457) with a stable `code`; 429 and 503 say with `Retry-After` when to come back.",
        };
        document.Servers?.Clear();
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = Sessions, Description = "Lifecycle of sessions, and questions about them." },
            new() { Name = Events, Description = "The log of a session and what is made of it." },
            new() { Name = Documents, Description = "The documents that a fleet shares, as they are and as they were." },
            new() { Name = Rollback, Description = "Names of moments, what changed since, and how it is undone." },
            new() { Name = Coordination, Description = "Who works, on what, and what waits." },
            new() { Name = Audit, Description = "Who did what, and when." },
            new() { Name = Operating, Description = "How the server is." },
        };
    }

    private static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        operation.Parameters ??= [];
        foreach (var name in ApiDescription.PathParameters(context.Description.RelativePath))
            if (operation.Parameters.All(p => p.Name != name))
                operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Description = Meaning(name, context.Description.RelativePath!), Schema = name is "kind" ? OneOf(NamedEnumConverter<DocumentKind>.KnownNames) : Name() });

        foreach (var parameter in context.Description.ActionDescriptor.EndpointMetadata.OfType<ParameterDescription>())
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = parameter.Header ? ParameterLocation.Header : ParameterLocation.Query,
                Required = parameter.Required,
                Description = parameter.Description,
                Schema = Schema(parameter),
            });

        if (operation.Responses is { } responses)
        {
            operation.Responses = [];
            foreach (var (status, response) in responses.OrderBy(r => r.Key, StringComparer.Ordinal)) operation.Responses.Add(status, response);
            if (responses.Values.FirstOrDefault(r => r.Content?.ContainsKey(Problem.ContentType) is true) is { } problem)
                operation.Responses.Add("default", new OpenApiResponse { Description = "Any other refusal or failure, as problem details with a stable code.", Content = problem.Content });
        }

        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<BodyExample>().FirstOrDefault() is { } example && operation.RequestBody?.Content?["application/json"] is { } media)
            media.Example = JsonNode.Parse(example.Json);
        if (operation.OperationId is "appendEvents" or "submitTasks") OneOrMany(operation.RequestBody?.Content);
        if (operation.OperationId is "submitTasks") OneOrMany(operation.Responses?["201"].Content);
    }

    private static void OneOrMany(IDictionary<string, OpenApiMediaType>? content)
    {
        if (content?["application/json"] is { Schema: { } one } media) media.Schema = new OpenApiSchema { OneOf = [one, new OpenApiSchema { Type = JsonSchemaType.Array, Items = one, MinItems = 1 }] };
    }

    private static string Meaning(string parameter, string path) => parameter switch
    {
        "ws" => "The workspace. It exists when it is first written to.",
        "id" when path.Contains("/rollback-points/", StringComparison.Ordinal) => "The rollback point.",
        "id" when path.Contains("/rollbacks/", StringComparison.Ordinal) => "The rollback.",
        "id" when path.Contains("/conflicts/", StringComparison.Ordinal) => "The conflict.",
        "id" when path.Contains("/documents/", StringComparison.Ordinal) => "The document; a slash in it may stand as it is, except before \"history\" at the end, where it is %2F.",
        "id" when path.Contains("/agents/", StringComparison.Ordinal) => "The agent.",
        "id" when path.Contains("/tasks/", StringComparison.Ordinal) => "The task.",
        "id" when path.Contains("/queues/", StringComparison.Ordinal) => "The queue.",
        "id" => "The session.",
        "kind" => "What kind of document it is.",
        "agentId" => "The agent.",
        "entityId" => "The entity.",
        "checkpointId" => "The checkpoint.",
        _ => "",
    };

    private static OpenApiSchema Name() => new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Names.MaxLength };

    private static OpenApiSchema Schema(ParameterDescription parameter) => parameter.Kind switch
    {
        ParameterKind.Number => new() { Type = JsonSchemaType.Integer, Format = "int64" },
        ParameterKind.Flag => new() { Type = JsonSchemaType.Boolean },
        ParameterKind.Time => new() { Type = JsonSchemaType.String, Format = "date-time" },
        _ => OneOf(parameter.Values),
    };

    private static OpenApiSchema OneOf(IReadOnlyList<string>? values) => new() { Type = JsonSchemaType.String, Enum = values?.Select(v => (JsonNode)v).ToList() };

    /// <summary>Schemas of enums that are only used deep inside others are made without being asked about.</summary>
    private static void NameAllValues(OpenApiDocument document)
    {
        foreach (var type in typeof(MementoJson).Assembly.GetExportedTypes())
            if (type.IsEnum && document.Components?.Schemas?.TryGetValue(type.Name, out var schema) is true && schema is OpenApiSchema { Enum: null or [] } nameless) NameValues(nameless, type);
    }

    /// <summary>Any JSON is also null: what may be null or any JSON is both, not one of them.</summary>
    private static void AllowNull(OpenApiDocument document)
    {
        foreach (var property in document.Components?.Schemas?.Values.SelectMany(s => s.Properties?.Values ?? []).OfType<OpenApiSchema>() ?? [])
            if (property.OneOf?.OfType<OpenApiSchemaReference>().Any(r => r.Reference.Id == nameof(JsonText)) is true) (property.AnyOf, property.OneOf) = (property.OneOf, null);
    }

    /// <summary>What converters of our own read and write, which the schema cannot know by itself.</summary>
    private static void NameValues(OpenApiSchema schema, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(JsonText)) (schema.Type, schema.Description) = (null, "Any JSON, kept as it is; metadata, values and contexts must be objects.");
        var names = Values(type);
        if (names.Count > 0) (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. names.Select(n => (JsonNode)n)]);
    }

    private static IReadOnlyList<string> Values(Type type) =>
        type.GetCustomAttribute<JsonConverterAttribute>()?.ConverterType is { IsGenericType: true } converter && converter.GetGenericTypeDefinition() == typeof(NamedEnumConverter<>)
            ? (IReadOnlyList<string>)converter.GetProperty(nameof(NamedEnumConverter<>.KnownNames))!.GetValue(null)!
            : [];
}
