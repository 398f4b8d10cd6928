using System.Collections.Immutable;
using CsCheck;

namespace Memento.Tests.Merging.Json;

/// <summary>A list that one agent changed and then another, each in elements of its own, which may stand side by side.</summary>
/// <param name="Mover">
/// The only agent that moves elements; never the first, because its move past an element that the second removed leaves no trace.
/// Nobody moves numbers, which have no identity.
/// </param>
internal sealed record StackedCase(
    ListShape Shape, ImmutableList<ListItem> Items, ImmutableArray<ImmutableList<ListEdit>> Scripts, int Mover)
{
    private const int Agents = 2;
    private const int MostElements = 8;
    private const int FirstOfAgent = 1_000;

    public string Start => Json(Items);

    public string First => Json(After(Items, 0));

    public string Second => Json(After(After(Items, 0), 1));


    public static Gen<StackedCase> Any { get; } =
        from shape in Gen.Int[0, ListShape.All.Length - 1].Select(i => ListShape.All[i])
        from values in Gen.Int[0, 11].Array[0, MostElements]
        from scripts in Gen.Select(Gen.Int[0, (int)ListEditKind.RemoveAndAddAgain], Gen.Int[0, 7], Gen.Int[0, 7])
            .Select((kind, at, to) => new ListEdit((ListEditKind)kind, at, to, 0, 0)).Array[1, 3].Array[Agents]
        from mover in Gen.Int[shape == ListShape.Numbers ? Agents : 1, Agents]
        select new StackedCase(
            shape, [.. values.Select((value, i) => shape.Fresh(i, i, value))],
            [.. scripts.Select(script => script.ToImmutableList())], mover);

    public override string ToString() => $"{Shape}\nstart  {Start}\nfirst  {First}\nsecond {Second}";

    /// <summary>Applies one agent's script to the elements that belong to it: the agents own the elements in turn.</summary>
    private ImmutableList<ListItem> After(ImmutableList<ListItem> list, int agent)
    {
        foreach (var (step, edit) in Scripts[agent].Index())
        {
            var fresh = FirstOfAgent * (agent + 1) + step * Agents;
            var own = list.Where(item => OwnerOf(item) == agent).ToArray();
            var kind = edit.Kind is ListEditKind.Move or ListEditKind.RemoveAndAddAgain && agent != Mover ? ListEditKind.Change : edit.Kind;
            if (own.Length == 0) kind = ListEditKind.Add;
            var at = kind is ListEditKind.Add ? edit.At : list.IndexOf(own[edit.At % own.Length]);
            list = (edit with { Kind = kind, At = at, Identity = fresh, Value = fresh }).Apply(Shape, list, fresh);
            if (kind is ListEditKind.Add) list = list.ConvertAll(item => item.Origin == fresh ? Distinct(item) : item);
        }

        return list;
    }

    /// <summary>Gives an added element a value that no other has, so that nobody takes it for a removed one under another key.</summary>
    private static ListItem Distinct(ListItem item) => item.Members.ContainsKey("v") ? item.With("v", $"{item.Origin}") : item;

    private static int OwnerOf(ListItem item) => item.Origin < FirstOfAgent ? item.Origin % Agents : item.Origin / FirstOfAgent - 1;

    private static string Json(IEnumerable<ListItem> list) => $"[{string.Join(',', list.Select(item => item.Json))}]";
}
