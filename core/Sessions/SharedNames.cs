using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>
/// Makes equal names of a state one string. A state that was read has a string for every mention of a name, its newest events and its checkpoint name the same few entities,
/// and thousands of sessions are idle in memory.
/// </summary>
public static class SharedNames
{
    /// <summary>The same state in less memory.</summary>
    public static SessionState In(SessionState s)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return s with
        {
            AgentIds = Shared(s.AgentIds, names),
            Recent = [.. s.Recent.Select(e => e with { EntityIds = Shared(e.EntityIds, names) })],
            CurrentCheckpoint = s.CurrentCheckpoint is not { } c ? null : c with
            {
                KeyImpacts = Shared(c.KeyImpacts, names),
                RefEntities = Shared(c.RefEntities, names),
                Actors = Shared(c.Actors, names),
            },
        };
    }

    private static ImmutableArray<string> Shared(ImmutableArray<string> all, HashSet<string> names)
    {
        var shared = ImmutableArray.CreateBuilder<string>(all.Length);
        foreach (var name in all)
        {
            if (names.TryGetValue(name, out var known)) shared.Add(known);
            else
            {
                names.Add(name);
                shared.Add(name);
            }
        }

        return shared.MoveToImmutable();
    }
}
