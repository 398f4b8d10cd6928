using System.Globalization;

namespace Memento.Audit;

/// <summary>Where the next page begins, in each of the two places that entries come from.</summary>
/// <param name="Seq">Entries of the workspace's journal below this one.</param>
/// <param name="Place">Entries of the journals of rollbacks and queues before this place.</param>
internal readonly record struct AuditCursor(long Seq, AuditPlace Place)
{
    public static AuditCursor Parse(string? cursor)
    {
        if (cursor is null) return new(long.MaxValue, AuditPlace.End);
        var parts = cursor.Split('-');
        var numbers = new long[4];
        for (var i = 0; i < numbers.Length; i++)
            if (parts.Length != numbers.Length || !long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) throw new MementoException(Refusal.Invalid("cursor", $"{Quoted.Text(cursor)} is not a cursor that this list gave"));
        return new(numbers[0], new(numbers[1], numbers[2], numbers[3]));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seq}-{Place.At}-{Place.StreamId}-{Place.Position}");
}
