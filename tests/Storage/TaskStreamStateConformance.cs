using Memento.Core.Coordination.Tasks;
using Memento.Storage;
using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Storage;

public sealed class SqliteTaskStreamStateTests(SqliteTestDatabase database) : TaskStreamStateConformance(database),
    IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskStreamStateTests(PostgreSqlTestDatabase database) : TaskStreamStateConformance(database),
    IClassFixture<PostgreSqlTestDatabase>;

/// <summary>States and bodies of tasks, derived from their streams: the same on every store.</summary>
public abstract class TaskStreamStateConformance(TestDatabase database) : IAsyncLifetime
{
    private readonly JournalRig _rig = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TaskStreams Streams => new(_rig.Database);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task State_is_what_the_events_of_the_stream_say()
    {
        var stories = await OpenAsync();
        var waiting = await stories.SubmitAsync("waiting", "\"short\"");
        var done = await stories.SubmitAsync("done", null);
        await done.AppendAsync(Assigned(1), new TaskEvent.Started(1) { At = JournalRig.At });
        await done.AppendAsync(new TaskEvent.Progressed(1, new("null")) { At = JournalRig.At });
        await done.AppendAsync(new TaskEvent.Completed(1, new("[1]")) { At = JournalRig.At });

        var heads = await Streams.FindAsync(stories.Workspace, ["done", "waiting"], Token);
        var states = await Streams.ReadStatesAsync([.. heads, heads[0]], Token);

        Assert.Equal(heads.Select(h => h.TaskId), states.Select(s => s.TaskId));
        Assert.Equal(Text(waiting.Snapshot), Text(states.Single(s => s.TaskId == "waiting")));
        Assert.Equal(Text(done.Snapshot), Text(states.Single(s => s.TaskId == "done")));
        Assert.Equal((WorkStatus.Completed, "[1]", 4L), (done.State.Status, done.State.Result!.Text, done.Snapshot.Stamp.Position - 1));
    }

    [Fact]
    public async Task Body_is_read_alone_and_its_entry_counts_as_position()
    {
        var stories = await OpenAsync();
        var (large, text) = (await stories.SubmitAsync("large", $"\"{new string('x', 5_000)}\""), $"\"{new string('x', 5_000)}\"");
        var (small, none) = (await stories.SubmitAsync("small", "{}"), await stories.SubmitAsync("none", null));
        var imported = await stories.ImportAsync("imported", new() { Metadata = new("{\"a\":1}") });
        await database.ExecuteAsync("UPDATE journal SET checksum = checksum + 1 WHERE stream_id = @id AND position = 2",
            ("id", large.StreamId));

        var states = await Streams.ReadStatesAsync(await stories.HeadsAsync(Token), Token);
        Assert.Equal(2, states.Single(s => s.TaskId == "large").Stamp.Position);
        Assert.Equal(4, states.Count);
        await JournalRig.RefusedAsync(Codes.StoredDataCorrupted, Streams.ReadBodiesAsync([large.StreamId], Token));
        await database.ExecuteAsync("UPDATE journal SET checksum = checksum - 1 WHERE stream_id = @id AND position = 2",
            ("id", large.StreamId));

        var bodies = await Streams.ReadBodiesAsync([large.StreamId, small.StreamId, none.StreamId, imported.StreamId], Token);

        Assert.Equal([large.StreamId, small.StreamId, imported.StreamId], bodies.Keys.Order());
        Assert.Equal((text, "{}"), (bodies[large.StreamId].Payload!.Text, bodies[small.StreamId].Payload!.Text));
        Assert.Equal("{\"a\":1}", bodies[imported.StreamId].Metadata!.Text);
    }

