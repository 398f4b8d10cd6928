using System.Collections.Immutable;
using Memento.Storage;

namespace Memento.Journaling;

/// <summary>An append that was handed to the journal.</summary>
/// <param name="Durable">Completes when it is durable, or with what went wrong.</param>
/// <param name="After">The state then.</param>
/// <param name="Position">The stream's newest position then.</param>
internal readonly record struct Appended<TState>(Task Durable, TState After, long Position);

/// <summary>
/// A state that lives in a journal stream. There are two of it: <see cref="Committed"/>, which callers may see, and
/// <see cref="Tentative"/>, which has the appends under way on top and which the next decision must see. When an append fails, everything
/// behind it is void: <see cref="IsBroken"/> says so, and <see cref="LoadAsync"/> reads the truth again. Used by one grain; nothing in here
/// is thread-safe.
/// </summary>
internal sealed class Journaled<TState, TFact>(IJournal journal, IStateMachine<TState, TFact> machine, string stream, int snapshotInterval) where TState : class
{
    private const int PageSize = 1_000;

    private JournalWriter? _writer;
    private Task _newest = Task.CompletedTask;
    private long _committedPosition;
    private long _tentativePosition;
    private long _snapshotPosition;

    public TState Committed { get; private set; } = machine.Empty;

    public TState Tentative { get; private set; } = machine.Empty;

    /// <summary>The stream's number; 0 before it exists.</summary>
    public long StreamId => _writer?.StreamId ?? 0;

    /// <summary>The stream's newest position, with the appends under way.</summary>
    public long TentativePosition => _tentativePosition;

    public bool IsBroken => _writer is { IsBroken: true };

    /// <summary>Takes a number for a stream that is not there yet, so that rows can refer to it.</summary>
    public async ValueTask ReserveAsync()
    {
        if (_writer is not null) return;
        var id = await journal.ReserveStreamIdAsync();
        _writer ??= new JournalWriter(stream, id);
    }

    /// <summary>Reads the state: the newest snapshot, and the entries behind it.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken = default)
    {
        await _newest.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        var head = await journal.FindAsync(stream, cancellationToken);
        var (state, position) = head?.Snapshot is { } snapshot ? (machine.Decode(snapshot), snapshot.Position) : (machine.Empty, 0);
        _snapshotPosition = position;
        if (head is not null) (state, position) = await ReplayAsync(head.StreamId, state, position, head.Position, null, cancellationToken);
        Take(head, (state, position));
    }

    /// <summary>Loads the state from a known one, and reads only the entries after its position.</summary>
    /// <param name="known">Returns a state and its position, given the stream's newest position (0 = none).</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task LoadFromAsync(Func<long, (TState State, long Position)> known, CancellationToken cancellationToken)
    {
        await _newest.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        var head = await journal.FindAsync(stream, cancellationToken);
        var (state, position) = known(head?.Position ?? 0);
        Take(head, head is null ? (state, 0) : await ReplayAsync(head.StreamId, state, position, head.Position, null, cancellationToken));
    }

    /// <summary>
    /// A state as it was, of this stream or of one of the same kind: the last one, up to <paramref name="upTo"/>, before
    /// <paramref name="isPast"/> is true.
    /// </summary>
    public async Task<TState> LoadAtAsync(long streamId, long snapshotAtOrBefore, long upTo, Func<TState, bool> isPast, CancellationToken cancellationToken = default)
    {
        var snapshot = await journal.FindSnapshotAsync(streamId, snapshotAtOrBefore, cancellationToken);
        var (state, position) = snapshot is null ? (machine.Empty, 0L) : (machine.Decode(snapshot), snapshot.Position);
        return (await ReplayAsync(streamId, state, position, upTo, isPast, cancellationToken)).State;
    }

    /// <summary>
    /// Hands facts to the journal; the state that follows from them is the tentative one from now on. Decide and call this without awaiting
    /// in between. Await <see cref="Appended{TState}.Durable"/>, then call <see cref="Commit"/> at once.
    /// </summary>
    public Appended<TState> Append(ImmutableArray<TFact> facts, TState after, IReadOnlyList<RowChange> rows, IdempotencyRecord? key = null, IReadOnlyList<NewBlob>? blobs = null, bool snapshot = false)
    {
        var entries = new NewEntry[facts.Length];
        for (var i = 0; i < entries.Length; i++) entries[i] = machine.Encode(facts[i]);
        var position = _tentativePosition + entries.Length;
        snapshot |= position - _snapshotPosition >= snapshotInterval;

        var appended = journal.AppendAsync(new Append
        {
            Writer = _writer ?? throw new InvalidOperationException($"{stream} has no number yet."),
            CreatesStream = _tentativePosition == 0,
            FirstPosition = _tentativePosition + 1,
            Entries = entries,
            Rows = rows,
            Key = key,
            Blobs = blobs ?? [],
            Snapshot = snapshot ? new Snapshot(position, machine.Version, machine.Encode(after)) : null,
        });
        (Tentative, _tentativePosition) = (after, position);
        if (snapshot) _snapshotPosition = position;
        _newest = appended;
        return new(appended, after, position);
    }

    /// <summary>Makes a state that has become durable the committed one.</summary>
    public void Commit(Appended<TState> appended)
    {
        if (appended.Position > _committedPosition) (Committed, _committedPosition) = (appended.After, appended.Position);
    }

    /// <summary>Waits until everything that <see cref="Tentative"/> is made of is durable, or throws what went wrong.</summary>
    public Task SettleAsync() => _newest;

    private void Take(StreamHead? head, (TState State, long Position) loaded)
    {
        var state = machine.Compact(loaded.State);
        _writer = head is null ? null : new JournalWriter(stream, head.StreamId);
        (Committed, Tentative, _committedPosition, _tentativePosition, _newest) =
            (state, state, loaded.Position, loaded.Position, Task.CompletedTask);
    }

    private async Task<(TState State, long Position)> ReplayAsync(long streamId, TState state, long position, long upTo, Func<TState, bool>? isPast, CancellationToken cancellationToken)
    {
        var page = ReadFrom(position + 1);
        try
        {
            while (position < upTo)
            {
                var entries = await page;
                if (entries.Count == 0) throw Missing(position + 1);
                page = ReadFrom(position + entries.Count + 1);   // on its way while this one is applied
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

        Task<IReadOnlyList<JournalEntry>> ReadFrom(long from) =>
            from > upTo ? Task.FromResult<IReadOnlyList<JournalEntry>>([]) : journal.ReadAsync(streamId, from, upTo, PageSize, cancellationToken: cancellationToken);
    }

    private MementoException Missing(long position) => new(Refusal.Of(RefusalKind.Damaged, Codes.StoredDataCorrupted,
        $"Entry {position} of {stream} is missing. The stream is not used; restore it from a backup."));
}
