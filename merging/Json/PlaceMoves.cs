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
}
