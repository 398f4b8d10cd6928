using Memento.Tasks;

namespace Memento.Storage;

/// <summary>One activation's right to write a stream. Make one per activation: when an append through it fails, the ones behind it fail too, so that no gap and no stale entry can follow.</summary>
public sealed class JournalWriter(string name, long streamId)
{
    private volatile bool _broken;

    public string Name { get; } = name;

    public long StreamId { get; } = streamId;

    /// <summary>Whether an append failed. A broken writer stays broken.</summary>
    public bool IsBroken => _broken;

    internal void Break() => _broken = true;
}

/// <summary>One entry to append.</summary>
public readonly record struct NewEntry(string Kind, short Version, DateTimeOffset At, byte[] Payload);

/// <summary>A value under its content's name.</summary>
/// <param name="Hash">SHA-256 of the content.</param>
/// <param name="Content">The value, not compressed.</param>
public sealed record NewBlob(byte[] Hash, byte[] Content);

/// <summary>Entries of one stream and everything that must become durable together with them.</summary>
public sealed class Append
{
    public required JournalWriter Writer { get; init; }

    /// <summary>The stream does not exist yet and is created with this.</summary>
    public bool CreatesStream { get; init; }

    /// <summary>Position of the first entry; the others follow it.</summary>
    public required long FirstPosition { get; init; }

    public required IReadOnlyList<NewEntry> Entries { get; init; }

    /// <summary>Changes of read models.</summary>
    public IReadOnlyList<RowChange> Rows { get; init; } = [];

    /// <summary>The state after the last entry, when it is time for a snapshot.</summary>
    public Snapshot? Snapshot { get; init; }

    public IdempotencyRecord? Key { get; init; }

    public IReadOnlyList<NewBlob> Blobs { get; init; } = [];

    /// <summary>
    /// Tasks that are born with this append. A birth whose id is taken is skipped and says so; the rest is stored all the same.
    /// </summary>
    public IReadOnlyList<TaskBirth> Births { get; init; } = [];

    /// <summary>
    /// For an append to a task's stream: what its row becomes. The row must be at the position before <see cref="FirstPosition"/>, or the
    /// append is refused.
    /// Such an append takes no idempotency key and no blobs, and only rows without <see cref="ColumnMerge.Replace"/> columns.
    /// </summary>
    public TaskUpdate? Task { get; init; }

    /// <summary>
    /// Throws <see cref="ArgumentException"/> if what belongs to a task cannot be left out by the statement that refuses it.
    /// </summary>
    internal void Validate()
    {
        if (Task is not null && (CreatesStream || Key is not null || Blobs.Count > 0 || Births.Count > 0))
            throw new ArgumentException($"An append to {Writer.Name} creates no stream and carries no key, blob or birth.");
        if (Task is not null) ValidateRows(Rows);
        HashSet<string>? ids = null;
        foreach (var birth in Births)
        {
            ValidateRows(birth.Rows);
            if (birth.IsIdChosen && !(ids ??= new(StringComparer.Ordinal)).Add($"{birth.Workspace}/{birth.TaskId}"))
                throw new ArgumentException($"Two births of one append have the id \"{birth.TaskId}\".");
        }
    }

    private static void ValidateRows(IReadOnlyList<RowChange> rows)
    {
        foreach (var row in rows)
        {
            if (!row.Table.Replaces) continue;
            throw new ArgumentException($"Rows of {row.Table.Name} cannot be written with a task's events, because they replace values.");
        }
    }

    /// <summary>Bytes of payload; what the bounds of queue and batch count.</summary>
    internal long Bytes
    {
        get
        {
            long sum = 256 + (Snapshot?.Payload.Length ?? 0) + (Key?.Response.Length ?? 0) + BytesOf(Rows);
            foreach (var entry in Entries) sum += entry.Payload.Length;
            foreach (var blob in Blobs) sum += blob.Content.Length;
            foreach (var birth in Births)
            {
                sum += 256 + BytesOf(birth.Rows);
                foreach (var entry in birth.Entries) sum += entry.Payload.Length;
            }

            return sum;
        }
    }

    private static long BytesOf(IReadOnlyList<RowChange> rows)
    {
        var sum = 128L * rows.Count;
        foreach (var row in rows)
            foreach (var value in row.Values) sum += value switch { string text => 2 * text.Length, byte[] bytes => bytes.Length, _ => 0 };
        return sum;
    }
}
