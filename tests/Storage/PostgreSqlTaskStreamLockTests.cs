using Memento.Storage;
using Memento.Tasks;
using Npgsql;
using Xunit;
using static Memento.Tests.Storage.TaskStreamRig;

namespace Memento.Tests.Storage;

/// <summary>What several silos and a connection that breaks can do to task streams.</summary>
[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskStreamLockTests : IAsyncLifetime
{
    private readonly PostgreSqlTestDatabase _database = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("UPDATE agent_epoch SET epoch = 2", Codes.StaleRegistration)]
    [InlineData("UPDATE task_stream SET position = 2 WHERE task_id = 'raced'", Codes.StaleWriter)]
    [InlineData("DELETE FROM task_stream WHERE task_id = 'raced'", Codes.StaleWriter)]
    public async Task What_another_transaction_commits_meanwhile_refuses_the_append_alone(string meanwhile, string code)
    {
        await using var rig = new JournalRig(_database, o => o.Journal.Writers = 1);
        var tasks = await new TaskStreamRig(rig).OpenAsync();
        var (raced, mate, agent) = (await tasks.SubmitAsync("raced"), await tasks.SubmitAsync("mate"), await tasks.AgentAsync("a1"));
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
#pragma warning disable CA2100 // literals of this test
        await using (var command = new NpgsqlCommand(meanwhile, connection, transaction)) await command.ExecuteNonQueryAsync(Token);
#pragma warning restore CA2100
        using var gate = await rig.HoldAsync();
        var append = tasks.ChangeAsync(WriterOf(raced), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 1), agent);
        var unhurt = tasks.ChangeAsync(WriterOf(mate), 2, WorkStatus.Queued, Row(WorkStatus.Cancelled));
        await gate.OpenAsync();
        await JournalRig.UntilAsync(async () => await _database.AskAsync<long>(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'memento writer%' AND wait_event_type = 'Lock'
            """) > 0, "the writer waits for the lock");
        await transaction.CommitAsync(Token);

        await unhurt;
        await JournalRig.RefusedAsync(code, append);
        Assert.Equal([1L], await rig.PositionsAsync(raced.StreamId));
        Assert.Equal([1L, 2], await rig.PositionsAsync(mate.StreamId));
    }

    [Theory]
    [InlineData(Cut.Request)]
    [InlineData(Cut.HalfOfRequest)]
    [InlineData(Cut.Answer)]
    public async Task A_connection_that_is_cut_around_a_commit_hides_no_verdict(Cut cut)
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        await using var proxy = new TcpProxy(settings.Host!, settings.Port);
        await using var rig = new JournalRig(_database, options => (options.Journal.Writers, options.ConnectionStrings.PostgreSql) =
            (1, new NpgsqlConnectionStringBuilder(options.ConnectionStrings.PostgreSql) { Port = proxy.Port }.ConnectionString));
        var tasks = await new TaskStreamRig(rig).OpenAsync();
        var agent = await tasks.AgentAsync("a1");
        var (good, stale, refused) = (await tasks.SubmitAsync("good"), await tasks.SubmitAsync("stale"),
            await tasks.SubmitAsync("refused"));
        var (taken, free) = (await tasks.BirthAsync("good"), await tasks.BirthAsync("free"));
        using var gate = await rig.HoldAsync();
        var accepted = tasks.ChangeAsync(WriterOf(good), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 1), agent);
        var stalePosition = tasks.ChangeAsync(WriterOf(stale), 3, WorkStatus.Queued, Row(WorkStatus.Cancelled));
        var staleEpoch = tasks.ChangeAsync(WriterOf(refused), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 2),
            agent with { Epoch = 2 });
        var submit = tasks.SubmitAsync(taken, free);
        rig.Committers[0].Before += batch =>
        {
            if (batch.Count > 1) proxy.CutNext(cut);
            rig.Committers[0].Before = null;
        };
        await gate.OpenAsync();

        await Task.WhenAll(accepted, submit);
        await JournalRig.RefusedAsync(Codes.StaleWriter, stalePosition);
        await JournalRig.RefusedAsync(Codes.StaleRegistration, staleEpoch);
        Assert.Equal((BirthOutcome.IdTaken, BirthOutcome.Born), (taken.Outcome, free.Outcome));
        Assert.Equal([1L, 2], await rig.PositionsAsync(good.StreamId));
        Assert.Equal([1L], await rig.PositionsAsync(free.StreamId));
    }

    [Fact]
    public async Task Of_two_silos_that_bear_the_same_ids_one_bears_each()
    {
        await using var rig = new JournalRig(_database);
        await using var other = new JournalRig(_database);
        var tasks = await new TaskStreamRig(rig).OpenAsync();
        var rival = await new TaskStreamRig(other, tasks.Workspace).OpenAsync("rival");
        var births = new List<(TaskBirth, TaskBirth)>();
        for (var i = 0; i < 300; i++) births.Add((await tasks.BirthAsync($"task-{i}"), await rival.BirthAsync($"task-{i}")));

        await Task.WhenAll(births.SelectMany(pair => (Task[])[tasks.SubmitAsync(pair.Item1), rival.SubmitAsync(pair.Item2)]));

        foreach (var (one, two) in births) Assert.Equal([BirthOutcome.Born, BirthOutcome.IdTaken],
            ((BirthOutcome[])[one.Outcome, two.Outcome]).Order());
        Assert.Equal(300L, await _database.AskAsync<long>("SELECT count(*) FROM task_stream"));
        Assert.Equal(300L, await _database.AskAsync<long>(
            "SELECT count(DISTINCT j.stream_id) FROM journal j JOIN task_stream USING (stream_id)"));
    }

    [Fact]
    public async Task Starts_and_progress_touch_no_index()
    {
        const int Tasks = 200;
        // How many there are depends on the room in the pages, which transactions of other tests keep from being made. With an index in
        // the way there would be none.
        await using (var rig = new JournalRig(_database, o => o.Journal.Writers = 1))
        {
            var tasks = await new TaskStreamRig(rig).OpenAsync();
            var agent = await tasks.AgentAsync("a1");
            var births = new List<TaskBirth>();
            for (var i = 0; i < Tasks; i++) births.Add(await tasks.BirthAsync($"task-{i}"));
            await tasks.SubmitAsync(births);
            await Task.WhenAll(births.Select(b =>
                tasks.ChangeAsync(WriterOf(b), 2, WorkStatus.Queued, Row(WorkStatus.Assigned, 1, "a1", 1), agent)));
            for (var position = 3; position < 6; position++)
            {
                var before = position == 3 ? WorkStatus.Assigned : WorkStatus.Running;
                await Task.WhenAll(births.Select(b =>
                    tasks.ChangeAsync(WriterOf(b), position, before, Row(WorkStatus.Running, 1, "a1", 1))));
            }
        }

        // A connection tells its statistics when it ends.
        await JournalRig.UntilAsync(async () => await StatisticAsync("n_tup_upd") >= 4 * Tasks, "the statistics arrive");
        Assert.InRange(await StatisticAsync("n_tup_hot_upd"), Tasks / 10, 3 * Tasks);

        Task<long> StatisticAsync(string name) =>
            _database.AskAsync<long>($"SELECT {name} FROM pg_stat_user_tables WHERE relname = 'task_stream'");
    }
}
