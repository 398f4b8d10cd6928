using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Memento.Storage;
using Microsoft.Extensions.Logging;

namespace Memento.Journaling;

/// <summary>
/// Runs the commands of one journaled grain: load, decide, append, apply, publish, answer. An append that lost to another writer is decided
/// again on the state that won. An append with an unknown outcome drops the state, ends the activation and throws; the next command reads
/// the stream. Several commands may be in flight, because deciding and appending happen between two awaits.
/// </summary>
internal sealed partial class Executor<TState, TEvent, TCommand>(
    IJournal journal, IAggregate<TState, TEvent, TCommand> aggregate, int snapshotInterval, ILogger log)
    where TState : class
{
    private const int MaxAttempts = 5;

    private Task _loading = Task.CompletedTask;

    /// <summary>The stream and its two states.</summary>
    public EventStream<TState, TEvent> Stream { get; } = new(journal, aggregate.Machine, aggregate.StreamName, snapshotInterval);

    /// <summary>The state that callers may see, as far as it is in memory; see <see cref="ReadAsync"/>.</summary>
    public TState Committed => Stream.Committed;

    /// <summary>The stream's number; 0 before the stream has one.</summary>
    public long StreamId => Stream.StreamId;

    /// <inheritdoc cref="EventStream{TState,TEvent}.Know"/>
    public void Know(TState state, long streamId, long position)
    {
        if (!_loading.IsCompleted) return;   // the read that is under way tells more
        _loading = Task.CompletedTask;       // a read that failed is not needed any more
        Stream.Know(state, streamId, position);
    }

    /// <summary>Returns the committed state, which the journal has confirmed.</summary>
    public async ValueTask<TState> ReadAsync()
    {
        if (!Stream.IsConfirmed && !Stream.MustLoad) Stream.Distrust();   // a known state may be out of date
        await LoadAsync();
        return Stream.Committed;
    }

    /// <summary>Reads the stream if its state is not in memory, or cannot be trusted. All callers wait for the same read.</summary>
    public ValueTask LoadAsync(CancellationToken cancellationToken = default)
    {
        if (Stream.MustLoad && _loading.IsCompleted) _loading = LoadNowAsync(cancellationToken);
        return _loading.IsCompletedSuccessfully ? default : new(_loading);
    }

    /// <summary>Decides about a command and returns once its events are durable.</summary>
    /// <param name="command">The command.</param>
    /// <param name="answer">Makes the answer. Its result is stored under <paramref name="key"/> in the transaction of the events.</param>
    /// <param name="key">The caller's idempotency key, if there is one.</param>
    /// <param name="json">How the answer is stored; needed with a key.</param>
    /// <exception cref="MementoException">The command was refused, or the outcome of its append is unknown.</exception>
    public Task<TAnswer> ExecuteAsync<TAnswer>(
        TCommand command, Func<Change<TState, TEvent, TCommand>, TAnswer> answer, KeyedRequest? key = null,
        JsonTypeInfo<TAnswer>? json = null) =>
        RunAsync(command, null, answer, key, json);

    /// <summary>Prepares a command from what is stored elsewhere, and executes it.</summary>
    /// <param name="prepare">Makes the command; called again if the command is not current any more when it is ready.</param>
    /// <param name="answer">Makes the answer. Its result is stored under <paramref name="key"/> in the transaction of the events.</param>
    /// <param name="key">The caller's idempotency key, if there is one.</param>
    /// <param name="json">How the answer is stored; needed with a key.</param>
    /// <exception cref="MementoException">The command was refused, or the outcome of its append is unknown.</exception>
    public Task<TAnswer> ExecutePreparedAsync<TAnswer>(
        Func<ValueTask<TCommand>> prepare, Func<Change<TState, TEvent, TCommand>, TAnswer> answer, KeyedRequest? key = null,
        JsonTypeInfo<TAnswer>? json = null) => RunAsync(default!, prepare, answer, key, json);

    private async Task<TAnswer> RunAsync<TAnswer>(
        TCommand command, Func<ValueTask<TCommand>>? prepare, Func<Change<TState, TEvent, TCommand>, TAnswer> answer, KeyedRequest? key,
        JsonTypeInfo<TAnswer>? json)
    {
        for (var attempt = 1; ;)
        {
            await LoadAsync();
            if (key is not null && await key.FindAsync(journal) is { } known) return KeyedRequest.AnswerOf(known, json!);
            if (prepare is not null)
            {
                await Stream.ReserveAsync();
                command = await prepare();
                if (Stream.StreamId == 0 || !aggregate.IsCurrent(command)) continue;
            }

            if (Stream.MustLoad) continue;   // an append failed during one of the awaits above
            var (before, position) = (Stream.Tentative, Stream.TentativePosition);
            var (events, refusal) = aggregate.Decide(before, command);
            if (events.IsDefaultOrEmpty)
            {
                // A bad value is bad in every state. Everything else may rest on appends in flight, of which nobody may hear before they
                // are durable, or on a known state that is out of date.
                if (refusal?.Code is not Codes.ValidationFailed && !await TrySettleAsync(command, attempt))
                {
                    attempt++;
                    continue;
                }

                if (key is not null && await key.FindAsync(journal) is { } meanwhile) return KeyedRequest.AnswerOf(meanwhile, json!);
                if (refusal is null) return answer(new(command, before, before, [], Stream.StreamId, position));
                aggregate.OnRefused(refusal);
                throw new MementoException(refusal);
            }

            if (Stream.StreamId == 0)
            {
                await Stream.ReserveAsync();
                continue;
            }

            var after = before;
            foreach (var happened in events) after = aggregate.Machine.Apply(after, happened);
            var change = new Change<TState, TEvent, TCommand>(command, before, after, events, Stream.StreamId, position);
            var result = answer(change);
            if (!await TryAppendAsync(change, key?.Answer(result, json!), attempt))
            {
                attempt++;
                continue;
            }

            return result;
        }
    }

    /// <summary>Appends and publishes. Returns false if the command must be decided again.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]   // every command of every grain comes through here
    private async ValueTask<bool> TryAppendAsync(Change<TState, TEvent, TCommand> change, IdempotencyRecord? key, int attempt)
    {
        try
        {
            var appended = Stream.Append(change.Events, change.After, aggregate.Follow(change), key);
            aggregate.OnAppended(change);
            await appended.Durable;
            Stream.Commit(appended);
        }
        catch (Exception e)
        {
            aggregate.OnFailed();
            if (!Recover(e, change.Command, attempt)) throw;
            return false;
        }

        await aggregate.OnCommittedAsync(change);
        return true;
    }

    /// <summary>Waits for what a decision without events rests on. Returns false if the command must be decided again.</summary>
    private async ValueTask<bool> TrySettleAsync(TCommand command, int attempt)
    {
        try
        {
            await Stream.SettleAsync();
        }
        catch (Exception e)
        {
            if (!Recover(e, command, attempt)) throw;
            return false;
        }

        if (Stream.IsConfirmed) return true;
        Stream.Distrust();
        return false;
    }

    /// <summary>Returns whether an append was lost to another writer and may be tried again.</summary>
    private bool Recover(Exception error, TCommand command, int attempt)
    {
        var isLost = error is MementoException { Code: Codes.StaleWriter or Codes.IdempotencyKeyReused };
        if (isLost || (Stream.IsBroken && aggregate.EndsOnUnknownOutcome)) aggregate.Deactivate();
        if (!isLost || attempt >= MaxAttempts || !aggregate.MayRetry(command)) return false;
        LogLost(log, Stream.Name, attempt);
        return true;
    }

    private async Task LoadNowAsync(CancellationToken cancellationToken)
    {
        await Stream.IdleAsync();
        aggregate.OnDropped();
        var head = await aggregate.FindAsync(journal, cancellationToken);
        var (state, position) = aggregate.FindStart(head) ?? Stream.FromSnapshot(head?.Snapshot);
        await Stream.LoadAsync(head, state, position, cancellationToken);
        aggregate.OnDropped();
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Stream}: another writer was first (attempt {Attempt}); the command is decided again")]
    private static partial void LogLost(ILogger log, string stream, int attempt);
}
