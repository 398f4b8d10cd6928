namespace Memento.Audit;

/// <summary>Where the next page begins, in each of the two places that entries come from.</summary>
/// <param name="Seq">Entries of the workspace's journal below this one.</param>
/// <param name="Place">Entries of the journals of rollbacks and queues before this place.</param>
internal readonly record struct AuditCursor(long Seq, AuditPlace Place)
{
    public static AuditCursor Parse(string? cursor)
    {
        if (cursor is null) return new(long.MaxValue, AuditPlace.End);
        var numbers = Cursor.Parse(cursor, 4);
        return new(numbers[0], new(numbers[1], numbers[2], numbers[3]));
    }

    public override string ToString() => $"{Cursor.Of(Seq, Place.At)}-{Cursor.Of(Place.StreamId, Place.Position)}";
}
