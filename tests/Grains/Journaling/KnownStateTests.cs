using Xunit;

namespace Memento.Tests.Grains.Journaling;

/// <summary>A stream without a name, whose state and position its callers pass along.</summary>
public sealed class KnownStateTests
{
    private readonly MemoryJournal _journal = new();
    private readonly long _number;
    private readonly Account _account;

    public KnownStateTests()
    {
        _number = _journal.Bear(Account.EntryOf(5));
        _account = new(_journal, knownNumber: _number);
    }

    [Fact]
    public async Task Known_state_saves_the_read()
    {
        OneThread.Begin();
        _account.Executor.Know(new(5), _number, 1);
        Assert.Equal(6, await _account.BookAsync(1));
        Assert.Equal(7, await _account.BookAsync(1));
        Assert.Equal(7, await _account.ReadAsync());
        Assert.Equal(0, _journal.Finds);
        Assert.All(_journal.Appends, append => Assert.False(append.CreatesStream));
    }

    [Fact]
    public async Task Append_on_an_outdated_known_state_is_refused_and_the_stream_is_read()
    {
        OneThread.Begin();
        _account.Executor.Know(new(5), _number, 1);
        await new Account(_journal, knownNumber: _number).BookAsync(10);
        Assert.Equal(16, await _account.BookAsync(1));
        Assert.Equal(2, _journal.Finds);   // the other account's, and this one's
    }

    [Fact]
    public async Task Refusal_on_a_known_state_is_confirmed_by_a_read()
    {
        OneThread.Begin();
        _account.Executor.Know(new(0), _number, 0);
        Assert.Equal(2, await _account.BookAsync(-3));
        Assert.Equal((1, 0), (_journal.Finds, _account.Refusals));
    }

    [Fact]
    public async Task Answer_without_events_on_a_known_state_is_confirmed_by_a_read()
    {
        OneThread.Begin();
        _account.Executor.Know(new(0), _number, 0);
        Assert.Equal(5, await _account.BookAsync(0));
        Assert.Equal(1, _journal.Finds);
    }

    [Fact]
    public async Task Read_does_not_rest_on_a_known_state()
    {
        OneThread.Begin();
        _account.Executor.Know(new(0), _number, 0);
        Assert.Equal(5, await _account.ReadAsync());
    }

    [Fact]
    public async Task Later_position_that_somebody_knows_makes_the_stream_be_read()
    {
        OneThread.Begin();
        Assert.Equal(5, await _account.ReadAsync());
        await new Account(_journal, knownNumber: _number).BookAsync(10);
        _account.Executor.Know(new(15), _number, 2);
        Assert.Equal(15, await _account.ReadAsync());
    }

    [Fact]
    public async Task Earlier_position_that_somebody_knows_changes_nothing()
    {
        OneThread.Begin();
        Assert.Equal(6, await _account.BookAsync(1));
        var finds = _journal.Finds;
        _account.Executor.Know(new(5), _number, 1);
        Assert.Equal(6, await _account.ReadAsync());
        Assert.Equal(finds, _journal.Finds);
    }

    [Fact]
    public async Task Another_stream_under_the_same_id_makes_the_stream_be_read()
    {
        OneThread.Begin();
        Assert.Equal(5, await _account.ReadAsync());
        var finds = _journal.Finds;
        _account.Executor.Know(new(0), _number + 1, 0);
        Assert.Equal(5, await _account.ReadAsync());
        Assert.Equal(finds + 1, _journal.Finds);
    }
}
