using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Memento.Storage;

/// <summary>
/// Group commit: appends from everywhere wait in a queue; a writer takes whatever waits and commits it as one transaction; callers wait for their own commit.
/// Under load the batches grow by themselves, so the cost of making things durable is shared; alone, nobody waits for company.
/// A stream always goes through the same writer, so its order is kept.
/// </summary>
internal sealed partial class GroupCommit : IAsyncDisposable
{
    private readonly Writer[] _writers;
    private readonly JournalOptions _options;
    private readonly StorageInstruments _instruments;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _waiting;
    private long _waitingBytes;
    private CommitProblem? _problem;

    public GroupCommit(IReadOnlyList<ICommitter> committers, JournalOptions options, StorageInstruments instruments, TimeProvider clock, ILogger log)
    {
        (_options, _instruments, _clock, _log) = (options, instruments, clock, log);
        _writers = [.. committers.Select((c, i) => new Writer(this, c, $"journal writer {i}"))];
        instruments.ObserveWaiting(() => Volatile.Read(ref _waiting));
    }

    /// <summary>Completes when something is committed after this was read.</summary>
    public Task NextCommit => Volatile.Read(ref _committed).Task;

    /// <summary>Appends that wait for their commit.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Why the newest commit failed; null if it did not.</summary>
    public CommitProblem? Problem => Volatile.Read(ref _problem);

    /// <inheritdoc cref="IJournal.AppendAsync"/>
    public Task AppendAsync(Append append)
    {
        if (append.Writer.IsBroken) return Task.FromException(StoreErrors.StaleWriter(append.Writer.Name));
        append.Validate();
        var pending = new PendingAppend(append, append.Bytes);
        var waiting = Interlocked.Increment(ref _waiting);
        var bytes = Interlocked.Add(ref _waitingBytes, pending.Bytes);
        // One that is larger than the bound by itself could never be stored, so it may go when it is alone.
        if (waiting > _options.MaxWaiting || (bytes > _options.MaxWaitingBytes && waiting > 1))
        {
            Release(pending);
            _instruments.Refused();
            throw StoreErrors.Overloaded(waiting, bytes);
        }

        try
        {
            _writers[append.Writer.StreamId % _writers.Length].Queue.Add(pending);
            return pending.Task;
        }
        catch (InvalidOperationException e)
        {
            Release(pending);
            throw StoreErrors.NotReady("it is being closed", e);
        }
    }

