using System.Globalization;
using System.Text;
using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Memento.Tests.Grains.Journaling;

internal sealed record Balance(int Amount);

internal sealed record Booked(int Amount);

/// <summary>Books an amount. Zero changes nothing, and a balance below zero is refused.</summary>
internal sealed record Book(int Amount, bool Retry = true, int Version = 0);

/// <summary>An activation of an account: an executor over a journal, and a record of what the executor told the activation.</summary>
internal sealed class Account : IAggregate<Balance, Booked, Book>, IStateMachine<Balance, Booked>
{
    private readonly string _name;
    private readonly long _knownNumber;
    private readonly MemoryJournal _journal;

    public Account(MemoryJournal journal, string name = "account/a", long knownNumber = 0)
    {
        (_journal, _name, _knownNumber) = (journal, name, knownNumber);
        Executor = new(journal, this, snapshotInterval: 1_000, NullLogger.Instance);
    }

    public Executor<Balance, Booked, Book> Executor { get; }

    public int Deactivations { get; private set; }

    public int Failures { get; private set; }

    public int Refusals { get; private set; }

    public int Version { get; init; }

    public bool EndsOnUnknownOutcome { get; init; } = true;

    public List<int> Published { get; } = [];

    public string StreamName => _name;

    public IStateMachine<Balance, Booked> Machine => this;

    public Balance Empty { get; } = new(0);

    short IStateMachine<Balance, Booked>.Version => 1;

    public Task<int> BookAsync(int amount, string? key = null, bool retry = true) => Executor.ExecuteAsync(
        new Book(amount, retry), c => c.After.Amount,
        KeyedRequest.For("accounts", key, "book", amount, MementoJson.Default.Int32), MementoJson.Default.Int32);

    public async Task<int> ReadAsync() => (await Executor.ReadAsync()).Amount;

    public Decision<Booked> Decide(Balance state, Book command)
    {
        if (command.Amount == int.MaxValue) return Refusal.Invalid("amount", "is too large");
        if (state.Amount + command.Amount < 0) return Refusal.Of(RefusalKind.Conflict, Codes.VersionConflict, "The account would be overdrawn.");
        return command.Amount == 0 ? Decision<Booked>.Nothing : new Booked(command.Amount);
    }

    public AppendExtras Follow(in Change<Balance, Booked, Book> change) => new([], [new NewBlob([1], [2])]);

    public bool IsCurrent(Book command) => command.Version == Version;

    public bool MayRetry(Book command) => command.Retry;

    public async Task<StreamHead?> FindAsync(IJournal journal, CancellationToken cancellationToken)
    {
        var head = await journal.FindAsync(_name, cancellationToken);
        return _knownNumber == 0 ? head : new(_knownNumber, _journal.PositionOf(_knownNumber), null);
    }

    public void Deactivate() => Deactivations++;

    public void OnRefused(Refusal refusal) => Refusals++;

    public void OnFailed() => Failures++;

    public ValueTask OnCommittedAsync(in Change<Balance, Booked, Book> change)
    {
        Published.Add(change.After.Amount);
        return default;
    }

    public Balance Apply(Balance state, Booked happened) => new(state.Amount + happened.Amount);

    public NewEntry Encode(Booked happened) => EntryOf(happened.Amount);

    public static NewEntry EntryOf(int amount) =>
        new("booked", 1, DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(amount.ToString(CultureInfo.InvariantCulture)));

    public Booked Decode(JournalEntry entry) => new(int.Parse(Encoding.UTF8.GetString(entry.Payload.Span), CultureInfo.InvariantCulture));

    public byte[] Encode(Balance state) => [];

    public Balance Decode(Snapshot snapshot) => throw new NotSupportedException();
}
