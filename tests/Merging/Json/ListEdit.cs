using System.Collections.Immutable;

namespace Memento.Tests.Merging.Json;

/// <summary>The kinds of edits of a list.</summary>
internal enum ListEditKind
{
    Change = 0,
    Add,
    Remove,
    Move,
    Rename,
    MakeAnew,
    RemoveAndAddAgain,
    Duplicate,
}

/// <summary>An edit of a list. Numbers beyond the end of the list wrap around.</summary>
/// <param name="At">The element, or the place of a new one.</param>
/// <param name="To">The place of a moved or copied element, or the member that changes.</param>
/// <param name="Identity">The identity of a new or renamed element.</param>
/// <param name="Value">The new value.</param>
internal sealed record ListEdit(ListEditKind Kind, int At, int To, int Identity, int Value)
{
    /// <summary>Origins from here on belong to elements that a side added.</summary>
    public const int FirstAdded = 1_000;

    /// <summary>The list after a script of edits. Every identity is unique in it if it was before and nothing is duplicated.</summary>
    /// <param name="side">Elements that different sides add have different origins.</param>
    public static ImmutableList<ListItem> Apply(ListShape shape, ImmutableList<ListItem> list, IEnumerable<ListEdit> script, int side)
    {
        foreach (var (step, edit) in script.Index()) list = edit.Apply(shape, list, side * FirstAdded + step);
        return list;
    }

    public ImmutableList<ListItem> Apply(ListShape shape, ImmutableList<ListItem> list, int origin)
    {
        if (Kind is ListEditKind.Add) return list.Insert(At % (list.Count + 1), shape.Fresh(origin, Free(shape, list), Value));
        if (list.IsEmpty) return list;

        var at = At % list.Count;
        var item = list[at];
        var rest = list.RemoveAt(at);
        return Kind switch
        {
            ListEditKind.Change => list.SetItem(at, shape.Changed(item, To, Value)),
            ListEditKind.Remove => rest,
            ListEditKind.Move => rest.Insert(To % list.Count, item),
            ListEditKind.Rename => list.SetItem(at, shape.Renamed(item, Free(shape, list))),
            ListEditKind.MakeAnew => list.SetItem(at, shape.Anew(item, Value)),
            ListEditKind.RemoveAndAddAgain => rest.Insert(To % list.Count, shape.Anew(item, Value)),
            _ => list.Insert(To % (list.Count + 1), item with { Origin = origin }),
        };
    }

    /// <summary>The first identity, from this one on, that no element of a keyed list has.</summary>
    private int Free(ListShape shape, ImmutableList<ListItem> list)
    {
        var identity = Identity;
        while (shape.Key is { } key && list.Any(item => item.Members[key] == ListShape.KeyOf(identity))) identity++;
        return identity;
    }
}
