using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Tasks;

/// <summary>What becomes of a task when one that it depends on fails or is cancelled.</summary>
[JsonConverter(typeof(NamedEnumConverter<DependencyFailure>))]
public enum DependencyFailure
{
    /// <summary>It fails too.</summary>
    Fail = 0,
    /// <summary>It runs all the same.</summary>
    Release,
}

/// <summary>Body of "submit a task".</summary>
[GenerateSerializer, Immutable, Alias("memento.SubmitTask")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SubmitTask
{
    /// <summary>What kind of work it is, for whoever does it.</summary>
    [Id(0)] public required string Type { get; init; }

    /// <summary>Chosen by the caller and unlike every other in the workspace, or null for a new <c>task-…</c>.</summary>
    [Id(1)] public string? TaskId { get; init; }

    /// <summary>The queue that it waits in; null = <c>default</c>.</summary>
    [Id(2)] public string? Queue { get; init; }

    /// <summary>0 to 100; higher goes first.</summary>
    [Id(3)] public int Priority { get; init; }

    [Id(4)] public string? SessionId { get; init; }

    /// <summary>Whoever does it must have all of these.</summary>
    [Id(5)] public ImmutableArray<string> RequiredCapabilities { get => field.IsDefault ? [] : field; init; }

    /// <summary>About how long it takes, in milliseconds. An agent is given a task only if that fits before <see cref="Deadline"/>.</summary>
    [Id(6)] public long? EstimatedDurationMs { get; init; }

    /// <summary>When it must be done; it fails if it is not.</summary>
    [Id(7)] public DateTimeOffset? Deadline { get; init; }

    /// <summary>How often it may be begun before it has failed, 1 to 100; null = as the queue says (3).</summary>
    [Id(8)] public int? MaxAttempts { get; init; }

    /// <summary>Tasks that must have ended before it can begin: of this request, or submitted before.</summary>
    [Id(9)] public ImmutableArray<string> DependsOn { get => field.IsDefault ? [] : field; init; }

    [Id(10)] public DependencyFailure OnDependencyFailure { get; init; }

    /// <summary>What the work is about: any JSON.</summary>
    [Id(11)] public JsonText? Payload { get; init; }

    [Id(12)] public JsonText? Metadata { get; init; }

    /// <summary>On whose behalf; queues can share their agents out among tenants.</summary>
    [Id(13)] public string? Tenant { get; init; }

    /// <summary>Longest time from being queued to being started, in milliseconds; null = no limit. A task that waits for longer fails.</summary>
    [Id(14)] public long? ScheduleToStartMs { get; init; }

    /// <summary>Longest time that one attempt may run, in milliseconds; null = no limit. An attempt that takes longer is lost.</summary>
    [Id(15)] public long? StartToCloseMs { get; init; }

    /// <summary>Longest silence of a running attempt, in milliseconds; null = no limit. An attempt that is silent for longer is lost.</summary>
    [Id(16)] public long? HeartbeatTimeoutMs { get; init; }

    /// <summary>The trace that it belongs to, as W3C Trace Context writes it; null = that of the request, if it has one. Whoever does the task can continue it.</summary>
    [Id(17), JsonPropertyName("traceparent")] public string? TraceParent { get; init; }
}

/// <summary>Body of "start", "heartbeat", "complete" and "fail": what an agent says about a task that it was given.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskReport")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TaskReport
{
    [Id(0)] public required string AgentId { get; init; }

    /// <summary>The token that came with the task. Whoever has an older one has lost the task.</summary>
    [Id(1)] public required long Token { get; init; }

    /// <summary>How far it is, any JSON: a number from 0 to 1, a sentence, a partial result. Whoever takes the task over finds it in the handoff note.</summary>
    [Id(2)] public JsonText? Progress { get; init; }

    /// <summary>With "complete": what came out, any JSON.</summary>
    [Id(3)] public JsonText? Result { get; init; }

    /// <summary>With "fail": what went wrong.</summary>
    [Id(4)] public string? Error { get; init; }

    /// <summary>With "fail": whether another attempt could succeed. Null = yes.</summary>
    [Id(5)] public bool? Retryable { get; init; }
}

/// <summary>Body of "cancel". What else a report of an agent has (progress, result, error, retryable) is passed over.</summary>
[GenerateSerializer, Immutable, Alias("memento.CancelTask")]
public sealed record CancelTask
{
    /// <summary>Who asks for it; for the record.</summary>
    [Id(0)] public string? AgentId { get; init; }

    [Id(1)] public string? Reason { get; init; }

    /// <summary>If given, the task is cancelled only while this assignment holds.</summary>
    [Id(2)] public long? Token { get; init; }
}
