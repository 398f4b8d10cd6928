using System.Collections.Immutable;
using CsCheck;
using Memento.Journaling;
using Memento.Sessions;
using Memento.Storage;
using Memento.Tests.Core;
using Xunit;

namespace Memento.Tests.Storage;

public sealed class SqliteReadTests(SqliteTestDatabase database) : ReadConformance(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlReadTests(PostgreSqlTestDatabase database) : ReadConformance(database), IClassFixture<PostgreSqlTestDatabase>;

/// <summary>What is read is what was written, or it is said that it is not.</summary>
public abstract class ReadConformance(TestDatabase database) : IAsyncLifetime
{
    private readonly JournalRig _rig = new(database);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Ranges_kinds_directions_and_limits()
    {
        var writer = await _rig.WriterAsync();
        for (var i = 1; i <= 30; i++) await _rig.AppendAsync(writer, i, kind: i % 3 == 0 ? "broke" : "modified");

        Assert.Equal([5L, 6, 7], await ReadAsync(5, 7, 100));
        Assert.Equal([7L, 6], await ReadAsync(1, 7, 2, descending: true));
        Assert.Equal([3L, 6, 9], await ReadAsync(1, 100, 3, ["broke"]));
        Assert.Equal([30L, 29, 28], await ReadAsync(1, 100, 3, ["broke", "modified"], descending: true));
        Assert.Empty(await ReadAsync(1, 100, 3, ["start"]));
        Assert.Empty(await ReadAsync(31, long.MaxValue, 3));
        Assert.Null(await _rig.Journal.FindAsync(writer.Name + "x", Token));
        var entry = Assert.Single(await _rig.Journal.ReadAsync(writer.StreamId, 4, 4, 1, cancellationToken: Token));
        Assert.Equal((4L, "modified", (short)1, JournalRig.At.AddSeconds(4)), (entry.Position, entry.Kind, entry.Version, entry.At));

        async Task<IEnumerable<long>> ReadAsync(long from, long to, int limit, string[]? kinds = null, bool descending = false) =>
            (await _rig.Journal.ReadAsync(writer.StreamId, from, to, limit, kinds, descending)).Select(e => e.Position);
    }

    [Fact]
    public async Task A_changed_payload_is_named_and_not_given_out_while_the_rest_can_be_read()
    {
        var writer = await _rig.WriterAsync();
        await _rig.AppendAsync(writer, 1, 5);
        await WriteAsync(JournalRig.Payload(4));

        var refused = await JournalRig.RefusedAsync(Codes.StoredDataCorrupted, _rig.Journal.ReadAsync(writer.StreamId, 1, 5, 10, cancellationToken: Token));

        Assert.Equal(RefusalKind.Damaged, refused.Refusal.Kind);
        Assert.Contains($"Entry 3 of stream {writer.StreamId}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await _rig.Journal.ReadAsync(writer.StreamId, 4, 5, 10, cancellationToken: Token)).Count);
        await WriteAsync(JournalRig.Payload(3));   // other tests read the feed of the same database

        Task WriteAsync(byte[] payload) => database.ExecuteAsync(
            "UPDATE journal SET payload = @payload WHERE stream_id = @stream AND position = 3", ("payload", payload), ("stream", writer.StreamId));
    }

    [Fact]
    public async Task A_payload_that_was_moved_to_another_place_is_found()
    {
        var writer = await _rig.WriterAsync();
        await _rig.AppendAsync(writer, 1, 3);
        await MoveAsync(3, 13);

        await JournalRig.RefusedAsync(Codes.StoredDataCorrupted, _rig.Journal.ReadAsync(writer.StreamId, 1, 20, 10, cancellationToken: Token));
        await MoveAsync(13, 3);

        Task MoveAsync(long from, long to) => database.ExecuteAsync(
            "UPDATE journal SET position = @to WHERE stream_id = @stream AND position = @from", ("to", to), ("stream", writer.StreamId), ("from", from));
    }

    [Fact]
    public async Task A_damaged_snapshot_is_passed_over()
    {
        var (id, session) = await TellAsync(30, snapshotInterval: 10);
        var (stream, expected) = (session.StreamId, SessionFactCodec.EncodeState(session.Committed));
        Assert.Equal(3L, await database.AskAsync<long>("SELECT count(*) FROM snapshot WHERE stream_id = @stream", ("stream", stream)));

        foreach (var damaged in (long[])[3, 2, 1, 0])
        {
            await database.ExecuteAsync("UPDATE snapshot SET payload = @payload WHERE stream_id = @stream AND position > @position", ("payload", "{}"u8.ToArray()), ("stream", stream), ("position", damaged * 10));
            var again = Session(id, 10);
            await again.LoadAsync(Token);
            Assert.Equal(expected, SessionFactCodec.EncodeState(again.Committed));
        }
    }

    [Fact]
    public async Task A_missing_entry_stops_the_replay()
    {
        var (id, session) = await TellAsync(9, snapshotInterval: 1_000);
        await database.ExecuteAsync("DELETE FROM journal WHERE stream_id = @stream AND position = 5", ("stream", session.StreamId));

        var refused = await JournalRig.RefusedAsync(Codes.StoredDataCorrupted, Session(id).LoadAsync(Token));

        Assert.Contains("Entry 5 of session/", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_and_the_tail_give_what_a_full_replay_gives() => await SessionGen.Script.SampleAsync(async script =>
    {
        var id = $"s-{Guid.NewGuid():N}";
        var journaled = Session(id, 3);
        await journaled.LoadAsync();
        await journaled.ReserveAsync();
        var (now, commits) = (Story.Dawn, new List<Task>());
        foreach (var step in script)
        {
            now = now.AddSeconds(step.Seconds);
            var command = step.Command is SessionCommand.Create create ? create with { SessionId = id } : step.Command;
            var facts = Memento.Sessions.Session.Decide(journaled.Tentative, command, SessionGen.Limits, now).Facts;
            if (facts.IsEmpty) continue;
            var after = journaled.Tentative;
            foreach (var fact in facts) after = Memento.Sessions.Session.Apply(after, fact);
            commits.Add(CommitAsync(journaled, facts, after));
        }

        await Task.WhenAll(commits);
        if (journaled.Committed.Position == 0) return;   // the creation was refused

        var loaded = Session(id, 3);
        await loaded.LoadAsync();
        var state = new SessionMachine(id).Empty;
        var machine = new SessionMachine(id);
        foreach (var entry in await _rig.Journal.ReadAsync(loaded.StreamId, 1, long.MaxValue, 10_000)) state = machine.Apply(state, machine.Decode(entry));
        Assert.Equal(SessionFactCodec.EncodeState(state), SessionFactCodec.EncodeState(loaded.Committed));
        Assert.Equal(SessionFactCodec.EncodeState(state), SessionFactCodec.EncodeState(journaled.Committed));
    }, iter: 60, threads: 1);

    [Fact]
    public async Task The_feed_gives_every_entry_once_in_the_order_of_each_stream_while_many_write()
    {
        var writers = new List<JournalWriter>();
        for (var i = 0; i < 20; i++) writers.Add(await _rig.WriterAsync());
        var after = await _rig.Feed.GetEndAsync(Token);
        var (seen, cursor) = (new List<(string Stream, long Position)>(), (string?)after);
        var writing = Task.WhenAll(writers.Select(async writer =>
        {
            for (var i = 1; i <= 50; i++) await _rig.AppendAsync(writer, i);
        }));

        while (seen.Count < 1_000)
        {
            var more = _rig.Feed.WaitForMoreAsync(Token);
            var page = await _rig.Feed.ReadAsync("", cursor, 64, Token);
            // What other tests wrote before can come again, because a transaction in another database of the server was open.
            seen.AddRange(page.Entries.Where(e => writers.Exists(w => w.Name == e.Stream)).Select(e => (e.Stream, e.Entry.Position)));
            cursor = page.Next;
            if (page.AtEnd) await more.WaitAsync(TimeSpan.FromSeconds(30), Token);
        }

        await writing;
        Assert.Empty((await _rig.Feed.ReadAsync("", cursor, 10, Token)).Entries);
        foreach (var writer in writers) Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), seen.Where(e => e.Stream == writer.Name).Select(e => e.Position));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EventStream<SessionState, SessionFact> Session(string id, int snapshotInterval = 1_000) => new(_rig.Journal, new SessionMachine(id), $"session/{id}", snapshotInterval);

    private static async Task CommitAsync(EventStream<SessionState, SessionFact> session, ImmutableArray<SessionFact> facts, SessionState after)
    {
        var appended = session.Append(facts, after, new([]));
        await appended.Durable;
        lock (session) session.Commit(appended);   // in a grain, one at a time too
    }

    /// <summary>A session with so many entries.</summary>
    private async Task<(string Id, EventStream<SessionState, SessionFact> Session)> TellAsync(int entries, int snapshotInterval)
    {
        var story = Story.Begun();
        for (var i = 1; i < entries; i++) story.Append(Story.Change($"entity {i}"));
        var id = $"s-{Guid.NewGuid():N}";
        var session = Session(id, snapshotInterval);
        await session.LoadAsync();
        await session.ReserveAsync();
        foreach (var fact in story.Facts) await CommitAsync(session, [fact], Memento.Sessions.Session.Apply(session.Tentative, fact));
        return (id, session);
    }
}
