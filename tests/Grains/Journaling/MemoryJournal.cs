using Memento.Storage;

namespace Memento.Tests.Grains.Journaling;

/// <summary>A journal in memory that commits at once, unless a test holds an append back or lets it fail.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly Dictionary<string, long> _numbers = [];
    private readonly Dictionary<long, List<NewEntry>> _streams = [];
    private readonly Dictionary<(string, string), IdempotencyRecord> _keys = [];
    private long _lastNumber;
    private Task _newest = Task.CompletedTask;

    /// <summary>Called instead of an append; call the given function to carry the append out.</summary>
    public Func<Append, Func<Task>, Task>? OnAppend { get; set; }

    /// <summary>Called before entries are read.</summary>
    public Func<Task>? OnFind { get; set; }

    /// <summary>Whether appends are refused before they are queued.</summary>
    public bool IsFull { get; set; }

    /// <summary>How often a stream was looked up.</summary>
    public int Finds { get; private set; }

    /// <summary>All appends that were carried out, oldest first.</summary>
    public List<Append> Appends { get; } = [];

    /// <summary>Holds the next append back until the test completes the returned source. An exception makes the append fail, not stored.</summary>
    public TaskCompletionSource HoldNext()
    {
        var release = new TaskCompletionSource();
        OnAppend = (_, commit) =>
        {
            OnAppend = null;
            return WaitAsync(commit);
        };
        return release;

        async Task WaitAsync(Func<Task> commit)
        {
            await release.Task;
            await commit();
        }
    }

    /// <summary>Creates a stream without a name, as the birth of a stream in another stream's append does.</summary>
    public long Bear(params NewEntry[] entries)
    {
        _streams.Add(++_lastNumber, [.. entries]);
        return _lastNumber;
    }

    public long PositionOf(long streamId) => _streams[streamId].Count;

    public async Task<StreamHead?> FindAsync(string stream, CancellationToken cancellationToken)
    {
        Finds++;
        if (OnFind is { } find) await find();
        return _numbers.TryGetValue(stream, out var number) ? new(number, _streams[number].Count, null) : null;
    }

    public ValueTask<long> ReserveStreamIdAsync(CancellationToken cancellationToken) => new(++_lastNumber);

    public Task AppendAsync(Append append) => IsFull ? throw StoreErrors.Overloaded(1, 1) : _newest = CarryOutAsync(append, _newest);

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(
        long streamId, long from, long to, int limit, IReadOnlyList<string>? kinds, bool descending, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<JournalEntry>>([.. _streams[streamId].Select((e, i) => new JournalEntry(i + 1, e.Kind, e.Version, e.At, e.Payload))
            .Where(e => e.Position >= from && e.Position <= to).Take(limit)]);

    public Task<Snapshot?> FindSnapshotAsync(long streamId, long atOrBefore, CancellationToken cancellationToken) => Task.FromResult<Snapshot?>(null);

    public Task<IdempotencyRecord?> FindKeyAsync(string scope, string key, CancellationToken cancellationToken) =>
        Task.FromResult(_keys.GetValueOrDefault((scope, key)));

    private async Task CarryOutAsync(Append append, Task front)
    {
        try
        {
            if (append.Writer.IsBroken) throw StoreErrors.StaleWriter(append.Writer.Name);
            if (OnAppend is { } instead) await instead(append, CommitAsync);
            else await CommitAsync();
        }
        catch
        {
            append.Writer.Break();
            throw;
        }

        async Task CommitAsync()
        {
            // Appends commit in the order of the calls.
            await front.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            if (append.Writer.IsBroken) throw StoreErrors.StaleWriter(append.Writer.Name);
            if (append.CreatesStream && !_numbers.TryAdd(append.Writer.Name, append.Writer.StreamId)) throw StoreErrors.StaleWriter(append.Writer.Name);
            if (append.CreatesStream) _streams.Add(append.Writer.StreamId, []);
            var entries = _streams[append.Writer.StreamId];
            if (append.FirstPosition != entries.Count + 1) throw StoreErrors.StaleWriter(append.Writer.Name);
            if (append.Key is { } key && !_keys.TryAdd((key.Scope, key.Key), key))
                throw new MementoException(Refusal.Of(RefusalKind.Conflict, Codes.IdempotencyKeyReused, "used"));
            entries.AddRange(append.Entries);
            Appends.Add(append);
        }
    }
}
