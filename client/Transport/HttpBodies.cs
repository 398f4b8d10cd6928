using System.Text.Json.Serialization;

namespace Memento.Transport;

/// <summary>Body of join and leave.</summary>
internal sealed record AgentName(string AgentId);

/// <summary>Body of aggregates.</summary>
internal sealed record EntityNames(string[] EntityIds);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AgentName))]
[JsonSerializable(typeof(EntityNames))]
internal sealed partial class HttpJson : JsonSerializerContext;
