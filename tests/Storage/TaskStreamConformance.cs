using Memento.Storage;
using Memento.Tasks;
using Xunit;
using static Memento.Tests.Storage.TaskStreamRig;

namespace Memento.Tests.Storage;

public sealed class SqliteTaskStreamTests(SqliteTestDatabase database) : TaskStreamConformance(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskStreamTests(PostgreSqlTestDatabase database) : TaskStreamConformance(database),
    IClassFixture<PostgreSqlTestDatabase>;

/// <summary>Births of task streams and the fences of what is appended to them: the same on every store.</summary>
public abstract class TaskStreamConformance(TestDatabase database) : IAsyncLifetime
{
    private readonly JournalRig _rig = new(database);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Births_are_stored_with_the_append_that_carries_them()
    {
        var tasks = await OpenAsync();
        var births = new List<TaskBirth>();
        for (var i = 0; i < 32; i++) births.Add(await tasks.BirthAsync($"task-{i}", chosen: i % 2 == 0));

        await tasks.SubmitAsync(births);

        Assert.All(births, birth => Assert.Equal((BirthOutcome.Born, 0L), (birth.Outcome, birth.Token)));
        foreach (var birth in births) Assert.Equal([1L], await _rig.PositionsAsync(birth.StreamId));
        await _rig.HasPositionsAsync(tasks.Queue, 2);
        Assert.Equal(32L, await CountAsync(tasks, "position = 1 AND token = 0 AND status = 0 AND phase = 0"));
        Assert.Equal("32,0,0,0,0,0", await CountersAsync(tasks));
    }

    [Fact]
    public async Task Births_with_taken_ids_are_skipped_and_told_while_the_rest_is_stored()
    {
        var tasks = await OpenAsync();
        var first = await tasks.SubmitAsync("taken");
        var row = TaskTables.Dependent.Row(tasks.Workspace, "other", 0L);
        var taken = await tasks.BirthAsync("taken", rows: [row]);
        var free = await tasks.BirthAsync("free", rows: [TaskTables.Dependent.Row(tasks.Workspace, "other", 1L)]);

        await tasks.SubmitAsync(taken, free);

        Assert.Equal((BirthOutcome.IdTaken, BirthOutcome.Born), (taken.Outcome, free.Outcome));
        Assert.Empty(await _rig.PositionsAsync(taken.StreamId));
        Assert.Equal([1L], await _rig.PositionsAsync(free.StreamId));
        Assert.Equal([1L], await _rig.PositionsAsync(first.StreamId));
        await _rig.HasPositionsAsync(tasks.Queue, 3);
        Assert.Equal(1L, await database.AskAsync<long>("SELECT count(*) FROM task_dependent WHERE workspace = @ws",
            ("ws", tasks.Workspace)));
        Assert.Equal("2,0,0,0,0,0", await CountersAsync(tasks));
        await JournalRig.RefusedAsync(Codes.StaleWriter,
            tasks.ChangeAsync(WriterOf(taken), 2, WorkStatus.Queued, Row(WorkStatus.Cancelled)));
    }

    [Fact]
    public async Task Of_births_with_one_id_in_one_commit_the_first_wins()
    {
        var tasks = await OpenAsync();
        var births = new List<TaskBirth>();
        for (var i = 0; i < 4; i++) births.Add(await tasks.BirthAsync("same", chosen: i < 2));
        using var gate = await _rig.HoldAsync();
        var submits = births.Select(birth => tasks.SubmitAsync(birth)).ToArray();
        await gate.OpenAsync();
        await Task.WhenAll(submits);

        Assert.Equal([BirthOutcome.Born, BirthOutcome.IdTaken, BirthOutcome.IdTaken, BirthOutcome.IdTaken], births.Select(b => b.Outcome));
        await _rig.HasPositionsAsync(tasks.Queue, 5);
    }

    [Fact]
    public async Task A_stale_queue_bears_nothing()
    {
        var tasks = await OpenAsync();
        await tasks.SubmitAsync("a");
        var (stale, birth) = (new JournalWriter(tasks.Queue.Name, tasks.Queue.StreamId), await tasks.BirthAsync("b"));

        await JournalRig.RefusedAsync(Codes.StaleWriter, _rig.Journal.AppendAsync(new Append
        {
            Writer = stale,
            FirstPosition = 2,
            Entries = [new NewEntry("submits", 1, JournalRig.At, [])],
            Births = [birth],
        }));

        Assert.Equal(BirthOutcome.Unknown, birth.Outcome);
        Assert.Empty(await _rig.PositionsAsync(birth.StreamId));
        Assert.Equal(1L, await CountAsync(tasks, "true"));
    }

    [Fact]
    public async Task A_task_goes_from_submit_to_its_end()
    {
        var tasks = await OpenAsync();
        var agent = await tasks.AgentAsync("a1", 3);
        var birth = await tasks.SubmitAsync("life");
        var writer = WriterOf(birth);

        await tasks.ChangeAsync(writer, 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 3), agent);
        Assert.Equal("0,1,0,0,0,0", await CountersAsync(tasks));
        await tasks.ChangeAsync(writer, 3, WorkStatus.Assigned, Row(WorkStatus.Running, 1, "a1", 3));
        await tasks.ChangeAsync(writer, 4, WorkStatus.Running, Row(WorkStatus.Completed, 1, "a1", 3));

        Assert.Equal([1L, 2, 3, 4], await _rig.PositionsAsync(birth.StreamId));
        Assert.Equal(1L, await CountAsync(tasks,
            "position = 4 AND token = 1 AND status = 3 AND phase = 2 AND agent_id = 'a1' AND epoch = 3 AND ended_at IS NOT NULL"));
        Assert.Equal("0,0,0,1,0,0", await CountersAsync(tasks));
    }

    [Fact]
    public async Task Appends_of_one_task_in_flight_keep_their_order()
    {
        var tasks = await OpenAsync();
        var (birth, agent) = (await tasks.SubmitAsync("flight"), await tasks.AgentAsync("a1"));
        var writer = WriterOf(birth);
        using var gate = await _rig.HoldAsync();
        var appends = new List<Task> { tasks.ChangeAsync(writer, 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 1), agent) };
        for (var position = 3; position <= 40; position++) appends.Add(tasks.ChangeAsync(writer, position, WorkStatus.Assigned,
            Row(WorkStatus.Assigned, 1, "a1", 1)));
        appends.Add(tasks.ChangeAsync(writer, 41, WorkStatus.Assigned, Row(WorkStatus.Queued, 1)));
        appends.Add(tasks.ChangeAsync(writer, 42, WorkStatus.Queued, Row(WorkStatus.Assigned, 2, "a1", 1), agent));
        await gate.OpenAsync();

        await Task.WhenAll(appends);

        Assert.Equal(Enumerable.Range(1, 42).Select(i => (long)i), await _rig.PositionsAsync(birth.StreamId));
        Assert.Equal(1L, await CountAsync(tasks, "position = 42 AND token = 2 AND status = 1"));
        Assert.Equal("0,1,0,0,0,0", await CountersAsync(tasks));
    }

    [Fact]
    public async Task Refused_appends_leave_their_batch_mates_alone_and_say_why()
    {
        var tasks = await OpenAsync();
        var (old, now) = (await tasks.AgentAsync("a1", 1), await tasks.AgentAsync("a1", 2));
        var births = new List<TaskBirth>();
        for (var i = 0; i < 6; i++) births.Add(await tasks.SubmitAsync($"task-{i}"));
        var plain = await _rig.WriterAsync();
        var counter = SessionCounter(tasks.Workspace);
        using var gate = await _rig.HoldAsync();
        var good = tasks.ChangeAsync(WriterOf(births[0]), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 2), now, [counter]);
        var stalePosition = tasks.ChangeAsync(WriterOf(births[1]), 3, WorkStatus.Queued, Row(WorkStatus.Cancelled), rows: [counter]);
        var staleEpoch = tasks.ChangeAsync(WriterOf(births[2]), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 1), old, [counter]);
        var both = tasks.ChangeAsync(WriterOf(births[3]), 7, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 1), old);
        var unknownAgent = tasks.ChangeAsync(WriterOf(births[4]), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a9", 1),
            old with { AgentId = "a9" });
        var unknownStream = tasks.ChangeAsync(new JournalWriter("task/x",
            await _rig.Journal.ReserveStreamIdAsync(TestContext.Current.CancellationToken)), 2, WorkStatus.Queued,
                Row(WorkStatus.Cancelled));
        var mate = _rig.AppendAsync(plain, 1);
        var alsoGood = tasks.ChangeAsync(WriterOf(births[5]), 2, WorkStatus.Queued, Row(WorkStatus.Cancelled));
        await gate.OpenAsync();

        await Task.WhenAll(good, mate, alsoGood);
        foreach (var refused in (Task[])[stalePosition, both, unknownStream]) await JournalRig.RefusedAsync(Codes.StaleWriter, refused);
        foreach (var refused in (Task[])[staleEpoch, unknownAgent]) await JournalRig.RefusedAsync(Codes.StaleRegistration, refused);
        foreach (var birth in births[1..5]) Assert.Equal([1L], await _rig.PositionsAsync(birth.StreamId));
        Assert.Equal("4,1,0,0,0,1", await CountersAsync(tasks));
        Assert.Equal(1L, await database.AskAsync<long>(
            "SELECT CAST(sum(sessions) AS bigint) FROM workspace_counter WHERE workspace = @ws", ("ws", tasks.Workspace)));
    }

    [Fact]
    public async Task What_is_behind_a_refused_append_is_refused_too()
    {
        var tasks = await OpenAsync();
        var (birth, now) = (await tasks.SubmitAsync("behind"), await tasks.AgentAsync("a1", 2));
        var writer = WriterOf(birth);
        using var gate = await _rig.HoldAsync();
        var refused = tasks.ChangeAsync(writer, 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 1), now with { Epoch = 1 });
        var behind = tasks.ChangeAsync(writer, 3, WorkStatus.Assigned, Row(WorkStatus.Running, 1, "a1", 1));
        await gate.OpenAsync();

        await JournalRig.RefusedAsync(Codes.StaleRegistration, refused);
        await JournalRig.RefusedAsync(Codes.StaleWriter, behind);
        await JournalRig.RefusedAsync(Codes.StaleWriter,
            tasks.ChangeAsync(writer, 3, WorkStatus.Assigned, Row(WorkStatus.Running, 1, "a1", 1)));
        // Nothing was stored, so a new writer goes on at the same position.
        await tasks.ChangeAsync(WriterOf(birth), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 2), now);
        Assert.Equal([1L, 2], await _rig.PositionsAsync(birth.StreamId));
    }

    [Fact]
    public async Task Tokens_never_go_down()
    {
        var tasks = await OpenAsync();
        var writer = WriterOf(await tasks.SubmitAsync("token"));
        await tasks.ChangeAsync(writer, 2, WorkStatus.Queued, Row(WorkStatus.Queued, 5));

        await JournalRig.RefusedAsync(Codes.StaleWriter, tasks.ChangeAsync(writer, 3, WorkStatus.Queued, Row(WorkStatus.Queued, 4)));
    }

    [Fact]
    public async Task A_birth_with_an_assignment_needs_the_epoch()
    {
        var tasks = await OpenAsync();
        var agent = await tasks.AgentAsync("a1", 4);
        var (good, bad) = (await tasks.BirthAsync("good", holder: agent), await tasks.BirthAsync("bad", holder: agent with { Epoch = 3 }));

        await tasks.SubmitAsync(good, bad);

        Assert.Equal((BirthOutcome.Born, BirthOutcome.AssignmentRefused), (good.Outcome, bad.Outcome));
        Assert.Equal([1L, 2], await _rig.PositionsAsync(good.StreamId));
        Assert.Empty(await _rig.PositionsAsync(bad.StreamId));
        Assert.Equal("0,1,0,0,0,0", await CountersAsync(tasks));
        await tasks.SubmitAsync("bad");
    }

    [Fact]
    public async Task Rows_that_replace_are_not_taken_with_a_task()
    {
        var tasks = await OpenAsync();
        var birth = await tasks.SubmitAsync("rows");

        await Assert.ThrowsAsync<ArgumentException>(() => tasks.ChangeAsync(
            WriterOf(birth), 2, WorkStatus.Queued, Row(WorkStatus.Cancelled), rows: [new AgentEpoch("w", "a", 1).Row()]));
    }

    private Task<TaskStreamRig> OpenAsync() => new TaskStreamRig(_rig).OpenAsync();

    private static RowChange SessionCounter(string workspace) =>
        Memento.Sessions.SessionTables.Counter.Row(workspace, null, 1L, 0L, 0L, 0L, 0L);

    private Task<long> CountAsync(TaskStreamRig tasks, string where) =>
        database.AskAsync<long>($"SELECT count(*) FROM task_stream WHERE workspace = @ws AND {where}", ("ws", tasks.Workspace));

    private async Task<string?> CountersAsync(TaskStreamRig tasks) => await database.AskAsync<string>("""
        SELECT sum(queued) || ',' || sum(assigned) || ',' || sum(running)
          || ',' || sum(completed) || ',' || sum(failed) || ',' || sum(cancelled)
        FROM task_counter WHERE queue_id = @queue
        """, ("queue", tasks.Queue.StreamId));
}