    /// <summary>Commits what waits, then stops. Later appends are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var writer in _writers) await writer.StopAsync();
        foreach (var writer in _writers) writer.Committer.Dispose();
    }

    private void Release(PendingAppend pending)
    {
        Interlocked.Decrement(ref _waiting);
        Interlocked.Add(ref _waitingBytes, -pending.Bytes);
    }

    private void Done(PendingAppend pending, Exception? failure)
    {
        Release(pending);
        if (failure is null) pending.SetResult();
        else
        {
            pending.Append.Writer.Break();
            pending.SetException(failure);
        }
    }

    /// <summary>One queue and the thread that empties it. A thread of its own, because commits block, and the pool's threads are few.</summary>
    private sealed class Writer
    {
        private readonly GroupCommit _owner;
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Writer(GroupCommit owner, ICommitter committer, string name)
        {
            (_owner, Committer) = (owner, committer);
            new Thread(Run) { Name = name, IsBackground = true }.Start();
        }

        public ICommitter Committer { get; }

        public BlockingCollection<PendingAppend> Queue { get; } = [];

        public Task StopAsync()
        {
            Queue.CompleteAdding();
            return _stopped.Task;
        }

        private void Run()
        {
            var batch = new List<PendingAppend>();
            foreach (var first in Queue.GetConsumingEnumerable())
            {
                batch.Clear();
                batch.Add(first);
                for (var bytes = first.Bytes; batch.Count < _owner._options.MaxBatch && bytes < _owner._options.MaxBatchBytes && Queue.TryTake(out var next); bytes += next.Bytes) batch.Add(next);
                Commit(batch);
            }

            _stopped.SetResult();
        }

        private void Commit(List<PendingAppend> batch)
        {
            // A writer that broke since its append was queued has lost an earlier entry: what follows must not be stored.
            batch.RemoveAll(pending =>
            {
                if (!pending.Append.Writer.IsBroken) return false;
                _owner.Done(pending, StoreErrors.StaleWriter(pending.Append.Writer.Name));
                return true;
            });
            if (batch.Count == 0) return;
            if (TaskRounds.Split(batch) is { } later)
            {
                Commit(batch);
                Commit(later);
                return;
            }

            var started = _owner._clock.GetTimestamp();
            var failure = TryCommit(batch, started);
            if (failure is null)
            {
                _owner._instruments.Committed(batch.Count, _owner._clock.GetElapsedTime(started));
                if (_owner.Problem is not null) Volatile.Write(ref _owner._problem, null);
                foreach (var pending in batch) _owner.Done(pending, pending.Refusal);
                Interlocked.Exchange(ref _owner._committed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            }
            else if (failure is { IsOneAppendsFault: true } && batch.Count > 1)
            {
                // Nothing of the batch was stored. Halving finds the culprit in a few commits and spares everyone else.
                var half = batch.Count / 2;
                Commit(batch.GetRange(0, half));
                Commit(batch.GetRange(half, batch.Count - half));
            }
            else
            {
                if (!failure.IsOneAppendsFault)
                {
                    LogCommitFailed(_owner._log, batch.Count, failure.Error.Message);
                    Volatile.Write(ref _owner._problem, new(failure.Error.Message, _owner._clock.GetUtcNow()));
                    _owner._instruments.Failed(batch.Count);
                }

                foreach (var pending in batch) _owner.Done(pending, failure.Error);
            }
        }

        private CommitFailure? TryCommit(List<PendingAppend> batch, long started)
        {
            var retry = false;
            while (true)
            {
                try
                {
                    Committer.Commit(batch, retry);
                    return null;
                }
                catch (Exception e)
                {
                    var failure = Committer.Classify(e);
                    if (!failure.CanRetry || _owner._clock.GetElapsedTime(started) >= _owner._options.RetryFor) return failure;
                    LogRetry(_owner._log, batch.Count, e.Message);
                    retry = true;
                    Committer.WaitBeforeRetry();
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A commit of {Count} appends failed: {Problem}")]
    private static partial void LogCommitFailed(ILogger log, int count, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A commit of {Count} appends is tried again: {Problem}")]
    private static partial void LogRetry(ILogger log, int count, string problem);
}

/// <summary>Why a commit failed, and when.</summary>
internal sealed record CommitProblem(string Message, DateTimeOffset At);

/// <summary>An append that waits for its commit.</summary>
internal sealed class PendingAppend(Append append, long bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public Append Append { get; } = append;

    public long Bytes { get; } = bytes;

    /// <summary>
    /// Why the committed statement left this append out; null if it stored it. Only appends to task streams are left out.
    /// </summary>
    public MementoException? Refusal { get; set; }
}

/// <summary>Writes batches to one store. Used by one thread at a time.</summary>
internal interface ICommitter : IDisposable
{
    /// <summary>Stores a whole batch durably, or throws and has stored nothing, or has lost the connection and does not know.</summary>
    /// <param name="batch">Appends in order; at least one.</param>
    /// <param name="again">The same batch was tried before and its outcome may be unknown: find out first.</param>
    void Commit(IReadOnlyList<PendingAppend> batch, bool again);

    /// <summary>What a failure of <see cref="Commit"/> means.</summary>
    CommitFailure Classify(Exception error);

    /// <summary>Lets a moment pass before a commit is tried again.</summary>
    void WaitBeforeRetry();
}

/// <summary>Why a batch was not stored.</summary>
/// <param name="Error">What its callers are told.</param>
/// <param name="IsOneAppendsFault">One of the batch is at fault; the others can be stored without it.</param>
/// <param name="CanRetry">The same batch may succeed a moment later.</param>
internal sealed record CommitFailure(Exception Error, bool IsOneAppendsFault = false, bool CanRetry = false);
