using System.Globalization;
using System.Text;
using Memento.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Memento.Tests.Storage;

/// <summary>A journal over a test's database, with a hand on its committers.</summary>
internal sealed class JournalRig : IAsyncDisposable
{
    public static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly GroupCommit _commits;
    private readonly Journal _journal;

    public JournalRig(TestDatabase database, Action<StorageOptions>? change = null, Func<StorageOptions, ICommitter>? committer = null)
    {
        var options = database.Options;
        change?.Invoke(options);
        Database = database.IsSqlite ? SqliteDatabase.Open(options) : new PostgreSqlDatabase(options, NullLoggerFactory.Instance);
        Committers = [.. (committer is null ? Database.OpenCommitters() : [committer(options)]).Select(c => new FaultyCommitter(c))];
        _commits = new GroupCommit(Committers, options.Journal, TestDatabase.Instruments(), TimeProvider.System, NullLogger.Instance);
        _journal = new Journal(Database, _commits);
        Feed = new JournalFeed(Database, _commits, TimeProvider.System);
    }

    public IDatabase Database { get; }

    public IReadOnlyList<FaultyCommitter> Committers { get; }

    public IJournal Journal => _journal;

    public IJournalFeed Feed { get; }

    public IBlobStore Blobs => new BlobStore(Database);

    public long Waiting => _commits.Waiting;

    /// <summary>Why the newest commit failed.</summary>
    public string? Problem => _commits.Problem?.Message;

    /// <summary>A writer of a stream that is not there yet.</summary>
    public async Task<JournalWriter> WriterAsync(string? stream = null) => new(stream ?? $"test/{Guid.NewGuid():N}", await Journal.ReserveStreamIdAsync());

    /// <summary>Queues an append of entries whose payloads are their positions.</summary>
    public Task AppendAsync(JournalWriter writer, long first, int count = 1, IReadOnlyList<RowChange>? rows = null, IdempotencyRecord? key = null, IReadOnlyList<NewBlob>? blobs = null, Snapshot? snapshot = null, string kind = "modified") =>
        Journal.AppendAsync(new Append
        {
            Writer = writer,
            CreatesStream = first == 1,
            FirstPosition = first,
            Entries = [.. Enumerable.Range(0, count).Select(i => new NewEntry(kind, 1, At.AddSeconds(first + i), Payload(first + i)))],
            Rows = rows ?? [],
            Key = key,
            Blobs = blobs ?? [],
            Snapshot = snapshot,
        });

    public static byte[] Payload(long number) => Encoding.UTF8.GetBytes($"{{\"n\":{number.ToString(CultureInfo.InvariantCulture)}}}");

    public Task<StreamHead?> FindAsync(JournalWriter writer) => Journal.FindAsync(writer.Name);

    /// <summary>All positions of a stream, after a check that each has the payload that was written for it.</summary>
    public async Task<List<long>> PositionsAsync(long streamId)
    {
        var found = new List<long>();
        for (var from = 1L; ;)
        {
            var page = await Journal.ReadAsync(streamId, from, long.MaxValue, 10_000);
            foreach (var entry in page) Assert.Equal(Payload(entry.Position), entry.Payload.ToArray());
            found.AddRange(page.Select(e => e.Position));
            if (page.Count < 10_000) return found;
            from = page[^1].Position + 1;
        }
    }

    public async Task HasPositionsAsync(JournalWriter writer, int count) =>
        Assert.Equal(Enumerable.Range(1, count).Select(i => (long)i), await PositionsAsync(writer.StreamId));

    /// <summary>Holds all commits back; what is appended meanwhile waits and is then taken as one batch. Returns once the committers stand still.</summary>
    public async Task<Gate> HoldAsync()
    {
        var gate = new Gate();
        foreach (var committer in Committers) committer.Before = _ => gate.Pass();
        for (var i = 0; i < Committers.Count; i++)
        {
            var id = await Journal.ReserveStreamIdAsync();
            while (id % Committers.Count != i) id = await Journal.ReserveStreamIdAsync();
            gate.Plugs.Add(AppendAsync(new JournalWriter($"plug/{Guid.NewGuid():N}", id), 1));
        }

        await gate.ReachedAsync(Committers.Count);
        return gate;
    }

    public static async Task<MementoException> RefusedAsync(string code, Task task)
    {
        var refused = await Assert.ThrowsAsync<MementoException>(() => task);
        Assert.True(code == refused.Code, $"{refused}");
        return refused;
    }

    /// <summary>Waits until something is so, with a deadline.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Not within {Patience}: {what}.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var committer in Committers) (committer.Before, committer.After) = (null, null);
        await _commits.DisposeAsync();
        _journal.Dispose();
        Database.Dispose();
    }

    internal sealed class Gate : IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly SemaphoreSlim _reached = new(0);

        public List<Task> Plugs { get; } = [];

        public void Pass()
        {
            if (_open.IsSet) return;
            _reached.Release();
            if (!_open.Wait(Patience)) throw new TimeoutException("The test did not open the gate.");
        }

        public async Task ReachedAsync(int times)
        {
            for (var i = 0; i < times; i++) Assert.True(await _reached.WaitAsync(Patience), "No commit reached the gate.");
        }

        public async Task OpenAsync()
        {
            _open.Set();
            await Task.WhenAll(Plugs);
        }

        public void Dispose()
        {
            _open.Set();
            _reached.Dispose();
        }
    }
}

/// <summary>A committer that can be stopped or broken before and after each commit.</summary>
internal sealed class FaultyCommitter(ICommitter inner) : ICommitter
{
    /// <summary>Runs before a commit; what it throws is the commit's failure and nothing is stored.</summary>
    public volatile Action<IReadOnlyList<PendingAppend>>? Before;

    /// <summary>Runs after a commit; what it throws is the commit's failure although everything is stored.</summary>
    public volatile Action<IReadOnlyList<PendingAppend>>? After;

    public void Commit(IReadOnlyList<PendingAppend> batch, bool again)
    {
        Before?.Invoke(batch);
        inner.Commit(batch, again);
        After?.Invoke(batch);
    }

    public CommitFailure Classify(Exception error) => error is InjectedException injected ? new(injected.Failure) : inner.Classify(error);

    public void WaitBeforeRetry() => inner.WaitBeforeRetry();

    public void Dispose() => inner.Dispose();
}

/// <summary>A failure that no retry mends.</summary>
internal sealed class InjectedException() : Exception("injected")
{
    public MementoException Failure { get; } = new(Refusal.Of(RefusalKind.Unavailable, Codes.DatabaseNotReady, "injected"));
}
