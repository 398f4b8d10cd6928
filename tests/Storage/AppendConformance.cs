using Memento.Sessions;
using Memento.Storage;
using Xunit;

namespace Memento.Tests.Storage;

public sealed class SqliteAppendTests(SqliteTestDatabase database) : AppendConformance(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlAppendTests(PostgreSqlTestDatabase database) : AppendConformance(database), IClassFixture<PostgreSqlTestDatabase>;

/// <summary>Order, fences and what one bad append may do to others: the same on every store.</summary>
public abstract class AppendConformance(TestDatabase database) : IAsyncLifetime
{
    private readonly JournalRig _rig = new(database);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Many_appends_in_flight_keep_the_order_of_the_calls_without_a_gap()
    {
        var writer = await _rig.WriterAsync();

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => _rig.AppendAsync(writer, 1 + i * 3, 3)));

        await _rig.HasPositionsAsync(writer, 900);
        Assert.Equal(900, (await _rig.FindAsync(writer))!.Position);
    }

    [Fact]
    public async Task Thousands_of_streams_go_side_by_side()
    {
        var writers = new List<JournalWriter>();
        for (var i = 0; i < 3_000; i++) writers.Add(await _rig.WriterAsync());

        await Task.WhenAll(Enumerable.Range(1, 3).SelectMany(position => writers.Select(writer => _rig.AppendAsync(writer, position))));

        Assert.Equal(3_000, writers.Select(w => w.StreamId).Distinct().Count());
        foreach (var writer in writers.Where((_, i) => i % 100 == 0)) await _rig.HasPositionsAsync(writer, 3);
        Assert.Equal(9_000L, await database.AskAsync<long>("SELECT count(*) FROM journal WHERE stream_id >= @first AND stream_id <= @last", ("first", writers.Min(w => w.StreamId)), ("last", writers.Max(w => w.StreamId))));
    }

    [Fact]
    public async Task Of_two_writers_one_is_refused_and_stays_refused()
    {
        var (winner, bystander) = (await _rig.WriterAsync(), await _rig.WriterAsync());
        await _rig.AppendAsync(winner, 1, 2);
        var loser = new JournalWriter(winner.Name, winner.StreamId);
        using var gate = await _rig.HoldAsync();
        var won = _rig.AppendAsync(winner, 3);
        Task[] lost = [_rig.AppendAsync(loser, 3), _rig.AppendAsync(loser, 4)];
        var unhurt = _rig.AppendAsync(bystander, 1);
        await gate.OpenAsync();

        await Task.WhenAll(won, unhurt);
        foreach (var task in lost) await JournalRig.RefusedAsync(Codes.StaleWriter, task);
        Assert.True(loser.IsBroken);
        await JournalRig.RefusedAsync(Codes.StaleWriter, _rig.AppendAsync(loser, 4));
        await _rig.AppendAsync(winner, 4);
        await _rig.HasPositionsAsync(winner, 4);
        await _rig.HasPositionsAsync(bystander, 1);
    }

    [Fact]
    public async Task A_stream_is_created_once_however_many_try()
    {
        var name = $"race/{Guid.NewGuid():N}";
        var writers = new List<JournalWriter>();
        for (var i = 0; i < 8; i++) writers.Add(await _rig.WriterAsync(name));

        var outcomes = await Task.WhenAll(writers.Select(async writer =>
        {
            try
            {
                await _rig.AppendAsync(writer, 1, 2);
                return "";
            }
            catch (MementoException e)
            {
                return e.Code;
            }
        }));

        var winner = Assert.Single(writers.Zip(outcomes), o => o.Second.Length == 0).First;
        Assert.All(outcomes.Where(o => o.Length > 0), code => Assert.Equal(Codes.StaleWriter, code));
        Assert.Equal(new StreamHead(winner.StreamId, 2, null), await _rig.FindAsync(winner));
        foreach (var loser in writers.Except([winner])) Assert.Empty(await _rig.PositionsAsync(loser.StreamId));
    }

    [Theory]
    [InlineData("taken key", Codes.IdempotencyKeyReused)]
    [InlineData("null in a row", Codes.ValidationFailed)]
    [InlineData("stale position", Codes.StaleWriter)]
    [InlineData("stream exists", Codes.StaleWriter)]
    [InlineData("no kind", Codes.ValidationFailed)]
    public async Task A_poisoned_append_hurts_only_itself_and_what_is_behind_it(string poison, string code)
    {
        var key = new IdempotencyRecord("poison", Guid.NewGuid().ToString(), [1], [2]);
        var existing = await _rig.WriterAsync();
        await _rig.AppendAsync(existing, 1, key: key);
        var mates = new List<JournalWriter>();
        for (var i = 0; i < 41; i++) mates.Add(await _rig.WriterAsync());
        var bad = poison == "stream exists" ? await _rig.WriterAsync(existing.Name) : await _rig.WriterAsync();
        if (poison != "stream exists") await _rig.AppendAsync(bad, 1);
        using var gate = await _rig.HoldAsync();

        var before = mates.Take(20).Select(mate => _rig.AppendAsync(mate, 1)).ToArray();
        var poisoned = poison switch
        {
            "taken key" => _rig.AppendAsync(bad, 2, key: key),
            "null in a row" => _rig.AppendAsync(bad, 2, rows: [SessionTables.Counter.Row(null, 1L, 1L, 1L, 1L, 1L, 1L)]),
            "stale position" => _rig.AppendAsync(new JournalWriter(bad.Name, bad.StreamId), 1),
            "stream exists" => _rig.AppendAsync(bad, 1),
            _ => _rig.AppendAsync(bad, 2, kind: null!),
        };
        var behind = poison == "stale position" ? [] : new[] { _rig.AppendAsync(bad, poison == "stream exists" ? 2 : 3), _rig.AppendAsync(bad, poison == "stream exists" ? 3 : 4) };
        var after = mates.Skip(20).Select(mate => _rig.AppendAsync(mate, 1)).ToArray();
        await gate.OpenAsync();

        await JournalRig.RefusedAsync(code, poisoned);
        foreach (var task in behind) await JournalRig.RefusedAsync(Codes.StaleWriter, task);
        await Task.WhenAll([.. before, .. after]);
        foreach (var mate in mates) await _rig.HasPositionsAsync(mate, 1);
        await _rig.HasPositionsAsync(bad, poison == "stream exists" ? 0 : 1);
        Assert.Equal(0L, await database.AskAsync<long>("SELECT count(*) FROM workspace_counter WHERE workspace = 'poison'"));
    }

    [Fact]
    public async Task A_bound_on_what_waits_is_told_before_anything_is_queued_and_the_writer_goes_on()
    {
        await using var own = await database.AnotherAsync();
        await using var rig = new JournalRig(own, o => o.Journal.MaxWaiting = 20);
        var writer = await rig.WriterAsync();
        using var gate = await rig.HoldAsync();
        var waiting = Enumerable.Range(1, 20 - rig.Committers.Count).Select(i => rig.AppendAsync(writer, i)).ToArray();

        for (var i = 0; i < 1_000; i++)
        {
            var refused = Assert.Throws<MementoException>(() => { _ = rig.AppendAsync(writer, waiting.Length + 1); });
            Assert.Equal((RefusalKind.Overloaded, Codes.Overloaded), (refused.Refusal.Kind, refused.Code));
        }

        Assert.Equal(20, rig.Waiting);
        Assert.False(writer.IsBroken);
        await gate.OpenAsync();
        await Task.WhenAll(waiting);
        await rig.AppendAsync(writer, waiting.Length + 1);
        await rig.HasPositionsAsync(writer, waiting.Length + 1);
        Assert.Equal(0, rig.Waiting);
    }

    [Fact]
    public async Task The_bytes_that_wait_are_bounded_too_but_one_large_append_alone_always_fits()
    {
        await using var own = await database.AnotherAsync();
        await using var rig = new JournalRig(own, o => o.Journal.MaxWaitingBytes = 1024 * 1024);
        var (writer, other) = (await rig.WriterAsync(), await rig.WriterAsync());
        var large = new NewEntry("modified", 1, JournalRig.At, new byte[2 * 1024 * 1024]);

        await rig.Journal.AppendAsync(new Append { Writer = writer, CreatesStream = true, FirstPosition = 1, Entries = [large] });

        using var gate = await rig.HoldAsync();
        var refused = Assert.Throws<MementoException>(() => { _ = rig.Journal.AppendAsync(new Append { Writer = writer, FirstPosition = 2, Entries = [large] }); });
        Assert.Equal(Codes.Overloaded, refused.Code);
        var small = rig.AppendAsync(other, 1);
        await gate.OpenAsync();
        await small;
        Assert.Equal(1, (await rig.FindAsync(writer))!.Position);
    }

    [Fact]
    public async Task Closing_commits_what_waits_and_refuses_what_comes_later()
    {
        await using var own = await database.AnotherAsync();
        var rig = new JournalRig(own);
        var writer = await rig.WriterAsync();
        using var gate = await rig.HoldAsync();
        var waiting = Enumerable.Range(1, 10).Select(i => rig.AppendAsync(writer, i)).ToArray();
        var opening = gate.OpenAsync();
        await rig.DisposeAsync();
        await opening;

        await Task.WhenAll(waiting);
        Assert.Equal(Codes.DatabaseNotReady, (await Assert.ThrowsAsync<MementoException>(async () => await rig.AppendAsync(writer, 11))).Code);
        Assert.Equal(0, rig.Waiting);
        await using var again = new JournalRig(own);
        await again.HasPositionsAsync(writer, 10);
    }
}
