using System.Collections.Immutable;
using Memento.Storage;

namespace Memento.Journaling;

/// <summary>An append that was handed to the journal.</summary>
/// <param name="Durable">Completes when the append is durable, or with the reason why it failed.</param>
/// <param name="After">The state after the append.</param>
/// <param name="Position">The stream's newest position after the append.</param>
/// <param name="Writer">The writer that the append went through.</param>
internal readonly record struct Appended<TState>(Task Durable, TState After, long Position, JournalWriter Writer);

/// <summary>The rows and values that are stored in the same transaction as the events of an append.</summary>
/// <param name="Rows">Changes of read models.</param>
/// <param name="Blobs">Values that the events name by their hash.</param>
/// <param name="Snapshot">Whether a snapshot is written, also if the interval is not over.</param>
internal readonly record struct AppendExtras(
    IReadOnlyList<RowChange> Rows, IReadOnlyList<NewBlob>? Blobs = null, bool Snapshot = false);

/// <summary>
/// The state of one journal stream, twice: <see cref="Committed"/> is what callers may see; <see cref="Tentative"/> has the appends in
/// flight on top and is what the next decision must see. The outcome of a failed append is unknown, and every append behind it is void:
/// then <see cref="MustLoad"/> is true, and loading reads the stream again. One grain uses an instance; nothing in here is thread-safe.
/// </summary>
internal sealed class EventStream<TState, TEvent>(
    IJournal journal, IStateMachine<TState, TEvent> machine, string name, int snapshotInterval) where TState : class
{
    private const int PageSize = 1_000;

    private JournalWriter? _writer;
    private Task _newest = Task.CompletedTask;
    private long _committedPosition;
    private long _tentativePosition;
    private long _snapshotPosition;
    private Origin _origin;

    /// <summary>Where the state in memory comes from.</summary>
    private enum Origin : byte { None, Known, Journal, Superseded }

    public string Name => name;

    public TState Committed { get; private set; } = machine.Empty;

    public TState Tentative { get; private set; } = machine.Empty;

    /// <summary>The stream's number; 0 before the stream has one.</summary>
    public long StreamId => _writer?.StreamId ?? 0;

    /// <summary>The stream's newest position, with the appends in flight.</summary>
    public long TentativePosition => _tentativePosition;

    /// <summary>Whether an append failed since the state was loaded.</summary>
    public bool IsBroken => _writer is { IsBroken: true };

    /// <summary>
    /// Whether the state must be read before it is used: never read, an append failed, or somebody knows a later position.
    /// </summary>
    public bool MustLoad => _origin is Origin.None or Origin.Superseded || IsBroken;

    /// <summary>Whether the journal has confirmed the state, by a read or by a commit on top of it.</summary>
    public bool IsConfirmed => _origin is Origin.Journal && !IsBroken;

    /// <summary>Takes a number for a stream that does not exist yet, so that rows can refer to the stream.</summary>
    public async ValueTask ReserveAsync()
    {
        if (_writer is not null) return;
        var id = await journal.ReserveStreamIdAsync();
        _writer ??= new JournalWriter(name, id);
    }

    /// <summary>Takes a state that the caller knows from elsewhere, instead of reading the stream.</summary>
    /// <remarks>
    /// An append on a state that is out of date is refused by the journal. A refusal or an answer that needs no append must not rest on a
    /// known state: see <see cref="IsConfirmed"/>. A known position beyond the own one makes <see cref="MustLoad"/> true.
    /// </remarks>
    public void Know(TState state, long streamId, long position)
    {
        if (_origin is Origin.None)
        {
            Set(streamId, state, position);
            _origin = Origin.Known;
        }
        else if (streamId != StreamId || position > _tentativePosition)
        {
            _origin = Origin.Superseded;
        }
    }

    /// <summary>Requires that the stream is read before its state is used again.</summary>
    public void Distrust() => _origin = Origin.Superseded;

    /// <summary>Reads the state: the newest snapshot, and the entries behind it.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken = default)
    {
        await IdleAsync();
        var head = await journal.FindAsync(name, cancellationToken);
        var (state, position) = FromSnapshot(head?.Snapshot);
        await LoadAsync(head, state, position, cancellationToken);
    }

    /// <summary>Reads the entries behind a position, on top of the state there.</summary>
    /// <param name="head">The stream's number and newest position; null if the stream does not exist.</param>
    /// <param name="state">The state at <paramref name="position"/>.</param>
    /// <param name="position">A position at or before the newest one.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task LoadAsync(StreamHead? head, TState state, long position, CancellationToken cancellationToken)
    {
        var snapshotPosition = head is null ? 0 : position;
        if (head is not null) (state, position) = await ReplayAsync(head.StreamId, state, position, head.Position, null, cancellationToken);
        Set(head?.StreamId ?? 0, machine.Compact(state), position);
        (_snapshotPosition, _origin) = (snapshotPosition, Origin.Journal);
    }

    /// <summary>Waits until no append is in flight, whatever becomes of the appends.</summary>
    public async Task IdleAsync() =>
        await _newest.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Returns the state and position of a snapshot; the empty state and 0 if there is none.</summary>
    public (TState State, long Position) FromSnapshot(Snapshot? snapshot) =>
        snapshot is null ? (machine.Empty, 0) : (machine.Decode(snapshot), snapshot.Position);

    /// <summary>
    /// Reads an earlier state of this stream, or of one of the same kind: the last one, up to <paramref name="upTo"/>, before
    /// <paramref name="isPast"/> is true.
    /// </summary>
    public async Task<TState> LoadAtAsync(
        long streamId, long snapshotAtOrBefore, long upTo, Func<TState, bool> isPast, CancellationToken cancellationToken = default)
    {
        var (state, position) = FromSnapshot(await journal.FindSnapshotAsync(streamId, snapshotAtOrBefore, cancellationToken));
        return (await ReplayAsync(streamId, state, position, upTo, isPast, cancellationToken)).State;
    }

    /// <summary>
    /// Hands events to the journal; <paramref name="after"/> is the tentative state from now on. Decide and call this without awaiting in
    /// between. Await <see cref="Appended{TState}.Durable"/>, then call <see cref="Commit"/> at once.
    /// </summary>
    public Appended<TState> Append(ImmutableArray<TEvent> events, TState after, in AppendExtras extras, IdempotencyRecord? key = null)
    {
        var writer = _writer ?? throw new InvalidOperationException($"{name} has no number yet.");
        var entries = new NewEntry[events.Length];
        for (var i = 0; i < entries.Length; i++) entries[i] = machine.Encode(events[i]);
        var position = _tentativePosition + entries.Length;
        var snapshot = extras.Snapshot || position - _snapshotPosition >= snapshotInterval;

        var durable = journal.AppendAsync(new Append
        {
            Writer = writer,
            CreatesStream = _tentativePosition == 0,
            FirstPosition = _tentativePosition + 1,
            Entries = entries,
            Rows = extras.Rows,
            Key = key,
            Blobs = extras.Blobs ?? [],
            Snapshot = snapshot ? new Snapshot(position, machine.Version, machine.Encode(after)) : null,
        });
        (Tentative, _tentativePosition, _newest) = (after, position, durable);
        if (snapshot) _snapshotPosition = position;
        return new(durable, after, position, writer);
    }

    /// <summary>Makes a state that has become durable the committed one.</summary>
    public void Commit(in Appended<TState> appended)
    {
        if (!ReferenceEquals(appended.Writer, _writer)) return;   // the stream was read since, and the read saw this append
        if (appended.Position > _committedPosition) (Committed, _committedPosition) = (appended.After, appended.Position);
        if (_origin is Origin.Known) _origin = Origin.Journal;
    }

    /// <summary>Waits until everything that <see cref="Tentative"/> rests on is durable. Throws what a failed append threw.</summary>
    public Task SettleAsync() => _newest;

    private void Set(long streamId, TState state, long position)
    {
        _writer = streamId == 0 ? null : new JournalWriter(name, streamId);
        (Committed, Tentative, _committedPosition, _tentativePosition) = (state, state, position, position);
        (_snapshotPosition, _newest) = (position, Task.CompletedTask);
    }

    private async Task<(TState State, long Position)> ReplayAsync(
        long streamId, TState state, long position, long upTo, Func<TState, bool>? isPast, CancellationToken cancellationToken)
    {
        var page = ReadFrom(position + 1);
        try
        {
            while (position < upTo)
            {
                var entries = await page;
                if (entries.Count == 0) throw Missing(position + 1);
                page = ReadFrom(position + entries.Count + 1);   // the next page is on its way while this one is applied
                foreach (var entry in entries)
                {
                    if (entry.Position != position + 1) throw Missing(position + 1);
                    var next = machine.Apply(state, machine.Decode(entry));
                    if (isPast?.Invoke(next) is true) return (state, position);
                    (state, position) = (next, entry.Position);
                }
            }

            return (state, position);
        }
        finally
        {
            await ((Task)page).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }

        Task<IReadOnlyList<JournalEntry>> ReadFrom(long from) => from > upTo
            ? Task.FromResult<IReadOnlyList<JournalEntry>>([])
            : journal.ReadAsync(streamId, from, upTo, PageSize, cancellationToken: cancellationToken);
    }

    private MementoException Missing(long position) => new(Refusal.Of(RefusalKind.Damaged, Codes.StoredDataCorrupted,
        $"Entry {position} of {name} is missing. The stream is not used; restore it from a backup."));
}
