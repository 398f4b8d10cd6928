using System.Collections.Immutable;
using Memento.Tasks;
using Orleans;

namespace Memento.Core.Coordination.Queues;

/// <summary>An agent with free slots, and what it can do.</summary>
/// <param name="TaskTypes">Types of tasks that it takes; null = all.</param>
[GenerateSerializer, Immutable, Alias("memento.Core.AgentRoom")]
public sealed record AgentRoom(
    [property: Id(0)] string AgentId,
    [property: Id(1)] int FreeSlots,
    [property: Id(2)] ImmutableArray<string> Capabilities,
    [property: Id(3)] ImmutableArray<string>? TaskTypes = null)
{
    public bool CanDo(TaskNeeds needs)
    {
        if (TaskTypes is { } types && needs.Type is { } type && !types.Contains(type)) return false;
        foreach (var capability in needs.Capabilities)
            if (!Capabilities.Contains(capability)) return false;
        return true;
    }
}
