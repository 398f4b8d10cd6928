using System.Collections.Immutable;
using Memento.Agents;
using Memento.Tasks;

namespace Memento.Tests.Crash.Histories;

/// <summary>All that was recorded of one run, and how it was at its end.</summary>
internal sealed record History
{
    /// <summary>What was submitted and acknowledged, in that order.</summary>
    public required ImmutableArray<SubmitTask> Submitted { get; init; }

    public required ImmutableArray<Call> Calls { get; init; }

    /// <summary>Tasks of which a cancellation was accepted.</summary>
    public required ImmutableHashSet<string> Cancelled { get; init; }

    /// <summary>Tasks of which a cancellation was asked for.</summary>
    public required ImmutableHashSet<string> CancelAsked { get; init; }

    /// <summary>The tasks at the end.</summary>
    public required ImmutableArray<TaskView> Tasks { get; init; }

    public required QueueView Queue { get; init; }

    public required ImmutableArray<AgentView> Agents { get; init; }

    /// <summary>Most tasks that the agents could hold at a time.</summary>
    public required int Room { get; init; }
}
