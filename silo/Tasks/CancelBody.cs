using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memento.Tasks;

/// <summary>Body of "cancel" as HTTP has it: what is said of the other steps of a task may be in it too, and means nothing here.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CancelBody
{
    public string? AgentId { get; init; }

    public string? Reason { get; init; }

    public long? Token { get; init; }

    public JsonElement? Progress { get; init; }

    public JsonElement? Result { get; init; }

    public JsonElement? Error { get; init; }

    public JsonElement? Retryable { get; init; }

    public CancelTask ToRequest() => new() { AgentId = AgentId, Reason = Reason, Token = Token };
}
