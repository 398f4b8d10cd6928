using System.Collections.Immutable;
using Memento.Tasks;

namespace Memento.Core.Coordination.Queues;

/// <summary>An agent with free slots, and what it can do.</summary>
/// <param name="TaskTypes">Types of tasks that it takes; null = all.</param>
public sealed record AgentRoom(string AgentId, int FreeSlots, ImmutableArray<string> Capabilities, ImmutableArray<string>? TaskTypes = null)
{
    public bool CanDo(TaskNeeds needs)
    {
        if (TaskTypes is { } types && needs.Type is { } type && !types.Contains(type)) return false;
        foreach (var capability in needs.Capabilities)
            if (!Capabilities.Contains(capability)) return false;
        return true;
    }
}
