using Memento.Storage;
using Memento.Tasks;
using Xunit;
using static Memento.Tests.Storage.TaskStreamRig;

namespace Memento.Tests.Storage;

public sealed class SqliteTaskStreamReadTests(SqliteTestDatabase database) : TaskStreamReadConformance(database),
    IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskStreamReadTests(PostgreSqlTestDatabase database) : TaskStreamReadConformance(database),
    IClassFixture<PostgreSqlTestDatabase>;

/// <summary>What queues, agents and the sweep read of task streams, and how finished tasks go: the same on every store.</summary>
public abstract class TaskStreamReadConformance(TestDatabase database) : IAsyncLifetime
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
    public async Task Open_tasks_are_read_page_by_page_in_the_order_of_their_due_times()
    {
        var tasks = await OpenAsync();
        var births = new List<TaskBirth>();
        for (var i = 0; i < 10; i++) births.Add(await tasks.SubmitAsync($"task-{i}"));
        await tasks.ChangeAsync(WriterOf(births[3]), 2, WorkStatus.Queued, Row(WorkStatus.Completed));
        await tasks.ChangeAsync(WriterOf(births[5]), 2, WorkStatus.Queued,
            Row(WorkStatus.Queued) with { DueAt = JournalRig.At.AddHours(-1) });
        await tasks.ChangeAsync(WriterOf(births[1]), 2, WorkStatus.Queued, Row(WorkStatus.Queued) with { DueAt = null });

        var found = new List<TaskHead>();
        while (await Streams.ReadOpenAsync(tasks.Queue.StreamId, found.LastOrDefault(), 4,
            Token) is { Count: > 0 } page) found.AddRange(page);

        Assert.Equal(["task-5", "task-0", "task-2", "task-4", "task-6", "task-7", "task-8", "task-9", "task-1"],
            found.Select(t => t.TaskId));
        Assert.Equal((2L, births[5].StreamId), (found[0].Position, found[0].StreamId));
        Assert.Equal(new TaskCounts(9, 0, 0, 1, 0, 0), await Streams.CountAsync(tasks.Queue.StreamId, Token));
    }

    [Fact]
    public async Task A_row_is_read_as_it_was_written()
    {
        var tasks = await OpenAsync();
        var agent = await tasks.AgentAsync("a1", 7);
        var birth = await tasks.SubmitAsync("as-written");
        var row = Row(WorkStatus.Assigned, 3, "a1", 7) with { DueAt = JournalRig.At.AddDays(1), Attempts = 2 };
        await tasks.ChangeAsync(WriterOf(birth), 2, WorkStatus.Queued, row, agent);

        var found = Assert.Single(await Streams.FindAsync(tasks.Workspace, ["as-written", "another"], Token));

        Assert.Equal(new TaskHead(birth.StreamId, 2, tasks.Queue.StreamId, tasks.Workspace, "as-written",
            row) { CreatedAt = JournalRig.At }, found);
        Assert.Equal(found, Assert.Single(await Streams.ReadLeasesAsync(tasks.Workspace, "a1", Token)));
        Assert.Empty(await Streams.ReadLeasesAsync(tasks.Workspace, "a2", Token));
    }

    [Fact]
    public async Task Queues_with_something_due_are_found()
    {
        var (due, later, over) = (await OpenAsync(), await OpenAsync(), await OpenAsync());
        for (var i = 0; i < 3; i++) await due.SubmitAsync($"task-{i}");
        await later.ChangeAsync(WriterOf(await later.SubmitAsync("later")), 2, WorkStatus.Queued,
            Row(WorkStatus.Queued) with { DueAt = JournalRig.At.AddHours(1) });
        await over.ChangeAsync(WriterOf(await over.SubmitAsync("over")), 2, WorkStatus.Queued, Row(WorkStatus.Cancelled));

        Assert.Equal([due.Queue.StreamId], Mine(await Streams.FindDueQueuesAsync(JournalRig.At, 0, 1_000, Token)));
        Assert.Equal([due.Queue.StreamId, later.Queue.StreamId],
            Mine(await Streams.FindDueQueuesAsync(JournalRig.At.AddHours(2), due.Queue.StreamId - 1, 1_000, Token)));

        IEnumerable<long> Mine(IReadOnlyList<long> found) =>
            found.Where(q => q == due.Queue.StreamId || q == later.Queue.StreamId || q == over.Queue.StreamId);
    }

    [Fact]
    public async Task Agents_with_leases_of_another_epoch_or_not_started_are_found()
    {
        var tasks = await OpenAsync();
        foreach (var name in (string[])["fine", "dead", "slow"])
        {
            var (birth, agent) = (await tasks.SubmitAsync(name), await tasks.AgentAsync(name, 1));
            await tasks.ChangeAsync(WriterOf(birth), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, name, 1), agent);
            if (name != "slow") await tasks.ChangeAsync(WriterOf(birth), 3, WorkStatus.Assigned, Row(WorkStatus.Running, 1, name, 1));
        }

        await tasks.AgentAsync("dead", 2);

        Assert.Equal(["dead", "slow"], await FindAsync(JournalRig.At.AddSeconds(1)));
        Assert.Equal(["dead"], await FindAsync(JournalRig.At));

        async Task<IEnumerable<string>> FindAsync(DateTimeOffset before) =>
            (await Streams.FindNeglectedAgentsAsync(before, 1_000, Token)).Where(a => a.Workspace == tasks.Workspace).Select(a => a.Id)
                .Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Waiting_dependents_are_found()
    {
        var tasks = await OpenAsync();
        TaskBirth[] births = [await tasks.BirthAsync("dependent-0"), await tasks.BirthAsync("dependent-1")];
        var rows = births.Select(b => TaskTables.Dependent.Row(tasks.Workspace, "first", b.StreamId)).ToArray();
        await tasks.SubmitAsync(births);
        await _rig.AppendAsync(await _rig.WriterAsync(), 1, rows: rows);
        await tasks.ChangeAsync(WriterOf(births[1]), 2, WorkStatus.Queued, Row(WorkStatus.Cancelled));

        var (task, dependsOn) = Assert.Single(await Streams.ReadDependentsAsync(tasks.Workspace, ["first", "second"], Token));

        Assert.Equal(("dependent-0", "first"), (task.TaskId, dependsOn));
    }

    [Fact]
    public async Task Changes_of_a_queue_are_told_from_a_cursor_on()
    {
        var (tasks, others) = (await OpenAsync(), await OpenAsync());
        var cursor = await _rig.Feed.GetEndAsync(Token);
        var births = new List<TaskBirth>();
        for (var i = 0; i < 5; i++) births.Add(await tasks.SubmitAsync($"task-{i}"));
        await others.SubmitAsync("other");
        await tasks.ChangeAsync(WriterOf(births[2]), 2, WorkStatus.Queued, Row(WorkStatus.Completed));

        var seen = new Dictionary<string, TaskHead>();
        await JournalRig.UntilAsync(async () =>
        {
            var page = await Streams.ReadChangesAsync(new HashSet<long> { tasks.Queue.StreamId }, cursor, 4, Token);
            foreach (var task in page.Tasks) seen[task.TaskId] = task;
            cursor = page.Next;
            return page.AtEnd && seen.Count == 5 && seen["task-2"].Position == 2;
        }, "all changes are told");

        Assert.DoesNotContain("other", seen.Keys);
        Assert.Equal(WorkStatus.Completed, seen["task-2"].Row.Status);
    }

    [Fact]
    public async Task The_feed_names_task_streams()
    {
        var cursor = await _rig.Feed.GetEndAsync(Token);
        var tasks = await OpenAsync();
        await tasks.SubmitAsync("fed");
        var names = new List<string>();
        await JournalRig.UntilAsync(async () =>
        {
            var page = await _rig.Feed.ReadAsync($"task/{tasks.Workspace}/", cursor, 100, Token);
            names.AddRange(page.Entries.Select(e => e.Stream));
            cursor = page.Next;
            return names.Count > 0;
        }, "the feed tells the birth");

        Assert.Equal([$"task/{tasks.Workspace}/fed"], names);
    }

    [Fact]
    public async Task Swept_tasks_leave_nothing_but_chosen_ids_with_their_tokens()
    {
        var tasks = await OpenAsync();
        var (chosen, made) = (await tasks.SubmitAsync("chosen"), await tasks.BirthAsync("made", chosen: false));
        var open = await tasks.BirthAsync("open", chosen: false);
        await tasks.SubmitAsync(made, open);
        foreach (var birth in (TaskBirth[])[chosen, made]) await tasks.ChangeAsync(WriterOf(birth), 2, WorkStatus.Queued,
            Row(WorkStatus.Completed, 8));
        await Streams.SweepAsync(JournalRig.At, 1_000, Token);
        Assert.Equal(3, (await Streams.FindAsync(tasks.Workspace, ["chosen", "made", "open"], Token)).Count);

        Assert.InRange(await Streams.SweepAsync(JournalRig.At.AddSeconds(1), 1_000, Token), 2, 1_000);   // tasks of other tests too

        Assert.Equal("open", Assert.Single(await Streams.FindAsync(tasks.Workspace, ["chosen", "made", "open"], Token)).TaskId);
        foreach (var birth in (TaskBirth[])[chosen, made])
        {
            Assert.Empty(await _rig.PositionsAsync(birth.StreamId));
            await JournalRig.RefusedAsync(Codes.StaleWriter,
                tasks.ChangeAsync(WriterOf(birth), 3, WorkStatus.Completed, Row(WorkStatus.Queued, 8)));
        }

        var left = await database.AskAsync<long>("SELECT count(*) FROM task_stream WHERE workspace = @ws", ("ws", tasks.Workspace));
        Assert.Equal(2, left);
        Assert.Equal(new TaskCounts(1, 0, 0, 2, 0, 0), await Streams.CountAsync(tasks.Queue.StreamId, Token));
    }

    [Fact]
    public async Task Sweep_meets_each_ended_task_of_every_workspace_once()
    {
        TaskStreamRig[] workspaces = [await OpenAsync(), await OpenAsync(), await OpenAsync()];
        foreach (var tasks in workspaces)
        {
            var births = new List<TaskBirth>();
            for (var i = 0; i < 300; i++) births.Add(await tasks.BirthAsync($"task-{i}", chosen: i % 2 == 0));
            await tasks.SubmitAsync(births);
            await Task.WhenAll(births.Select((birth, i) => tasks.ChangeAsync(WriterOf(birth), 2, WorkStatus.Queued, i % 10 == 0
                ? Row(WorkStatus.Completed) with { EndedAt = JournalRig.At.AddHours(1) }
                : i % 10 == 1 ? Row(WorkStatus.Queued) : Row(i % 3 == 0 ? WorkStatus.Completed : WorkStatus.Failed))));
        }

        var removed = 0;
        for (var run = 0; run < 3; run++) removed += await Streams.SweepAsync(JournalRig.At.AddSeconds(1), run == 0 ? 250 : 10_000, Token);

        Assert.InRange(removed, 3 * 240, int.MaxValue);   // tasks of other tests too
        foreach (var tasks in workspaces)
        {
            var left = await Streams.FindAsync(tasks.Workspace, [.. Enumerable.Range(0, 300).Select(i => $"task-{i}")], Token);
            Assert.Equal(60, left.Count);
            Assert.All(left, task => Assert.True(task.Row.EndedAt is null || task.Row.EndedAt > JournalRig.At));
            var reborn = await tasks.SubmitAsync("task-2");
            Assert.Equal(JournalRig.At, Assert.Single(await Streams.FindAsync(tasks.Workspace, ["task-2"], Token)).CreatedAt);
            Assert.Equal(BirthOutcome.Born, reborn.Outcome);
        }
    }

    [Fact]
    public async Task An_id_used_anew_is_another_stream_with_a_higher_token()
    {
        var tasks = await OpenAsync();
        var (first, agent) = (await tasks.SubmitAsync("again"), await tasks.AgentAsync("a1"));
        await tasks.ChangeAsync(WriterOf(first), 2, WorkStatus.Queued, Row(WorkStatus.Completed, 8));
        await Streams.SweepAsync(JournalRig.At.AddSeconds(1), 1_000, Token);

        var ridden = await tasks.BirthAsync("again", holder: agent);
        await tasks.SubmitAsync(ridden);
        Assert.Equal(BirthOutcome.AssignmentRefused, ridden.Outcome);
        var second = await tasks.SubmitAsync("again");

        Assert.Equal((BirthOutcome.Born, 8L), (second.Outcome, second.Token));
        var found = Assert.Single(await Streams.FindAsync(tasks.Workspace, ["again"], Token));
        Assert.Equal((second.StreamId, 1L, 8L), (found.StreamId, found.Position, found.Row.Token));
        await JournalRig.RefusedAsync(Codes.StaleWriter,
            tasks.ChangeAsync(WriterOf(second), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 1), agent));
        await tasks.ChangeAsync(WriterOf(second), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 9, "a1", 1), agent);
        await JournalRig.RefusedAsync(Codes.StaleWriter,
            tasks.ChangeAsync(WriterOf(first), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 10, "a1", 1), agent));
        var third = await tasks.BirthAsync("again");
        await tasks.SubmitAsync(third);
        Assert.Equal(BirthOutcome.IdTaken, third.Outcome);
    }

    [Fact]
    public async Task A_sweep_that_was_cut_off_is_finished_by_the_next()
    {
        var tasks = await OpenAsync();
        var birth = await tasks.SubmitAsync("cut");
        await tasks.ChangeAsync(WriterOf(birth), 2, WorkStatus.Queued, Row(WorkStatus.Failed, 2));
        await database.ExecuteAsync("UPDATE task_stream SET phase = 4, position = 0, due_at = 0, ended_at = NULL WHERE stream_id = @id",
            ("id", birth.StreamId));
        var early = await tasks.BirthAsync("cut");
        await tasks.SubmitAsync(early);
        Assert.Equal(BirthOutcome.IdTaken, early.Outcome);

        Assert.Equal(1, await Streams.SweepAsync(DateTimeOffset.UnixEpoch, 1_000, Token));

        Assert.Empty(await _rig.PositionsAsync(birth.StreamId));
        Assert.Equal(2, (await tasks.SubmitAsync("cut")).Token);
    }

    private Task<TaskStreamRig> OpenAsync() => new TaskStreamRig(_rig).OpenAsync();
}
