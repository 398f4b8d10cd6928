using System.Collections.Immutable;
using CsCheck;

namespace Memento.Tests.Merging.Json;

/// <summary>A list and two changed versions of it.</summary>
internal sealed record ListCase(
    ListShape Shape, bool IsWrapped, ImmutableList<ListItem> Base, ImmutableList<ListEdit> OurEdits, ImmutableList<ListEdit> TheirEdits)
{
    private const int Identities = 12;
    private const int MostElements = 8;
    private const int MostEdits = 3;

    public ImmutableList<ListItem> Ours { get; } = ListEdit.Apply(Shape, Base, OurEdits, side: 1);

    public ImmutableList<ListItem> Theirs { get; } = ListEdit.Apply(Shape, Base, TheirEdits, side: 2);

    public string BaseJson => Json(Base);

    public string OurJson => Json(Ours);

    public string TheirJson => Json(Theirs);

    /// <summary>Lists of every shape, with equal elements now and then.</summary>
    public static Gen<ListCase> Any { get; } = Of(ListShape.All, ListEditKind.Duplicate, allowEqual: true);

    /// <summary>Lists without equal elements.</summary>
    public static Gen<ListCase> Unique { get; } = Of(ListShape.All, ListEditKind.RemoveAndAddAgain, allowEqual: false)
        .Where(c => AreUnique(c.Shape, c.Base) && AreUnique(c.Shape, c.Ours) && AreUnique(c.Shape, c.Theirs));

    /// <summary>Lists in which every element has a unique key.</summary>
    public static Gen<ListCase> Keyed { get; } = Of(ListShape.WithKey, ListEditKind.RemoveAndAddAgain, allowEqual: false);

    /// <summary>Writes a list as the document that is merged.</summary>
    public string Json(IEnumerable<ListItem> items) => Json(items.Select(item => item.Json));

    public string Json(IEnumerable<string> elements)
    {
        var list = $"[{string.Join(',', elements)}]";
        return IsWrapped ? $"{{\"list\":{list}}}" : list;
    }

    public override string ToString() => $"{Shape}\nbase   {BaseJson}\nours   {OurJson}\ntheirs {TheirJson}";

    private static Gen<ListCase> Of(ImmutableArray<ListShape> shapes, ListEditKind lastKind, bool allowEqual) =>
        from shape in Gen.Int[0, shapes.Length - 1].Select(i => shapes[i])
        from isWrapped in Gen.Bool
        from isEqualAllowed in allowEqual ? Gen.Bool : Gen.Const(false)
        from elements in Gen.Select(Gen.Int[0, Identities - 1], Gen.Int[0, 11]).Array[0, MostElements]
        from ours in Script(lastKind)
        from theirs in Script(lastKind)
        select new ListCase(shape, isWrapped, Elements(shape, elements, isEqualAllowed), ours, theirs);

    private static Gen<int> Index => Gen.Int[0, MostElements - 1];

    private static Gen<ImmutableList<ListEdit>> Script(ListEditKind last) =>
        Gen.Select(Gen.Int[0, (int)last], Index, Index, Gen.Int[0, Identities - 1], Gen.Int[0, 11])
            .Select((kind, at, to, identity, value) => new ListEdit((ListEditKind)kind, at, to, identity, value))
            .Array[0, MostEdits].Select(edits => edits.ToImmutableList());

    private static ImmutableList<ListItem> Elements(ListShape shape, (int Identity, int Value)[] elements, bool isEqualAllowed)
    {
        var items = elements.Select((e, index) => shape.Fresh(index, e.Identity, e.Value));
        return [.. isEqualAllowed && shape.Key is null ? items : items.DistinctBy(shape.IdentityOf)];
    }

    private static bool AreUnique(ListShape shape, ImmutableList<ListItem> items) =>
        items.DistinctBy(shape.IdentityOf).Count() == items.Count;
}
