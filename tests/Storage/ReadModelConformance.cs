using Memento.Storage;
using Xunit;

namespace Memento.Tests.Storage;

public sealed class SqliteReadModelTests(SqliteTestDatabase database) : ReadModelConformance(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlReadModelTests(PostgreSqlTestDatabase database) : ReadModelConformance(database), IClassFixture<PostgreSqlTestDatabase>;

/// <summary>Rows, keys and blobs become durable with the entries that they belong to, and merge in the same way within a commit and across commits.</summary>
public abstract class ReadModelConformance(TestDatabase database) : IAsyncLifetime
{
    private readonly JournalRig _rig = new(database);
    private readonly RowTable _probe = new($"probe_{Guid.NewGuid():N}",
        new("id", ColumnType.Number, ColumnMerge.Key),
        new("name", ColumnType.Text, ColumnMerge.Key),
        new("writer", ColumnType.Writer, ColumnMerge.Key),
        new("kept", ColumnType.Text, ColumnMerge.Keep),
        new("replaced", ColumnType.Text, ColumnMerge.Replace),
        new("counted", ColumnType.Number, ColumnMerge.Add),
        new("summed", ColumnType.Real, ColumnMerge.Add));

    public async ValueTask InitializeAsync() => await database.ExecuteAsync(
        $"CREATE TABLE {_probe.Name} (id bigint NOT NULL, name text NOT NULL, writer bigint NOT NULL, kept text, replaced text, counted bigint, summed double precision, PRIMARY KEY (id, name, writer))");

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_merge_alike_within_a_commit_and_across_commits(bool together)
    {
        var writer = await _rig.WriterAsync();
        RowChange[] changes =
        [
            _probe.Row(1L, "a", null, "first", "first", 5L, 0.5),
            _probe.Row(1L, "a", null, "second", null, 7L, 0.25),
            _probe.Row(1L, "a", null, null, "third", -2L, 1.0),
            _probe.Row(1L, "b", null, null, null, 1L, 1.0),
            _probe.Row(2L, "a", null, "other", "other", 1L, 1.0),
        ];

        if (together)
        {
            using var gate = await _rig.HoldAsync();
            var appends = changes.Select((change, i) => _rig.AppendAsync(writer, i + 1, rows: [change])).ToArray();
            await gate.OpenAsync();
            await Task.WhenAll(appends);
        }
        else
        {
            for (var i = 0; i < changes.Length; i++) await _rig.AppendAsync(writer, i + 1, rows: [changes[i]]);
        }

        Assert.Equal("first|third|10|1.75", await RowAsync(1, "a"));
        Assert.Equal("-|-|1|1", await RowAsync(1, "b"));
        Assert.Equal("other|other|1|1", await RowAsync(2, "a"));
    }

    [Fact]
    public async Task Nothing_of_a_refused_append_is_there_and_all_of_an_accepted_one()
    {
        var writer = await _rig.WriterAsync();
        await _rig.AppendAsync(writer, 1);
        var stale = new JournalWriter(writer.Name, writer.StreamId);
        var (blob, key) = (Blob(2_000), new IdempotencyRecord("atomic", Guid.NewGuid().ToString(), [1], [2]));
        var snapshot = new Snapshot(1, 1, new byte[] { 1 });
        RowChange[] rows = [_probe.Row(9L, "x", null, "x", "x", 1L, 1.0)];

        await JournalRig.RefusedAsync(Codes.StaleWriter, _rig.AppendAsync(stale, 1, rows: rows, key: key, blobs: [blob], snapshot: snapshot));
        Assert.Null(await RowAsync(9, "x"));
        Assert.Null(await _rig.Journal.FindKeyAsync(key.Scope, key.Key, Token));
        Assert.Null(await _rig.Blobs.FindAsync(blob.Hash, Token));
        Assert.Null((await _rig.FindAsync(writer))!.Snapshot);

        await _rig.AppendAsync(writer, 2, rows: rows, key: key, blobs: [blob], snapshot: snapshot with { Position = 2 });
        Assert.Equal("x|x|1|1", await RowAsync(9, "x"));
        var found = await _rig.Journal.FindKeyAsync(key.Scope, key.Key, Token);
        Assert.Equal((key.RequestHash[0], key.Response[0]), (Assert.Single(found!.RequestHash), Assert.Single(found.Response)));
        Assert.Equal(blob.Content, await _rig.Blobs.FindAsync(blob.Hash, Token));
        Assert.Equal(2, (await _rig.FindAsync(writer))!.Snapshot!.Position);
    }

    [Fact]
    public async Task A_key_is_taken_once_even_in_one_commit_and_means_something_else_in_another_scope()
    {
        var (one, two, three) = (await _rig.WriterAsync(), await _rig.WriterAsync(), await _rig.WriterAsync());
        var key = new IdempotencyRecord($"scope-{Guid.NewGuid():N}", "key", [1], [2]);
        using var gate = await _rig.HoldAsync();
        var first = _rig.AppendAsync(one, 1, key: key);
        var second = _rig.AppendAsync(two, 1, key: key with { RequestHash = [9] });
        var third = _rig.AppendAsync(three, 1, key: key with { Scope = key.Scope + "'" });
        await gate.OpenAsync();

        await third;
        var outcomes = new[] { await Record.ExceptionAsync(() => first), await Record.ExceptionAsync(() => second) };
        var refused = Assert.IsType<MementoException>(Assert.Single(outcomes, o => o is not null));
        Assert.Equal(Codes.IdempotencyKeyReused, refused.Code);
        Assert.Equal(1, (await _rig.PositionsAsync(one.StreamId)).Count + (await _rig.PositionsAsync(two.StreamId)).Count);
    }

    [Fact]
    public async Task Equal_blobs_are_stored_once_and_large_ones_compressed()
    {
        var (writer, other) = (await _rig.WriterAsync(), await _rig.WriterAsync());
        var (large, small) = (Blob(100_000), Blob(10));
        using (var gate = await _rig.HoldAsync())
        {
            var appends = new[] { _rig.AppendAsync(writer, 1, blobs: [large, small]), _rig.AppendAsync(other, 1, blobs: [small, large]), _rig.AppendAsync(writer, 2, blobs: [large]) };
            await gate.OpenAsync();
            await Task.WhenAll(appends);
        }

        await _rig.AppendAsync(writer, 3, blobs: [large]);

        Assert.Equal(large.Content, await _rig.Blobs.FindAsync(large.Hash, Token));
        Assert.Equal(small.Content, await _rig.Blobs.FindAsync(small.Hash, Token));
        Assert.Equal(1L, await database.AskAsync<long>("SELECT count(*) FROM blob WHERE hash = @hash", ("hash", large.Hash)));
        Assert.True(await database.AskAsync<long>("SELECT CAST(length(content) AS bigint) FROM blob WHERE hash = @hash", ("hash", large.Hash)) < 50_000);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task A_changed_blob_is_not_given_out(int size)
    {
        var (writer, blob) = (await _rig.WriterAsync(), Blob(size));
        await _rig.AppendAsync(writer, 1, blobs: [blob]);
        await database.ExecuteAsync("UPDATE blob SET content = @content WHERE hash = @hash", ("content", new byte[] { 1, 2, 3 }), ("hash", blob.Hash));

        await JournalRig.RefusedAsync(Codes.StoredDataCorrupted, _rig.Blobs.FindAsync(blob.Hash, Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static NewBlob Blob(int size)
    {
        var content = new byte[size];
        for (var i = 0; i < size; i++) content[i] = (byte)(i % 7);
        Guid.NewGuid().TryWriteBytes(content.AsSpan(0, Math.Min(16, size)));
        if (size < 16) Random.Shared.NextBytes(content);
        return new(System.Security.Cryptography.SHA256.HashData(content), content);
    }

    private Task<string?> RowAsync(long id, string name) => database.AskAsync<string>(
        $"SELECT coalesce(kept, '-') || '|' || coalesce(replaced, '-') || '|' || counted || '|' || CASE WHEN summed = 1 THEN '1' ELSE CAST(summed AS text) END FROM {_probe.Name} WHERE id = @id AND name = @name",
        ("id", id), ("name", name));
}
