using Memento.Storage;
using Xunit;

namespace Memento.Tests.Grains.Journaling;

/// <summary>The promises of the executor of journaled grains.</summary>
public sealed class ExecutorTests
{
    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task Command_is_answered_when_its_events_are_durable()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        var release = _journal.HoldNext();
        var booking = account.BookAsync(5);
        Assert.False(booking.IsCompleted);
        Assert.Empty(account.Published);

        release.SetResult();
        Assert.Equal(5, await booking);
        Assert.Equal([5], account.Published);
    }

    [Fact]
    public async Task Reads_see_committed_state_and_decisions_see_tentative_state()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        await account.BookAsync(1);
        var release = _journal.HoldNext();
        var first = account.BookAsync(10);
        Assert.Equal(1, await account.ReadAsync());
        Assert.Equal(11, account.Executor.Stream.Tentative.Amount);

        var later = _journal.HoldNext();
        var second = account.BookAsync(-11);   // allowed only on top of the append in flight
        release.SetResult();
        Assert.Equal(11, await first);
        later.SetResult();
        Assert.Equal(0, await second);
        Assert.Equal(0, await account.ReadAsync());
        Assert.Equal([1, 11, 0], account.Published);
    }

    [Fact]
    public async Task Several_appends_are_in_flight_at_once()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        var (release, handed) = (new TaskCompletionSource(), 0);
        _journal.OnAppend = async (_, commit) =>
        {
            handed++;
            await release.Task;
            await commit();
        };
        var bookings = Enumerable.Range(1, 20).Select(_ => account.BookAsync(1)).ToArray();
        Assert.Equal(20, handed);

        release.SetResult();
        Assert.Equal(Enumerable.Range(1, 20), (await Task.WhenAll(bookings)).Order());
        Assert.Equal(1, _journal.Finds);
    }

    [Fact]
    public async Task What_belongs_to_the_events_is_in_the_same_append()
    {
        OneThread.Begin();
        await new Account(_journal).BookAsync(5, key: "k");
        var append = Assert.Single(_journal.Appends);
        Assert.True(append.CreatesStream);
        Assert.Single(append.Blobs);
        Assert.Equal("k", append.Key!.Key);
    }

    [Fact]
    public async Task Lost_append_is_decided_again_on_the_state_that_won()
    {
        OneThread.Begin();
        var (one, two) = (new Account(_journal), new Account(_journal));
        await one.BookAsync(10);
        Assert.Equal(10, await two.ReadAsync());
        await one.BookAsync(-7);

        Assert.Equal(4, await two.BookAsync(1));
        Assert.Equal((1, 1, 0), (two.Deactivations, two.Failures, one.Deactivations));
        Assert.Equal(Codes.VersionConflict, (await Assert.ThrowsAsync<MementoException>(() => one.BookAsync(-5))).Code);
        Assert.Equal([10, 3], one.Published);
    }

    [Fact]
    public async Task Duplicate_activations_write_and_nothing_is_lost_or_doubled()
    {
        OneThread.Begin();
        Account[] accounts = [new(_journal), new(_journal), new(_journal)];
        for (var i = 0; i < 60; i++) await accounts[i % 3].BookAsync(1);
        Assert.Equal(60, await new Account(_journal).ReadAsync());
        Assert.Equal(60, _journal.Appends.Count);
    }

    [Fact]
    public async Task Lost_append_of_a_command_that_rests_on_more_is_not_decided_again()
    {
        OneThread.Begin();
        var (one, two) = (new Account(_journal), new Account(_journal));
        await two.ReadAsync();
        await one.BookAsync(10);

        Assert.Equal(Codes.StaleWriter, (await Assert.ThrowsAsync<MementoException>(() => two.BookAsync(1, retry: false))).Code);
        Assert.Equal(1, two.Deactivations);
        Assert.Equal(11, await two.BookAsync(1));
    }

    [Fact]
    public async Task Command_that_loses_again_and_again_is_given_up()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        var attempts = 0;
        _journal.OnAppend = (append, _) =>
        {
            attempts++;
            throw StoreErrors.StaleWriter(append.Writer.Name);
        };
        Assert.Equal(Codes.StaleWriter, (await Assert.ThrowsAsync<MementoException>(() => account.BookAsync(1))).Code);
        Assert.Equal(5, attempts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unknown_outcome_drops_the_state_deactivates_and_throws(bool wasStored)
    {
        OneThread.Begin();
        var account = new Account(_journal);
        await account.BookAsync(1);
        _journal.OnAppend = async (_, commit) =>
        {
            _journal.OnAppend = null;
            if (wasStored) await commit();
            throw JournalFaults.Unreachable();
        };

        Assert.Equal(Codes.DatabaseNotReady, (await Assert.ThrowsAsync<MementoException>(() => account.BookAsync(10))).Code);
        Assert.Equal((1, 1), (account.Deactivations, account.Failures));
        Assert.Equal(wasStored ? 11 : 1, await account.ReadAsync());
        Assert.Equal(wasStored ? 12 : 2, await account.BookAsync(1));
    }

    [Fact]
    public async Task Activation_may_survive_an_unknown_outcome()
    {
        OneThread.Begin();
        var account = new Account(_journal) { EndsOnUnknownOutcome = false };
        await account.BookAsync(1);
        _journal.HoldNext().SetException(JournalFaults.Unreachable());
        await Assert.ThrowsAsync<MementoException>(() => account.BookAsync(10));
        Assert.Equal((0, 1), (account.Deactivations, await account.ReadAsync()));
    }

    [Fact]
    public async Task Appends_behind_a_failed_one_are_decided_again()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        await account.BookAsync(1);
        var release = new TaskCompletionSource();
        _journal.OnAppend = async (append, commit) =>
        {
            if (append.Entries[0].Payload is [(byte)'5'] && !release.Task.IsCompleted)
            {
                await release.Task;
                throw JournalFaults.Unreachable();
            }

            await release.Task;
            await commit();
        };
        var first = account.BookAsync(5);
        var second = account.BookAsync(2);
        release.SetResult();

        await Assert.ThrowsAsync<MementoException>(() => first);
        Assert.Equal(3, await second);
        Assert.Equal([1, 3], account.Published);
    }

    [Fact]
    public async Task Refusal_waits_for_the_appends_that_it_rests_on()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        await account.BookAsync(5);
        var release = _journal.HoldNext();
        var first = account.BookAsync(-5);
        var second = account.BookAsync(-1);
        var nothing = account.BookAsync(0);
        Assert.False(second.IsCompleted);
        Assert.False(nothing.IsCompleted);
        Assert.Equal(Codes.ValidationFailed, (await Assert.ThrowsAsync<MementoException>(() => account.BookAsync(int.MaxValue))).Code);

        release.SetException(JournalFaults.Unreachable());   // the first booking fails, and with it the reason to refuse the second
        await Assert.ThrowsAsync<MementoException>(() => first);
        await Assert.ThrowsAsync<MementoException>(() => second);   // the outcome of the first one is unknown to the second one too
        Assert.Equal(4, await account.BookAsync(-1));
    }

    [Fact]
    public async Task Refused_command_is_told_to_the_aggregate()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        await Assert.ThrowsAsync<MementoException>(() => account.BookAsync(-1));
        Assert.Equal((1, 0), (account.Refusals, account.Deactivations));
        Assert.Empty(_journal.Appends);
    }

    [Fact]
    public async Task Append_that_was_not_queued_leaves_the_state_in_memory()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        await account.BookAsync(1);
        _journal.IsFull = true;
        Assert.Equal(Codes.Overloaded, (await Assert.ThrowsAsync<MementoException>(() => account.BookAsync(1))).Code);
        Assert.Equal((0, 1), (account.Deactivations, account.Failures));

        var finds = _journal.Finds;
        _journal.IsFull = false;
        Assert.Equal(2, await account.BookAsync(1));
        Assert.Equal(finds, _journal.Finds);
    }

    [Fact]
    public async Task Calls_wait_for_one_read_and_a_failed_read_is_repeated()
    {
        OneThread.Begin();
        await new Account(_journal).BookAsync(5);
        var account = new Account(_journal);
        var (finds, release) = (_journal.Finds, new TaskCompletionSource());
        _journal.OnFind = () => release.Task;
        var calls = Enumerable.Range(0, 3).Select(_ => account.ReadAsync()).Append(account.BookAsync(1)).ToArray();
        release.SetException(JournalFaults.Unreachable());
        foreach (var call in calls) await Assert.ThrowsAsync<MementoException>(() => call);
        Assert.Equal(finds + 1, _journal.Finds);

        _journal.OnFind = null;
        Assert.Equal(6, await account.BookAsync(1));
    }
}
