using Xunit;

namespace Memento.Tests.Grains.Journaling;

/// <summary>A command with a key happens once, whatever is in flight.</summary>
public sealed class IdempotencyTests
{
    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task Idempotency_key_makes_a_command_happen_once()
    {
        OneThread.Begin();
        var (one, two) = (new Account(_journal), new Account(_journal));
        Assert.Equal(5, await one.BookAsync(5, key: "k"));
        Assert.Equal(6, await one.BookAsync(1));
        Assert.Equal(5, await one.BookAsync(5, key: "k"));
        Assert.Equal(5, await two.BookAsync(5, key: "k"));
        Assert.Equal(Codes.IdempotencyKeyReused, (await Assert.ThrowsAsync<MementoException>(() => one.BookAsync(7, key: "k"))).Code);
        Assert.Equal(6, await one.ReadAsync());
    }

    [Fact]
    public async Task Same_key_twice_at_once_gets_one_answer()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        var release = _journal.HoldNext();
        var first = account.BookAsync(5, key: "k");
        _journal.OnAppend = async (_, commit) =>
        {
            await release.Task;
            await commit();
        };
        var second = account.BookAsync(5, key: "k");
        release.SetResult();
        Assert.Equal((5, 5), (await first, await second));
        Assert.Equal(5, await account.ReadAsync());
    }

    [Fact]
    public async Task Command_refused_because_it_is_done_already_gets_the_first_answer()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        await account.BookAsync(5);
        var release = _journal.HoldNext();
        var first = account.BookAsync(-5, key: "k");
        var second = account.BookAsync(-5, key: "k");   // the tentative state refuses it
        release.SetResult();
        Assert.Equal((0, 0), (await first, await second));
        Assert.Equal(0, account.Refusals);
    }
}
