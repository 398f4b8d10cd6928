using System.Text.Json;
using System.Text.Json.Serialization;
using Memento.Operations;

namespace Memento.Http;

/// <summary>The JSON that only HTTP speaks; sessions and their parts are in <see cref="MementoJson"/>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(AgentBody))]
[JsonSerializable(typeof(EntitiesBody))]
[JsonSerializable(typeof(HealthView))]
internal sealed partial class HttpJson : JsonSerializerContext;

/// <summary>Body of "join" and "leave".</summary>
internal sealed record AgentBody
{
    public required string AgentId { get; init; }
}

/// <summary>Body of "aggregates".</summary>
internal sealed record EntitiesBody
{
    /// <summary>1 to 100 names.</summary>
    public required System.Collections.Immutable.ImmutableArray<string> EntityIds { get; init; }
}
