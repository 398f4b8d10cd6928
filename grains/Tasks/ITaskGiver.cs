using System.Collections.Immutable;
using Memento.Agents;

namespace Memento.Tasks;

/// <summary>An agent, as a queue must know it.</summary>
[GenerateSerializer, Immutable, Alias("memento.AgentRoom")]
internal sealed record AgentRoom
{
    [Id(0)] public required string AgentId { get; init; }
    [Id(1)] public required ImmutableArray<string> Capabilities { get; init; }
    [Id(2)] public required int Priority { get; init; }

    /// <summary>Tasks that it has or that are on their way to it.</summary>
    [Id(3)] public required int Load { get; init; }
    [Id(4)] public required int MaxLoad { get; init; }
    [Id(5)] public required double ErrorRate { get; init; }
    [Id(6)] public double? MeanDurationMs { get; init; }

    /// <summary>Whether it takes work at all.</summary>
    [Id(7)] public required bool IsOpen { get; init; }

    /// <summary>Grows with everything that the agent says of its room.</summary>
    [Id(8)] public long Version { get; init; }

    /// <summary>The types of tasks that it takes; null = all.</summary>
    [Id(9)] public ImmutableArray<string>? TaskTypes { get; init; }

    public AgentScore Score => new(Priority, Load, MaxLoad, Capabilities.Length, ErrorRate, MeanDurationMs);
}

/// <summary>A task in an agent's hands: its number in its queue, and the token of the assignment. A later assignment of the same task is another.</summary>
[GenerateSerializer, Immutable, Alias("memento.HeldTask")]
internal readonly record struct HeldTask([property: Id(0)] long Number, [property: Id(1)] long Token);

/// <summary>A task on its way to an agent.</summary>
[GenerateSerializer, Immutable, Alias("memento.GivenTask")]
internal sealed record GivenTask([property: Id(0)] long Number, [property: Id(1)] ReceivedTask Task)
{
    /// <summary>Characters of what it is about.</summary>
    public int Size => (Task.Payload?.Text.Length ?? 0) + (Task.Metadata?.Text.Length ?? 0);
}

/// <summary>What became of sayings, new tasks for the agent, and whether the queue takes it to be full now.</summary>
/// <param name="Answers">One for each.</param>
/// <param name="Given">New tasks.</param>
/// <param name="IsFull">The agent must tell the queue when it has room.</param>
[GenerateSerializer, Immutable, Alias("memento.Reported")]
internal sealed record Reported([property: Id(0)] ImmutableArray<TaskAnswer> Answers, [property: Id(1)] ImmutableArray<GivenTask> Given, [property: Id(2)] bool IsFull);

/// <summary>A task that others wait for has ended.</summary>
[GenerateSerializer, Immutable, Alias("memento.EndedTask")]
internal sealed record EndedTask([property: Id(0)] long Number, [property: Id(1)] string DependsOn, [property: Id(2)] WorkStatus Status);

/// <summary>The side of a queue that agents and other queues call.</summary>
[Alias("memento.ITaskGiver")]
internal interface ITaskGiver : IGrainWithStringKey
{
    /// <summary>Assigns tasks that were offered to an agent; what it does not take is offered to others. Durable when it is answered.</summary>
    [Alias("take")] Task<ImmutableArray<GivenTask>> TakeAsync(string agentId, long offer, int count);

    /// <summary>What an agent says about tasks of this queue. With its room, it is given as many new ones as it ends, in the same step.</summary>
    [Alias("report")] Task<Reported> ReportAsync(ImmutableArray<TaskSaying> sayings, AgentRoom? room);

    /// <summary>Takes tasks from an agent that is gone, which is given nothing more until it announces itself.</summary>
    [Alias("lose")] Task LoseAsync(string agentId, ImmutableArray<HeldTask> tasks);

    /// <summary>An agent does not want tasks that it has not begun.</summary>
    [Alias("give-back")] Task GiveBackAsync(string agentId, ImmutableArray<HeldTask> tasks);

    /// <summary>Takes tasks from an agent and offers them to another before anybody else, because their session goes there.</summary>
    [Alias("hand-over")] Task HandOverAsync(string fromAgent, string toAgent, ImmutableArray<HeldTask> tasks);

    /// <summary>An agent has room, or its room has changed. Answers the highest <see cref="AgentRoom.Version"/> that is known: if that is another one, this was not heeded.</summary>
    [Alias("announce")] Task<long> AnnounceAsync(AgentRoom agent);

    /// <summary>Marks tasks as waited for. Answers those that are over already, and how.</summary>
    [Alias("await")] Task<ImmutableArray<EndedTask>> AwaitAsync(ImmutableArray<string> taskIds);

    /// <summary>Tasks that tasks of this queue wait for have ended.</summary>
    [Alias("dependency-ended")] Task DependencyEndedAsync(ImmutableArray<EndedTask> ended);
}

/// <summary>The side of an agent that queues, the directory and the search for the dead call.</summary>
[Alias("memento.IAgentTaker")]
internal interface IAgentTaker : IGrainWithStringKey
{
    /// <summary>Offers tasks; the agent takes as many as it has room for, with <see cref="ITaskGiver.TakeAsync"/>. Answers its room then, with a higher version than the queue knows.</summary>
    [Alias("offer")] Task<AgentRoom?> OfferAsync(string queue, long offer, int count, long known);

    /// <summary>Tasks are not the agent's any more.</summary>
    [Alias("revoke")] Task RevokeAsync(ImmutableArray<RevokedTask> tasks);

    /// <summary>It was silent for too long, somebody says. It is dead unless it was heard since.</summary>
    [Alias("accuse")] Task AccuseAsync();

    /// <summary>A session goes to another agent, and with it the tasks of that session that this one has.</summary>
    [Alias("hand-over")] Task HandOverAsync(string sessionId, string toAgent);

    /// <summary>Hands on what a dead or removed agent still has.</summary>
    [Alias("hand-on")] Task HandOnAsync();
}
