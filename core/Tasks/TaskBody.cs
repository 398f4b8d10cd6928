using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Tasks;

/// <summary>Payload and metadata of a task, which never change.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskBody")]
public sealed record TaskBody
{
    [Id(0), JsonConverter(typeof(NullIsValueConverter))] public JsonText? Payload { get; init; }
    [Id(1), JsonConverter(typeof(NullIsValueConverter))] public JsonText? Metadata { get; init; }

    /// <summary>Characters of payload and metadata together.</summary>
    [JsonIgnore] public int Length => (Payload?.Text.Length ?? 0) + (Metadata?.Text.Length ?? 0);

    /// <summary>Null if there is neither.</summary>
    public static TaskBody? Of(SubmitTask? task) => task is null or { Payload: null, Metadata: null }
        ? null
        : new() { Payload = task.Payload, Metadata = task.Metadata };
}
