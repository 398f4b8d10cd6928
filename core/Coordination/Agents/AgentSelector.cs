using System.Collections.Immutable;
using Memento.Agents;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;

namespace Memento.Core.Coordination.Agents;

/// <summary>Chooses an agent for each ready task, by the queue's strategy.</summary>
public static class AgentSelector
{
    /// <summary>
    /// Pairs tasks with agents. A task that no agent can take is left out; no agent gets more than its free slots. Of equally good
    /// agents the one with the fewest choices in this round is next, then the one that the directory named first: the directory
    /// begins with another agent each time.
    /// </summary>
    public static ImmutableArray<(TaskSnapshot Task, string AgentId)> Choose(
        ImmutableArray<TaskSnapshot> ready, ImmutableArray<AgentCapacity> agents, LoadBalancing strategy)
    {
        var chosen = new int[agents.Length];
        var rooms = agents.Select(agent => agent.Room).ToArray();
        var pairs = ImmutableArray.CreateBuilder<(TaskSnapshot, string)>(ready.Length);
        foreach (var task in ready)
        {
            var spec = task.State.Spec!;
            var needs = new TaskNeeds(spec.RequiredCapabilities, spec.Type);
            var (best, bestScore) = (-1, double.NegativeInfinity);
            for (var i = 0; i < agents.Length; i++)
            {
                if (chosen[i] >= agents[i].FreeSlots || !rooms[i].CanDo(needs)) continue;
                var score = agents[i].ScoreFor(strategy, agents[i].Load + chosen[i], spec.RequiredCapabilities.Length);
                if (best >= 0 && (score < bestScore || (score == bestScore && chosen[i] >= chosen[best]))) continue;
                (best, bestScore) = (i, score);
            }

            if (best < 0) continue;
            chosen[best]++;
            pairs.Add((task, agents[best].AgentId));
        }

        return pairs.ToImmutable();
    }
}
