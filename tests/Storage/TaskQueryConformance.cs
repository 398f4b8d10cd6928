using Memento.Audit;
using Memento.Core.Coordination.Tasks;
using Memento.Storage;
using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Storage;

public sealed class SqliteTaskQueryTests(SqliteTestDatabase database) : TaskQueryConformance(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskQueryTests(PostgreSqlTestDatabase database) : TaskQueryConformance(database),
    IClassFixture<PostgreSqlTestDatabase>;

/// <summary>Queries about tasks and queues with streams of their own: the same on every store.</summary>
public abstract class TaskQueryConformance(TestDatabase database) : IAsyncLifetime
{
    private readonly JournalRig _rig = new(database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TaskQueries Queries => new(_rig.Database, new TaskPages(_rig.Database));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Task_is_found_with_body_and_result()
    {
        var stories = await TaskStreamStories.OpenAsync(_rig);
        var task = await stories.SubmitAsync("found", $"\"{new string('x', 3_000)}\"");
        await task.AssignAsync("a1", start: true);
        await task.CompleteAsync(result: "null");

        var view = await Queries.FindAsync(stories.Workspace, "found", Token);

        Assert.Equal(("found", "q", WorkStatus.Completed, "null"), (view!.TaskId, view.Queue, view.Status, view.Result!.Text));
        Assert.Equal((3_002, 1, "a1"), (view.Payload!.Text.Length, view.Attempts, view.History.Single().AgentId));
        Assert.Null((await Queries.ListAsync(new(stories.Workspace), 10, null, Token)).Items.Single().Result);
        Assert.Null(await Queries.FindAsync(stories.Workspace, "another", Token));
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(0)]
    public async Task Every_filter_finds_its_tasks_newest_first(long maxSorted)
    {
        var stories = await VariedAsync();
        var workspace = stories[0].Workspace;
        var all = stories.SelectMany(s => s.Tasks).OrderByDescending(t => (t.State.CreatedAt, t.StreamId)).ToList();
        var queries = new TaskQueries(_rig.Database, new TaskPages(_rig.Database, maxSorted));

        foreach (var status in (WorkStatus?[])[null, .. Enum.GetValues<WorkStatus>()])
            foreach (var queue in (string?[])[null, "q1", "q2", "none"])
                foreach (var agent in (string?[])[null, "a1", "a2"])
                    foreach (var session in (string?[])[null, "s1"])
                    {
                        var filter = new TaskFilter(workspace, status, queue, agent, session);
                        var expected = all.Where(t => Fits(filter, t.State)).Select(t => t.TaskId).ToList();
                        var found = await ListAsync(queries, filter, 7);
                        Assert.True(expected.SequenceEqual(found), $"{filter}: {string.Join(' ', found)}");
                    }
    }

    [Fact]
    public async Task Swept_tasks_are_not_listed()
    {
        var stories = await TaskStreamStories.OpenAsync(_rig);
        await (await stories.SubmitAsync("swept", "{}")).AppendAsync(new TaskEvent.Cancelled("Cancelled.") { At = JournalRig.At });
        await new TaskStreams(_rig.Database).SweepAsync(JournalRig.At.AddSeconds(1), 1_000, Token);

        Assert.Empty((await Queries.ListAsync(new(stories.Workspace), 10, null, Token)).Items);
        Assert.Null(await Queries.FindAsync(stories.Workspace, "swept", Token));
    }

    [Fact]
    public async Task Queues_are_told_with_settings_and_counts()
    {
        var stories = await VariedAsync();
        var paused = new QueueSettings { Paused = true };
        var queueId = stories[1].QueueId;
        var row = QueueRows.Of(new(stories[1].Workspace, "q2"), queueId, JournalRig.At.AddHours(1), new() { Settings = paused });
        await _rig.AppendAsync(await _rig.WriterAsync(), 1, rows: [row]);
        for (var i = 1; i <= 2; i++)
            await stories[1].Tasks[0].AppendAsync(
                new TaskEvent.StaleReportRejected(i, new("a9", 1, "start")) { At = JournalRig.At.AddSeconds(i) });

        var queues = await Queries.GetQueuesAsync(stories[0].Workspace, Token);

        Assert.Equal(["q1", "q2"], queues.Select(q => q.Name));
        Assert.Equal((false, true, 0L, 3L), (queues[0].Settings.Paused, queues[1].Settings.Paused, queues[0].Refused, queues[1].Refused));
        Assert.All(queues, q => Assert.Equal(JournalRig.At, q.CreatedAt));
        foreach (var (queue, told) in stories.Zip(queues))
        {
            long Count(WorkStatus status) => queue.Tasks.Count(t => t.State.Status == status);
            Assert.Equal((Count(WorkStatus.Queued), Count(WorkStatus.Assigned), Count(WorkStatus.Running)),
                (told.Queued, told.Assigned, told.Running));
            Assert.Equal((Count(WorkStatus.Completed), Count(WorkStatus.Failed), Count(WorkStatus.Cancelled)),
                (told.Completed, told.Failed, told.Cancelled));
            Assert.Equal(queue.Tasks.Count, told.Submitted);
        }

        var keys = await Queries.FindQueuesAsync([queueId, -1], Token);
        Assert.Equal(new GrainKey(stories[1].Workspace, "q2"), Assert.Single(keys).Value);
        var waiting = stories.SelectMany(s => s.Tasks).Where(t => t.State.Status is WorkStatus.Queued).GroupBy(t => t.State.Spec!.Priority);
        Assert.Equal(waiting.ToDictionary(g => $"{g.Key}", g => (long)g.Count()),
            await Queries.CountByPriorityAsync(stories[0].Workspace, Token));
    }

    [Fact]
    public async Task Work_of_agents_is_added_up()
    {
        var stories = await TaskStreamStories.OpenAsync(_rig);
        var tasks = new List<TaskStreamStory>();
        for (var i = 0; i < 4; i++) tasks.Add(await stories.SubmitAsync($"task-{i}", "{}"));
        foreach (var task in tasks) await task.AssignAsync("a1", start: true);
        await tasks[0].CompleteAsync(JournalRig.At.AddMilliseconds(250));
        await tasks[1].CompleteAsync(JournalRig.At.AddMilliseconds(50));
        await tasks[2].AppendAsync(new TaskEvent.AttemptFailed(1, AttemptOutcome.AgentLost, "Lost.") { At = JournalRig.At });
        await tasks[3].AppendAsync(
            new TaskEvent.Released(1, ReleaseReason.Handoff) { At = JournalRig.At },
            new TaskEvent.Assigned("a2", 1, "r2", 2) { At = JournalRig.At });
        await tasks[3].CompleteAsync(JournalRig.At.AddMilliseconds(10));

        var work = await Queries.GetWorkAsync(stories.Workspace, ["a1", "a2", "a3", "a1"], Token);

        Assert.Equal(["a1", "a2"], work.Keys.Order());
        Assert.Equal((new AgentWork(2, 1, 300), new AgentWork(1, 0, 10)), (work["a1"], work["a2"]));
        Assert.Equal((new AgentWork(3, 1, 310), 2), await Queries.GetAllWorkAsync(stories.Workspace, Token));
        Assert.Equal((AgentWork.None, 0), await Queries.GetAllWorkAsync("nobody", Token));
    }

    [Fact]
    public async Task Dependents_are_found_after_birth_and_redrive()
    {
        var (stories, streams) = (await TaskStreamStories.OpenAsync(_rig), new TaskStreams(_rig.Database));
        var born = await stories.SubmitAsync("born", new SubmitTask { Type = "build", DependsOn = ["first"] });
        var redriven = await stories.SubmitAsync("redriven", "{}");
        await redriven.AppendAsync(new TaskEvent.Cancelled("Cancelled.") { At = JournalRig.At });
        await redriven.AppendAsync(new TaskEvent.Redriven(["first", "second"]) { At = JournalRig.At });

        var found = await streams.ReadDependentsAsync(stories.Workspace, ["first", "second"], Token);

        Assert.Equal([("born", "first"), ("redriven", "first"), ("redriven", "second")],
            found.Select(f => (f.Task.TaskId, f.DependsOn)).Order());
        await born.AppendAsync(new TaskEvent.DependencySatisfied("first") { At = JournalRig.At });
        var due = Assert.Single(await streams.FindAsync(stories.Workspace, ["born"], Token)).Row.DueAt;
        Assert.Equal(JournalRig.At, due);
    }

    [Fact]
    public async Task Refused_reports_are_in_the_audit()
    {
        var stories = await TaskStreamStories.OpenAsync(_rig, "night");
        var task = await stories.SubmitAsync("audited", "{}");
        await task.AppendAsync(
            new TaskEvent.Assigned("a1", 1, "r", 1) { At = JournalRig.At },
            new TaskEvent.StaleReportRejected(4, new("a9", 1, "complete")) { At = JournalRig.At.AddSeconds(1) });
        var audit = new AuditIndex(_rig.Database);

        var entry = Assert.Single(await audit.ReadEntriesAsync(
            stories.Workspace, "a9", null, AuditPlace.End, DateTimeOffset.MinValue, null, 10, Token));

        Assert.Equal(("audited", "night", "a9", 3L), (entry.TaskId, entry.Queue, entry.AgentId, entry.Place.Position));
        var refused = (TaskEvent.StaleReportRejected)TaskEvent.Codec.Decode(entry.Entry.Kind, 1, entry.Entry.Payload.Span);
        var told = AuditTrail.Of(refused, entry.TaskId!, entry.Queue!);
        Assert.Equal((AuditAction.StaleCallRefused, "a9", JournalRig.At.AddSeconds(1)), (told.Action, told.AgentId, told.At));
        Assert.Equal(
            """{"queue":"night","calls":[{"taskId":"audited","token":1,"operation":"complete"}],"count":4}""", told.Detail!.Text);
    }

    /// <summary>Tasks of two queues in all statuses, of some agents and sessions.</summary>
    private async Task<IReadOnlyList<TaskStreamStories>> VariedAsync()
    {
        var first = await TaskStreamStories.OpenAsync(_rig, "q1");
        TaskStreamStories[] queues = [first, await TaskStreamStories.OpenAsync(_rig, "q2", first.Workspace)];
        for (var i = 0; i < 60; i++)
        {
            var (at, agent) = (JournalRig.At.AddSeconds(i * 7 % 20), i % 3 == 0 ? "a1" : "a2");
            var request = new SubmitTask { Type = "build", Priority = i % 4, SessionId = i % 5 < 2 ? "s1" : null };
            var task = await queues[i / 2 % 2].SubmitAsync($"task-{i:00}", request, at);
            if (i % 8 == 0) continue;
            await task.AssignAsync(agent, start: i % 8 > 1, at);
            await ((i % 8) switch
            {
                3 => task.CompleteAsync(at),
                4 => task.AppendAsync(new TaskEvent.Failed(FailureReason.NotRetryable, AttemptOutcome.Failed, "It broke.", 1) { At = at }),
                5 => task.AppendAsync(new TaskEvent.Cancelled("Cancelled.") { At = at }),
                6 => task.AppendAsync(new TaskEvent.AttemptFailed(1, AttemptOutcome.Failed, "It broke.") { At = at }),
                _ => Task.CompletedTask,
            });
        }

        return queues;
    }

    private static bool Fits(TaskFilter filter, Memento.Core.Coordination.Tasks.TaskState task) =>
        (filter.Status is null || filter.Status == task.Status)
        && (filter.Queue is null || filter.Queue == task.Spec!.Queue)
        && (filter.AgentId is null || filter.AgentId == (task.Lease ?? task.LastAttempt?.Lease)?.AgentId)
        && (filter.SessionId is null || filter.SessionId == task.Spec!.SessionId);

    private static async Task<List<string>> ListAsync(TaskQueries queries, TaskFilter filter, int limit)
    {
        var found = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await queries.ListAsync(filter, limit, cursor, Token);
            found.AddRange(page.Items.Select(t => t.TaskId));
            if ((cursor = page.NextCursor) is null) return found;
        }
    }
}
