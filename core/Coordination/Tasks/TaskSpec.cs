using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Tasks;
using Orleans;

namespace Memento.Core.Coordination.Tasks;

/// <summary>What a submitter asked for. A task's spec never changes; payload and metadata are kept once, beside the task's first event.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskSpec")]
public sealed record TaskSpec
{
    [Id(0)]
    public required string TaskId { get; init; }

    [Id(1)]
    public required string Queue { get; init; }

    [Id(2)]
    public required string Type { get; init; }

    /// <summary>0 to 100; a higher number is a head start in the queue.</summary>
    [Id(3)]
    public int Priority { get; init; }

    [Id(4)]
    public string? SessionId { get; init; }

    [Id(5)]
    public string? Tenant { get; init; }

    /// <summary>Capabilities that an agent must have, sorted and without repetition.</summary>
    [Id(6)]
    public ImmutableArray<string> RequiredCapabilities { get => field.IsDefault ? [] : field; init; }

    /// <summary>Expected duration. A task is not assigned when that does not fit before its deadline.</summary>
    [JsonPropertyName("estimateMs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault), Id(7)]
    public TimeSpan Estimate { get; init; }

    [Id(8)]
    public DateTimeOffset? Deadline { get; init; }

    [Id(9)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Limit from being ready to being started; null = none.</summary>
    [JsonPropertyName("scheduleToStartMs"), Id(10)]
    public TimeSpan? ScheduleToStart { get; init; }

    /// <summary>Limit for one attempt; null = none.</summary>
    [JsonPropertyName("startToCloseMs"), Id(11)]
    public TimeSpan? StartToClose { get; init; }

    /// <summary>Limit between two reports of a running attempt; null = none.</summary>
    [JsonPropertyName("heartbeatTimeoutMs"), Id(12)]
    public TimeSpan? HeartbeatTimeout { get; init; }

    [Id(13)]
    public ImmutableArray<string> DependsOn { get => field.IsDefault ? [] : field; init; }

    [Id(14)]
    public DependencyFailure OnDependencyFailure { get; init; }

    /// <summary>Characters of payload and metadata, which are kept beside the spec.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault), Id(15)]
    public int BodyLength { get; init; }

    /// <summary>W3C trace context of the submission.</summary>
    [Id(16)]
    public string? TraceParent { get; init; }

    /// <summary>Makes the spec of a valid request (see <see cref="SubmitRules"/>); the queue's settings fill in what it leaves open.</summary>
    public static TaskSpec Of(SubmitTask request, string taskId, string queue, QueueSettings settings) => new()
    {
        TaskId = taskId,
        Queue = queue,
        Type = request.Type,
        Priority = request.Priority,
        SessionId = request.SessionId,
        Tenant = request.Tenant,
        RequiredCapabilities = [.. request.RequiredCapabilities.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        Estimate = Milliseconds(request.EstimatedDurationMs) ?? TimeSpan.Zero,
        Deadline = request.Deadline,
        MaxAttempts = request.MaxAttempts ?? settings.MaxAttempts,
        ScheduleToStart = Milliseconds(request.ScheduleToStartMs),
        StartToClose = Milliseconds(request.StartToCloseMs),
        HeartbeatTimeout = Milliseconds(request.HeartbeatTimeoutMs),
        DependsOn = [.. request.DependsOn.Distinct(StringComparer.Ordinal)],
        OnDependencyFailure = request.OnDependencyFailure,
        BodyLength = TaskBody.Of(request)?.Length ?? 0,
        TraceParent = request.TraceParent,
    };

    private static TimeSpan? Milliseconds(long? count) => count is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
