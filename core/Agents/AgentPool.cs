using System.Collections.Frozen;
using System.Collections.Immutable;
using Memento.Tasks;

namespace Memento.Agents;

/// <summary>
/// The agents that a queue could give tasks to, as far as it knows; the agent itself has the last word. Kept by capabilities and types, and only those with room, so that choosing costs the same for ten and for a hundred thousand:
/// at most <see cref="Sample"/> are compared, beginning where the last choice left off. With more than that, "the best" is the best of those.
/// Nothing here is thread-safe.
/// </summary>
public sealed class AgentPool
{
    /// <summary>Most agents that one choice compares.</summary>
    public const int Sample = 64;

    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private long _turn;

    public int Count => _members.Count;

    /// <summary>Adds an agent, or says anew what it is like. What an agent said before something else that is known already is passed over, which answers false: news overtake each other.</summary>
    /// <param name="agentId">Its name.</param>
    /// <param name="version">Grows with everything that the agent says.</param>
    /// <param name="capabilities">What it can do.</param>
    /// <param name="score">What the choice rests on.</param>
    /// <param name="isOpen">Whether it takes work at all.</param>
    /// <param name="types">The types of tasks that it takes; null = all.</param>
    public bool Put(string agentId, long version, ImmutableArray<string> capabilities, AgentScore score, bool isOpen = true, ImmutableArray<string>? types = null)
    {
        var (turn, offered) = (0L, 0);
        if (_members.TryGetValue(agentId, out var before))
        {
            if (version < before.Version) return false;
            (turn, offered) = (before.LastChosen, before.Offered);
            Remove(agentId);
        }

        var key = $"{string.Join('\n', (types ?? []).Order(StringComparer.Ordinal))}\n\n{string.Join('\n', capabilities.Order(StringComparer.Ordinal))}";
        if (!_groups.TryGetValue(key, out var group)) _groups.Add(key, group = new(key, capabilities.ToFrozenSet(StringComparer.Ordinal), types?.ToFrozenSet(StringComparer.Ordinal)));
        var member = new Member(agentId, group, score) { Version = version, LastChosen = turn, Offered = offered, IsOpen = isOpen };
        _members.Add(agentId, member);
        group.Members++;
        Place(member);
        return true;
    }

    /// <summary>The version of what is known of an agent; null = it is not known.</summary>
    public long? VersionOf(string agentId) => _members.TryGetValue(agentId, out var member) ? member.Version : null;

    public bool Remove(string agentId)
    {
        if (!_members.Remove(agentId, out var member)) return false;
        member.Group.Leave(member);
        if (--member.Group.Members == 0) _groups.Remove(member.Group.Key);
        return true;
    }

    /// <summary>Says that an agent holds one less.</summary>
    public void Free(string agentId)
    {
        if (!_members.TryGetValue(agentId, out var member) || member.Score.Load == 0) return;
        member.Score = member.Score with { Load = member.Score.Load - 1 };
        Place(member);
    }

    /// <summary>Says that so many tasks for which an agent was chosen have been offered to it: from now on they are in what it says of itself, or it did not take them.</summary>
    public void Offered(string agentId, int count)
    {
        if (!_members.TryGetValue(agentId, out var member)) return;
        member.Offered = Math.Max(0, member.Offered - count);
        Place(member);
    }

    /// <summary>Says whether an agent takes anything; what it says of itself later counts more.</summary>
    public void Open(string agentId, bool isOpen)
    {
        if (!_members.TryGetValue(agentId, out var member)) return;
        member.IsOpen = isOpen;
        Place(member);
    }

    /// <summary>Whether an agent is there and is what a task needs.</summary>
    public bool CanDo(string agentId, TaskNeeds needs) => _members.TryGetValue(agentId, out var member) && member.Group.Meets(needs);

