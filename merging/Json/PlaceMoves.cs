namespace Merging.Json;

/// <summary>
/// Finds members and elements that moved from one array or object to another. Places are merged one by one, so a thing that both sides
/// moved would stand twice, and a thing that one side moved and the other removed would stay.
/// </summary>
internal sealed class PlaceMoves
{
    /// <summary>Bytes below which things are equal by chance.</summary>
    private const int ShortThing = 12;

    private readonly HashSet<JsonPart> _goneInBoth = [];
    private readonly HashSet<JsonPart> _newInOne = [];

    /// <summary>Whether a thing that both sides took from its place stands at another place now.</summary>
    public bool AreInConflict => _goneInBoth.Overlaps(_newInOne);

    /// <param name="thing">An element, or an object with one member.</param>
    public void Note(bool isInBase, bool isInOurs, bool isInTheirs, JsonPart thing)
    {
        if (thing.IsScalar || thing.Bytes.Length < ShortThing) return;
        if (isInBase && !isInOurs && !isInTheirs) _goneInBoth.Add(thing);
        else if (!isInBase && isInOurs != isInTheirs) _newInOne.Add(thing);
    }

    /// <summary>Notes what one side, or both in the same way, changed inside a value that is not merged any further.</summary>
    public void NoteChange(JsonPart? before, JsonPart? after, bool byBoth)
    {
        if (before is not { IsScalar: false } b || after is not { IsScalar: false } a || b.Type != a.Type || b == a) return;
        if (b.IsArray)
        {
            var (old, now) = (b.Elements().ToHashSet(), a.Elements().ToHashSet());
            foreach (var element in old.Where(element => !now.Contains(element))) NoteOne(isNew: false, byBoth, element);
            foreach (var element in now.Where(element => !old.Contains(element))) NoteOne(isNew: true, byBoth, element);
            return;
        }

        var (members, later) = (b.Members(), a.Members());
        foreach (var (name, member) in members)
        {
            if (later.TryGetValue(name, out var kept)) NoteChange(member.Value, kept.Value, byBoth);
            else NoteOne(isNew: false, byBoth, JsonPart.ObjectOf([member]));
        }

        foreach (var (name, member) in later)
            if (!members.ContainsKey(name)) NoteOne(isNew: true, byBoth, JsonPart.ObjectOf([member]));
    }

    private void NoteOne(bool isNew, bool byBoth, JsonPart thing) => Note(!isNew, isNew || !byBoth, isNew && byBoth, thing);
}
