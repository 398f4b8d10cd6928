namespace Merging.Json;

/// <summary>
/// Notices what moved from one array or object to another. Places are merged one by one, so that a thing which both sides moved, or one moved and
/// the other removed, would end up twice, or stay.
/// </summary>
internal sealed class PlaceMoves
{
    /// <summary>Shorter things than this, in bytes, are equal by chance.</summary>
    private const int ShortThing = 12;

    private readonly HashSet<JsonPart> _goneInBoth = [];
    private readonly HashSet<JsonPart> _newInOne = [];

    /// <summary>Whether something that both sides took from its place stands at another place now.</summary>
    public bool AreInConflict => _goneInBoth.Overlaps(_newInOne);

    /// <param name="thing">An element, or an object with one member.</param>
    public void Note(bool isInBase, bool isInOurs, bool isInTheirs, JsonPart thing)
    {
        if (thing.IsScalar || thing.Bytes.Length < ShortThing) return;
        if (isInBase && !isInOurs && !isInTheirs) _goneInBoth.Add(thing);
        else if (!isInBase && isInOurs != isInTheirs) _newInOne.Add(thing);
    }
}
