using Memento.Storage;
using Memento.Tasks;
using Xunit;
using static Memento.Tests.Storage.TaskStreamRig;

namespace Memento.Tests.Storage;

public sealed class SqliteTaskStreamFaultTests(SqliteTestDatabase database) : TaskStreamFaultConformance(database),
    IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskStreamFaultTests(PostgreSqlTestDatabase database) : TaskStreamFaultConformance(database),
    IClassFixture<PostgreSqlTestDatabase>;

/// <summary>Commits of task streams that fail, or succeed without an answer: what is read afterwards is the truth.</summary>
public abstract class TaskStreamFaultConformance(TestDatabase database) : IAsyncLifetime
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Births_whose_answer_was_lost_are_there_or_can_be_repeated(bool stored)
    {
        var tasks = await new TaskStreamRig(_rig).OpenAsync();
        var births = new List<TaskBirth>();
        for (var i = 0; i < 8; i++) births.Add(await tasks.BirthAsync($"task-{i}"));
        foreach (var committer in _rig.Committers)
        {
            if (stored) committer.After = _ => throw new InjectedException();
            else committer.Before = _ => throw new InjectedException();
        }

        await JournalRig.RefusedAsync(Codes.DatabaseNotReady, tasks.SubmitAsync(births));
        foreach (var committer in _rig.Committers) (committer.Before, committer.After) = (null, null);

        await tasks.ReopenAsync();
        var again = new List<TaskBirth>();
        for (var i = 0; i < 10; i++) again.Add(await tasks.BirthAsync($"task-{i}"));
        await tasks.SubmitAsync(again);
        Assert.All(again[..8], birth => Assert.Equal(stored ? BirthOutcome.IdTaken : BirthOutcome.Born, birth.Outcome));
        Assert.All(again[8..], birth => Assert.Equal(BirthOutcome.Born, birth.Outcome));
        Assert.Equal(10, (await Streams.ReadOpenAsync(tasks.Queue.StreamId, null, 100, Token)).Count);
        Assert.Equal(10, (await Streams.CountAsync(tasks.Queue.StreamId, Token)).Queued);
    }

    [Fact]
    public async Task Under_random_failures_rows_events_and_counters_agree()
    {
        var tasks = await new TaskStreamRig(_rig).OpenAsync();
        var agent = await tasks.AgentAsync("a1");
        var births = new List<TaskBirth>();
        for (var i = 0; i < 40; i++) births.Add(await tasks.BirthAsync($"task-{i}"));
        await tasks.SubmitAsync(births);
        var random = new Random(1);
        foreach (var committer in _rig.Committers) (committer.Before, committer.After) = (_ => ThrowAtTimes(), _ => ThrowAtTimes());

        await Task.WhenAll(births.Select(birth => LiveAsync(tasks, birth, agent)));

        foreach (var committer in _rig.Committers) (committer.Before, committer.After) = (null, null);
        foreach (var task in await Streams.FindAsync(tasks.Workspace, [.. births.Select(b => b.TaskId)], Token))
        {
            Assert.Equal((WorkStatus.Completed, 1L), (task.Row.Status, task.Row.Token));
            Assert.Equal(Enumerable.Range(1, (int)task.Position).Select(i => (long)i), await _rig.PositionsAsync(task.StreamId));
        }

        Assert.Equal(new TaskCounts(0, 0, 0, 40, 0, 0), await Streams.CountAsync(tasks.Queue.StreamId, Token));

        void ThrowAtTimes()
        {
            lock (random)
                if (random.Next(5) == 0) throw new InjectedException();
        }
    }

    [Fact]
    public async Task Of_two_writers_of_one_task_one_wins_each_position()
    {
        var tasks = await new TaskStreamRig(_rig).OpenAsync();
        var births = new List<TaskBirth>();
        for (var i = 0; i < 30; i++) births.Add(await tasks.BirthAsync($"task-{i}"));
        await tasks.SubmitAsync(births);
        using var gate = await _rig.HoldAsync();
        var pairs = births.Select(birth =>
            Enumerable.Range(0, 2)
                .Select(_ => OutcomeAsync(tasks.ChangeAsync(WriterOf(birth), 2, WorkStatus.Queued, Row(WorkStatus.Cancelled))))
                    .ToArray()).ToArray();
        await gate.OpenAsync();

        foreach (var pair in pairs) Assert.Equal(["", Codes.StaleWriter], (await Task.WhenAll(pair)).Order(StringComparer.Ordinal));
        foreach (var birth in births) Assert.Equal([1L, 2], await _rig.PositionsAsync(birth.StreamId));
        Assert.Equal(new TaskCounts(0, 0, 0, 0, 0, 30), await Streams.CountAsync(tasks.Queue.StreamId, Token));
    }

    [Fact]
    public async Task Numbers_of_swept_streams_are_not_given_out_again()
    {
        await using var own = await database.AnotherAsync();
        long last;
        await using (var rig = new JournalRig(own))
        {
            var tasks = await new TaskStreamRig(rig).OpenAsync();
            var birth = await tasks.BirthAsync("gone", chosen: false);
            await tasks.SubmitAsync(birth);
            last = birth.StreamId;
            await tasks.ChangeAsync(WriterOf(birth), 2, WorkStatus.Queued, Row(WorkStatus.Completed));
            Assert.Equal(1, await new TaskStreams(rig.Database).SweepAsync(JournalRig.At.AddDays(1), 10, Token));
        }

        await using var again = new JournalRig(own);
        Assert.True(await again.Journal.ReserveStreamIdAsync(Token) > last);
    }

    /// <summary>Takes a task to its end, reading the truth after each failure.</summary>
    private async Task LiveAsync(TaskStreamRig tasks, TaskBirth birth, AgentEpoch agent)
    {
        while (true)
        {
            var head = Assert.Single(await Streams.FindAsync(tasks.Workspace, [birth.TaskId], Token));
            if (head.Row.Status is WorkStatus.Completed) return;
            var after = head.Row.Status switch
            {
                WorkStatus.Queued => Row(WorkStatus.Assigned, head.Row.Token + 1, "a1", 1),
                WorkStatus.Assigned => Row(WorkStatus.Running, head.Row.Token, "a1", 1),
                _ => Row(WorkStatus.Completed, head.Row.Token, "a1", 1),
            };
            var outcome = await OutcomeAsync(tasks.ChangeAsync(WriterOf(birth), head.Position + 1, head.Row.Status, after,
                head.Row.Status is WorkStatus.Queued ? agent : null));
            Assert.Contains(outcome, (string[])["", Codes.DatabaseNotReady]);
        }
    }

    private static async Task<string> OutcomeAsync(Task append)
    {
        try
        {
            await append;
            return "";
        }
        catch (MementoException e)
        {
            return e.Code;
        }
    }
}
