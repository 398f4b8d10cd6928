using System.Collections.Immutable;
using Memento.Tasks;

namespace Memento.Core.Coordination.Tasks;

/// <summary>What a submitter asked for. A task's spec never changes; payload and metadata are kept once, beside the task's first event.</summary>
public sealed record TaskSpec
{
    public required string TaskId { get; init; }

    public required string Queue { get; init; }

    public required string Type { get; init; }

    /// <summary>0 to 100; a higher number is a head start in the queue.</summary>
    public int Priority { get; init; }

    public string? SessionId { get; init; }

    public string? Tenant { get; init; }

    /// <summary>Capabilities that an agent must have, sorted and without repetition.</summary>
    public ImmutableArray<string> RequiredCapabilities { get => field.IsDefault ? [] : field; init; }

    /// <summary>Expected duration. A task is not assigned when that does not fit before its deadline.</summary>
    public TimeSpan Estimate { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    public int MaxAttempts { get; init; } = 3;

    /// <summary>Limit from being ready to being started; null = none.</summary>
    public TimeSpan? ScheduleToStart { get; init; }

    /// <summary>Limit for one attempt; null = none.</summary>
    public TimeSpan? StartToClose { get; init; }

    /// <summary>Limit between two reports of a running attempt; null = none.</summary>
    public TimeSpan? HeartbeatTimeout { get; init; }

    public ImmutableArray<string> DependsOn { get => field.IsDefault ? [] : field; init; }

    public DependencyFailure OnDependencyFailure { get; init; }

    /// <summary>W3C trace context of the submission.</summary>
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
        TraceParent = request.TraceParent,
    };

    private static TimeSpan? Milliseconds(long? count) => count is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
