using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Crash;

/// <summary>Real disks in a child's own mount namespace: one that is full, one that is read-only.</summary>
[Trait(Needs.Trait, Needs.Slow)]
public sealed class SqliteDiskTests : IAsyncLifetime
{
    private const string Unshare = "/usr/bin/unshare";

    private readonly SqliteTestDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_full_disk_is_told_and_the_journal_is_right_and_goes_on_when_there_is_space()
    {
        var output = await RunAsync("fill", "mount -t tmpfs -o size=4m tmpfs \"$MEMENTO_TEST_TARGET\"");

        Assert.StartsWith($"{Codes.StorageFull}: The store's disk is full.", output, StringComparison.Ordinal);
        Assert.EndsWith("went on\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_only_folder_is_named_as_such(bool used)
    {
        if (!used) Directory.Delete(_database.Folder, recursive: true);
        Directory.CreateDirectory(_database.Folder);
        if (used) await _database.Open().DisposeAsync();

        var output = await RunAsync("open", "mount --bind \"$MEMENTO_TEST_TARGET\" \"$MEMENTO_TEST_TARGET\" && mount -o remount,ro,bind \"$MEMENTO_TEST_TARGET\"");

        Assert.StartsWith(Codes.DatabaseNotReady, output, StringComparison.Ordinal);
        Assert.Contains($"the data folder {_database.Folder} cannot be written", output, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string what, string mount)
    {
        Assert.SkipUnless(File.Exists(Unshare), "Needs Linux and its unshare command.");
        return await ChildProcess.RunToEndAsync(what, _database.Options, [Unshare, "--mount", "--map-root-user", "sh", "-c", $"{mount} && exec \"$@\"", "sh"], TestContext.Current.CancellationToken);
    }
}
