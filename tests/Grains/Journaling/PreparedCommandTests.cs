using Xunit;

namespace Memento.Tests.Grains.Journaling;

/// <summary>A command that is made from what is stored elsewhere rests on nothing that has changed meanwhile.</summary>
public sealed class PreparedCommandTests
{
    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task Prepared_command_is_prepared_again_when_it_is_not_current()
    {
        OneThread.Begin();
        var account = new Account(_journal) { Version = 1 };
        var prepared = 0;
        var answer = await account.Executor.ExecutePreparedAsync(
            () => new(new Book(5, Version: prepared++)), c => c.After.Amount);
        Assert.Equal((5, 2), (answer, prepared));
    }

    [Fact]
    public async Task Command_prepared_while_an_append_failed_is_prepared_again()
    {
        OneThread.Begin();
        var account = new Account(_journal);
        await account.BookAsync(5);
        var release = _journal.HoldNext();
        var failing = account.BookAsync(1);
        var (prepared, ready) = (0, new TaskCompletionSource());
        var booking = account.Executor.ExecutePreparedAsync(
            async () =>
            {
                prepared++;
                await ready.Task;
                return new Book(2);
            },
            c => c.After.Amount);
        release.SetException(JournalFaults.Unreachable());
        await Assert.ThrowsAsync<MementoException>(() => failing);
        ready.SetResult();
        Assert.Equal((7, 2), (await booking, prepared));
    }
}
