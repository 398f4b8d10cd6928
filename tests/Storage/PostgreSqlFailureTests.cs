using Memento.Storage;
using Npgsql;
using Xunit;

namespace Memento.Tests.Storage;

/// <summary>What only a server at the other end of a connection can do.</summary>
[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlFailureTests : IAsyncLifetime
{
    private readonly PostgreSqlTestDatabase _database = new();
    private TcpProxy _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        _proxy = new TcpProxy(settings.Host!, settings.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(Cut.Request)]
    [InlineData(Cut.HalfOfRequest)]
    [InlineData(Cut.Answer)]
    public async Task A_connection_that_is_cut_around_a_commit_loses_and_doubles_nothing(Cut cut)
    {
        await using var rig = new JournalRig(_database, ThroughProxy);
        var writer = await rig.WriterAsync();
        await rig.AppendAsync(writer, 1, 2);

        var position = 3L;
        for (var round = 1; round <= 5; round++)
        {
            _proxy.CutNext(cut);
            var appends = Enumerable.Range(0, 20).Select(i => rig.AppendAsync(writer, position + i, key: new IdempotencyRecord("cut", Guid.NewGuid().ToString(), [], []))).ToArray();
            await Task.WhenAll(appends);
            position += 20;
            Assert.Equal(round, _proxy.Cuts);
        }

        await rig.HasPositionsAsync(writer, 102);
        Assert.Equal(100L, await _database.AskAsync<long>("SELECT count(*) FROM idempotency WHERE scope = 'cut'"));
    }

    [Fact]
    public async Task A_server_that_ends_the_writer_in_the_middle_of_a_commit_loses_and_doubles_nothing()
    {
        await using var rig = new JournalRig(_database, o => o.Journal.Writers = 1);
        var writer = await rig.WriterAsync();
        await rig.AppendAsync(writer, 1);
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var holder = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var locking = new NpgsqlCommand("LOCK TABLE journal IN SHARE MODE", holder);
        await locking.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var append = rig.AppendAsync(writer, 2, 3);
        await JournalRig.UntilAsync(async () => await _database.AskAsync<long>(
            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'memento writer%' AND wait_event_type = 'Lock'") > 0, "the writer waits for the lock and is ended");
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);

        await append;
        await rig.HasPositionsAsync(writer, 4);
    }

    [Fact]
    public async Task A_server_that_is_away_is_told_and_used_again_when_it_is_back()
    {
        await using var rig = new JournalRig(_database, o =>
        {
            ThroughProxy(o);
            o.Journal.RetryFor = TimeSpan.Zero;
        });
        var (writer, other) = (await rig.WriterAsync(), await rig.WriterAsync());
        await rig.AppendAsync(writer, 1);
        await _proxy.DownAsync();

        var refused = await JournalRig.RefusedAsync(Codes.DatabaseNotReady, rig.AppendAsync(writer, 2));
        Assert.Equal(RefusalKind.Unavailable, refused.Refusal.Kind);
        await JournalRig.RefusedAsync(Codes.DatabaseNotReady, rig.AppendAsync(other, 1));
        await JournalRig.RefusedAsync(Codes.DatabaseNotReady, rig.FindAsync(writer));
        Assert.DoesNotContain("Password", refused.ToString(), StringComparison.OrdinalIgnoreCase);

        _proxy.Up();
        var head = (await rig.FindAsync(writer))!;
        Assert.Equal(1, head.Position);
        await rig.AppendAsync(new JournalWriter(writer.Name, head.StreamId), 2);
        await rig.HasPositionsAsync(writer, 2);
    }

    [Fact]
    public async Task Commits_outlast_a_short_restart_of_the_server()
    {
        await using var rig = new JournalRig(_database, o =>
        {
            ThroughProxy(o);
            o.Journal.RetryFor = TimeSpan.FromSeconds(60);
        });
        var writers = new List<JournalWriter>();
        for (var i = 0; i < 8; i++) writers.Add(await rig.WriterAsync());
        var appends = writers.SelectMany(writer => Enumerable.Range(0, 50).Select(i => rig.AppendAsync(writer, i + 1))).ToList();
        await _proxy.DownAsync();
        appends.AddRange(writers.Select(writer => rig.AppendAsync(writer, 51)));
        _proxy.Up();

        await Task.WhenAll(appends);
        foreach (var writer in writers) await rig.HasPositionsAsync(writer, 51);
    }

    [Fact]
    public async Task A_character_that_PostgreSQL_cannot_store_hurts_only_its_append()
    {
        await using var rig = new JournalRig(_database, o => o.Journal.Writers = 1);
        var writers = new List<JournalWriter>();
        for (var i = 0; i < 9; i++) writers.Add(await rig.WriterAsync());
        using var gate = await rig.HoldAsync();
        var appends = writers.Select((writer, i) => rig.AppendAsync(writer, 1, kind: i switch { 4 => "nul\0", 6 => "half \ud800", _ => "modified" })).ToArray();
        await gate.OpenAsync();

        await JournalRig.RefusedAsync(Codes.ValidationFailed, appends[4]);
        await JournalRig.RefusedAsync(Codes.ValidationFailed, appends[6]);
        foreach (var i in (int[])[0, 1, 2, 3, 5, 7, 8])
        {
            await appends[i];
            await rig.HasPositionsAsync(writers[i], 1);
        }
    }

    [Fact]
    public async Task Without_a_schema_it_does_not_open_unless_it_may_migrate()
    {
        await using var empty = await _database.AnotherUnmigratedAsync();

        var refused = Assert.Throws<MementoException>(() => { _ = empty.Open(); });
        Assert.Equal(Codes.DatabaseNotReady, refused.Code);
        Assert.Contains("Run `memento db migrate`, or start with --migrate.", refused.Message, StringComparison.Ordinal);

        await empty.Open(o => o.Migrate = true).DisposeAsync();
        await empty.Open().DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_told_at_the_start()
    {
        await _proxy.DownAsync();

        var refused = Assert.Throws<MementoException>(() => { _ = _database.Open(ThroughProxy); });

        Assert.Equal((RefusalKind.Unavailable, Codes.DatabaseNotReady), (refused.Refusal.Kind, refused.Code));
    }

    private void ThroughProxy(StorageOptions options) => (options.Journal.Writers, options.ConnectionStrings.PostgreSql) =
        (1, new NpgsqlConnectionStringBuilder(options.ConnectionStrings.PostgreSql) { Port = _proxy.Port }.ConnectionString);
}