    [Fact]
    public async Task Newest_snapshot_is_where_the_reading_starts()
    {
        var stories = await OpenAsync();
        var task = await stories.SubmitAsync("long", null);
        for (var token = 1; token <= 3; token++)
        {
            await task.AppendAsync(Assigned(token));
            await task.AppendAsync(withSnapshot: true, new TaskEvent.Released(token, ReleaseReason.NotStarted) { At = JournalRig.At });
        }

        await task.AppendAsync(Assigned(4));
        await database.ExecuteAsync("UPDATE journal SET checksum = checksum + 1 WHERE stream_id = @id AND position < 7",
            ("id", task.StreamId));
        Assert.Equal(Text(task.Snapshot), Text(Assert.Single(await Streams.ReadStatesAsync(await stories.HeadsAsync(Token), Token))));
        await database.ExecuteAsync("UPDATE journal SET checksum = checksum - 1 WHERE stream_id = @id AND position < 7",
            ("id", task.StreamId));
        await database.ExecuteAsync("UPDATE snapshot SET checksum = checksum + 1 WHERE stream_id = @id", ("id", task.StreamId));

        var read = Assert.Single(await Streams.ReadStatesAsync(await stories.HeadsAsync(Token), Token));

        Assert.Equal(Text(task.Snapshot), Text(read));
        Assert.Equal((8L, 4L), (read.Stamp.Position, read.State.Token));
    }

    [Fact]
    public async Task Token_of_a_swept_predecessor_is_in_the_state()
    {
        var stories = await OpenAsync();
        var first = await stories.SubmitAsync("again", null);
        await first.AppendAsync(Assigned(9), new TaskEvent.Completed(9) { At = JournalRig.At });
        var old = await stories.HeadsAsync(Token);
        await Streams.SweepAsync(JournalRig.At.AddSeconds(1), 1_000, Token);
        Assert.Empty(await Streams.ReadStatesAsync(old, Token));
        var second = await stories.SubmitAsync("again", null);

        var read = Assert.Single(await Streams.ReadStatesAsync([.. old, .. await stories.HeadsAsync(Token)], Token));

        Assert.Equal((second.StreamId, 9L, WorkStatus.Queued), (read.Stamp.Number, read.State.Token, read.State.Status));
        Assert.Equal(10, TaskRules.Assign(read.State, "a1", 1, "r", JournalRig.At).Facts.OfType<TaskEvent.Assigned>().Single().Token);
    }

    [Theory]
    [InlineData("UPDATE journal SET checksum = checksum + 1 WHERE stream_id = @id AND position = 2")]
    [InlineData("DELETE FROM journal WHERE stream_id = @id AND position = 2")]
    [InlineData("DELETE FROM journal WHERE stream_id = @id AND position = 3")]
    public async Task Damaged_stream_is_refused(string damage)
    {
        var stories = await OpenAsync();
        var task = await stories.SubmitAsync("damaged", null);
        await task.AppendAsync(Assigned(1), new TaskEvent.Started(1) { At = JournalRig.At });
        await database.ExecuteAsync(damage, ("id", task.StreamId));

        await JournalRig.RefusedAsync(Codes.StoredDataCorrupted, Streams.ReadStatesAsync(await stories.HeadsAsync(Token), Token));
    }

    [Fact]
    public async Task Many_states_are_read_in_chunks()
    {
        var stories = await OpenAsync();
        for (var i = 0; i < 450; i++) await stories.SubmitAsync($"task-{i}", "{}");
        var heads = await stories.HeadsAsync(Token);

        var states = await Streams.ReadStatesAsync(heads, Token);

        Assert.Equal(heads.Select(h => h.TaskId), states.Select(s => s.TaskId));
        Assert.Equal(450, (await Streams.ReadBodiesAsync([.. heads.Select(h => h.StreamId)], Token)).Count);
    }

    private static TaskEvent.Assigned Assigned(long token) => new("a1", 1, $"r{token}", token) { At = JournalRig.At };

    private static (TaskStamp Stamp, string State) Text(TaskSnapshot snapshot) =>
        (snapshot.Stamp, System.Text.Encoding.UTF8.GetString(TaskEvent.Codec.EncodeState(snapshot.State)));

    private Task<TaskStreamStories> OpenAsync() => TaskStreamStories.OpenAsync(_rig);
}
