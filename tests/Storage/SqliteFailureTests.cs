using Memento.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Memento.Tests.Storage;

/// <summary>What only a file on a disk can suffer.</summary>
public sealed class SqliteFailureTests : IAsyncLifetime
{
    private readonly SqliteTestDatabase _database = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_full_disk_is_told_and_the_journal_goes_on_when_there_is_space_again()
    {
        SqliteConnection? connection = null;
        await using var rig = new JournalRig(_database, committer: options => new SqliteCommitter(connection = SqliteDatabase.Connect(options)));
        var (writer, other) = (await rig.WriterAsync(), await rig.WriterAsync());
        await rig.AppendAsync(writer, 1, 3);
        LimitPages("PRAGMA page_count");

        var stored = 0;
        var refused = await Assert.ThrowsAsync<MementoException>(async () =>
        {
            for (; stored < 10_000; stored += 100) await rig.AppendAsync(other, stored + 1, 100);
        });
        Assert.Equal((RefusalKind.Unavailable, Codes.StorageFull), (refused.Refusal.Kind, refused.Code));
        await rig.HasPositionsAsync(other, stored);
        await JournalRig.RefusedAsync(Codes.StorageFull, rig.AppendAsync(writer, 4, 1_000));
        await rig.HasPositionsAsync(writer, 3);
        Assert.Contains("disk is full", rig.Problem, StringComparison.Ordinal);

        LimitPages("SELECT 1000000000");
        await rig.AppendAsync(new JournalWriter(writer.Name, writer.StreamId), 4, 1_000);
        await rig.HasPositionsAsync(writer, 1_003);
        await rig.HasPositionsAsync(other, stored);
        Assert.Null(rig.Problem);

        void LimitPages(string question)
        {
            using var command = connection!.CreateCommand();
#pragma warning disable CA2100 // literals of this test
            command.CommandText = question;
            var pages = (long)command.ExecuteScalar()!;
            command.CommandText = $"PRAGMA max_page_count = {pages}";
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
    }

    [Fact]
    public async Task A_second_one_on_the_same_folder_is_refused_and_the_folder_is_free_afterwards()
    {
        await using (_database.Open())
        {
            var refused = Assert.Throws<MementoException>(() => { _ = _database.Open(); });
            Assert.Equal(Codes.DatabaseNotReady, refused.Code);
            Assert.Contains($"another process uses the data folder {_database.Folder}", refused.Message, StringComparison.Ordinal);
        }

        await _database.Open().DisposeAsync();
    }

    [Theory]
    [InlineData("no database")]
    [InlineData("damaged header")]
    public async Task A_file_that_is_no_database_is_refused_by_name_and_left_alone(string damage)
    {
        var file = _database.Options.DatabaseFile;
        SqliteConnection.ClearAllPools();
        await using (var stream = File.OpenWrite(file))
        {
            if (damage == "no database") stream.SetLength(0);
            stream.Write("this is not a database, and nobody should write into it"u8);
        }

        var before = await File.ReadAllBytesAsync(file, Token);
        var refused = Assert.Throws<MementoException>(() => { _ = _database.Open(); });

        Assert.Equal(Codes.StoredDataCorrupted, refused.Code);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Token));
    }

    [Fact]
    public async Task Damaged_pages_are_told_and_the_folder_can_be_opened_again()
    {
        await using (var rig = new JournalRig(_database))
        {
            var writer = await rig.WriterAsync("damaged");
            await rig.AppendAsync(writer, 1, 5_000);
        }

        var file = _database.Options.DatabaseFile;
        await using (var stream = File.OpenWrite(file))
        {
            var noise = new byte[4096];
            new Random(1).NextBytes(noise);
            for (var page = 20; page < stream.Length / 4096; page++)
            {
                stream.Position = page * 4096L;
                stream.Write(noise);
            }
        }

        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<MementoException>(async () =>
            {
                await using var store = _database.Open();
                var head = await store.Journal.FindAsync("damaged", Token);
                await store.Journal.ReadAsync(head!.StreamId, 1, head.Position, 10_000, cancellationToken: Token);
            });
            Assert.Equal(Codes.StoredDataCorrupted, refused.Code);
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_for_a_while_costs_no_reader()
    {
        await using var rig = new JournalRig(_database, o => o.Sqlite.Readers = 2);
        var writer = await rig.WriterAsync();
        await rig.AppendAsync(writer, 1);
        await using var other = new SqliteTestDatabase();
        var file = _database.Options.DatabaseFile;
        Directory.CreateDirectory(other.Folder);
        File.Move(file, Path.Combine(other.Folder, "away"));
        Directory.CreateDirectory(file);
        rig.Database.Describe();

        var refusals = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Record.ExceptionAsync(() => Task.WhenAll(rig.FindAsync(writer), rig.FindAsync(writer), rig.FindAsync(writer))).AsTask()));

        Assert.Contains(refusals, e => e is MementoException { Code: Codes.DatabaseNotReady });
        Directory.Delete(file);
        File.Move(Path.Combine(other.Folder, "away"), file);
        for (var i = 0; i < 10; i++) Assert.Equal(1, (await rig.FindAsync(writer).WaitAsync(TimeSpan.FromSeconds(20), Token))!.Position);
    }
}