    /// <summary>Whether anybody with room is what a task needs.</summary>
    public bool HasRoom(TaskNeeds needs)
    {
        foreach (var group in _groups.Values)
            if (group.Available.Count > 0 && group.Meets(needs)) return true;
        return false;
    }

    /// <summary>How many are what a task needs, and how many of those have room.</summary>
    public (int Capable, int WithRoom) CountFor(TaskNeeds needs)
    {
        var able = _groups.Values.Where(g => g.Meets(needs)).ToArray();
        return (able.Sum(g => g.Members), able.Sum(g => g.Available.Count));
    }

    /// <summary>How many of those that are what a task needs take no work now, whatever room they have. Looks at each agent.</summary>
    public int CountClosed(TaskNeeds needs) => _members.Values.Count(m => !m.IsOpen && m.Group.Meets(needs));

    /// <summary>Chooses an agent for a task, and counts the task to what is offered to it; null if there is none with room.</summary>
    public string? Choose(LoadBalancing strategy, TaskNeeds needs)
    {
        Member? best = null;
        var bestScore = double.NegativeInfinity;
        var left = Sample;
        var first = _groups.Count == 0 ? 0 : (int)(_turn % _groups.Count);   // each time another group begins, so that a large one does not hide the others
        foreach (var group in _groups.Values.Skip(first).Concat(_groups.Values.Take(first)))
        {
            if (group.Available.Count == 0 || !group.Meets(needs)) continue;
            var count = Math.Min(left, group.Available.Count);
            for (var i = 0; i < count; i++)
            {
                var member = group.Available[(group.Next + i) % group.Available.Count];
                var score = (member.Score with { Load = member.Load }).For(strategy, needs.Capabilities.Length);
                if (score < bestScore || (score == bestScore && member.LastChosen >= best!.LastChosen)) continue;
                (best, bestScore) = (member, score);
            }

            group.Next = (group.Next + count) % group.Available.Count;
            if ((left -= count) == 0) break;
        }

        if (best is null) return null;
        best.LastChosen = ++_turn;
        best.Offered++;
        Place(best);
        return best.AgentId;
    }

    private static void Place(Member member)
    {
        if (member.IsOpen && member.Load < member.Score.MaxLoad) member.Group.Enter(member);
        else member.Group.Leave(member);
    }

    private sealed class Member(string agentId, Group group, AgentScore score)
    {
        public string AgentId => agentId;

        public Group Group => group;

        public AgentScore Score { get; set; } = score;

        /// <summary>Of what the agent said last.</summary>
        public long Version { get; init; }

        /// <summary>Tasks that are on offer to it.</summary>
        public int Offered { get; set; }

        public bool IsOpen { get; set; }

        /// <summary>What it holds if it takes all that it is offered.</summary>
        public int Load => Score.Load + Offered;

        /// <summary>The turn in which it was chosen last: of equal ones, who has waited longest is next.</summary>
        public long LastChosen { get; set; }

        /// <summary>Its place among the available, or −1.</summary>
        public int Place { get; set; } = -1;
    }

    private sealed class Group(string key, FrozenSet<string> capabilities, FrozenSet<string>? types)
    {
        public string Key => key;

        public int Members { get; set; }

        public List<Member> Available { get; } = [];

        public int Next { get; set; }

        public bool Meets(TaskNeeds needs)
        {
            if (types is not null && needs.Type is not null && !types.Contains(needs.Type)) return false;
            foreach (var capability in needs.Capabilities)
                if (!capabilities.Contains(capability)) return false;
            return true;
        }

        public void Enter(Member member)
        {
            if (member.Place >= 0) return;
            member.Place = Available.Count;
            Available.Add(member);
        }

        public void Leave(Member member)
        {
            if (member.Place < 0) return;
            var last = Available[^1];
            Available[member.Place] = last;
            last.Place = member.Place;
            Available.RemoveAt(Available.Count - 1);
            member.Place = -1;
            if (Next >= Available.Count) Next = 0;
        }
    }
}
