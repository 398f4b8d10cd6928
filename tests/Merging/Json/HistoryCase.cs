using System.Collections.Immutable;
using CsCheck;

namespace Memento.Tests.Merging.Json;

/// <summary>An edit of one of the zones that an agent works in.</summary>
/// <param name="Zone">The index of the zone among the agent's own.</param>
/// <param name="ToZone">The zone of a moved element, if the agent moves elements from zone to zone.</param>
/// <param name="IsShared">The edit changes one member of an element beside the zones, and other agents may change others of its
/// members.</param>
internal sealed record ZoneEdit(int Zone, int ToZone, bool IsShared, ListEdit Edit);

/// <summary>
/// A document that several agents changed one after another, each in other places: a list in zones with untouched elements between them,
/// and members of an object.
/// The result of undoing any of them is known, because the edits of one agent do not depend on those of another.
/// </summary>
/// <param name="Zones">The elements of each zone; the zones belong to the agents in turn.</param>
/// <param name="Scripts">The edits of each agent.</param>
/// <param name="Mover">The only agent that moves elements from one of its zones to another.</param>
internal sealed record HistoryCase(
    ListShape Shape, ImmutableList<ImmutableList<ListItem>> Zones, ImmutableList<ImmutableList<ZoneEdit>> Scripts, int Mover)
{
    private const int Between = 2;
    private const int FirstBetween = 500;
    private const int FirstOfAgent = 1_000;

    private static readonly string[] SharedMembers = ["v", "w", "t"];

    /// <summary>The document after the edits of some agents and nobody else's.</summary>
    public string After(params int[] agents)
    {
        var zones = Zones;
        var between = Enumerable.Range(0, Between * (Zones.Count + 1))
            .Select(i => Shape.Fresh(FirstBetween + i, FirstBetween + i, i)).ToArray();
        foreach (var agent in agents)
            foreach (var (step, edit) in Scripts[agent].Index()) zones = Apply(zones, between, agent, step, edit);

        var list = new List<ListItem>(between[..Between]);
        foreach (var (index, zone) in zones.Index())
        {
            list.AddRange(zone);
            list.AddRange(between.AsSpan(Between * (index + 1), Between));
        }

        var members = Scripts.Select((_, agent) => $"\"agent{agent}\":{(agents.Contains(agent) ? Scripts[agent].Count : 0)}");
        return $"{{{string.Join(',', members)},\"list\":[{string.Join(',', list.Select(item => item.Json))}]}}";
    }

    /// <summary>Histories of this many agents.</summary>
    public static Gen<HistoryCase> Of(int agents) =>
        from shape in Gen.Int[0, ListShape.All.Length - 1].Select(i => ListShape.All[i])
        from sizes in Gen.Int[0, 2].Array[agents, agents + 2]
        from value in Gen.Int[0, 11]
        from scripts in Script().Array[agents]
        from mover in Gen.Int[0, agents]
        select new HistoryCase(shape, Elements(shape, sizes, value), [.. scripts], mover);

    public override string ToString()
    {
        var states = Scripts.Select((_, agent) => After([.. Enumerable.Range(0, agent + 1)]));
        return $"{Shape}\nbase {After()}\nthen {string.Join("\nthen ", states)}";
    }

    private ImmutableList<ImmutableList<ListItem>> Apply(
        ImmutableList<ImmutableList<ListItem>> zones, ListItem[] between, int agent, int step, ZoneEdit edit)
    {
        var fresh = FirstOfAgent * (agent + 1) + step;
        if (edit.IsShared && Shape.Key is not null)
        {
            var at = edit.Edit.At % between.Length;
            between[at] = between[at].With(SharedMembers[agent], $"{fresh}");
            return zones;
        }

        var own = Enumerable.Range(0, zones.Count).Where(zone => zone % Scripts.Count == agent).ToArray();
        var (from, to) = (own[edit.Zone % own.Length], own[edit.ToZone % own.Length]);
        var inZone = edit.Edit with { Identity = fresh, Value = fresh };
        if (agent != Mover || from == to || inZone.Kind is not ListEditKind.Move || zones[from].IsEmpty)
            return zones.SetItem(from, inZone.Apply(Shape, zones[from], fresh));

        var moved = zones[from][inZone.At % zones[from].Count];
        return zones.SetItem(from, zones[from].Remove(moved)).SetItem(to, zones[to].Insert(inZone.To % (zones[to].Count + 1), moved));
    }

    private static Gen<ImmutableList<ZoneEdit>> Script() =>
        (from zone in Gen.Int[0, 3]
         from toZone in Gen.Int[0, 3]
         from isShared in Gen.Int[0, 5]
         from kind in Gen.Int[0, (int)ListEditKind.RemoveAndAddAgain]
         from at in Gen.Int[0, 7]
         from to in Gen.Int[0, 7]
         select new ZoneEdit(zone, toZone, isShared == 0, new((ListEditKind)kind, at, to, 0, 0)))
        .Array[1, 3].Select(edits => edits.ToImmutableList());

    private static ImmutableList<ImmutableList<ListItem>> Elements(ListShape shape, int[] sizes, int value) =>
    [
        .. sizes.Select((size, zone) =>
            Enumerable.Range(10 * zone, size).Select((identity, i) => shape.Fresh(identity, identity, value + i)).ToImmutableList()),
    ];
}
