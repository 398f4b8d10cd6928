using System.Diagnostics;
using System.Globalization;
using Memento.Tasks;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Crash.Histories;

[Trait(Needs.Trait, Needs.Slow)]
public sealed class SqliteHistoryTests(SqliteTestDatabase database) : HistoryTests(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.Slow), Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlHistoryTests(PostgreSqlTestDatabase database) : HistoryTests(database), IClassFixture<PostgreSqlTestDatabase>;

/// <summary>A fleet of real processes works while its processes and the server are killed and stopped at random. What each process saw is recorded, and the whole history is checked.</summary>
public abstract class HistoryTests(TestDatabase database)
{
    /// <summary>Environment variable with the number of runs, for a longer test.</summary>
    private const string RunsVariable = "MEMENTO_TEST_HISTORY_RUNS";

    /// <summary>Environment variable with the seed of the first run, to repeat what failed.</summary>
    private const string SeedVariable = "MEMENTO_TEST_HISTORY_SEED";

    [Fact]
    public async Task Whatever_is_killed_or_stopped_each_task_ends_once_and_no_stale_word_counts()
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var seed) ? seed : new Random().Next(1_000_000);
        var runs = int.TryParse(Environment.GetEnvironmentVariable(RunsVariable), CultureInfo.InvariantCulture, out var wanted) ? wanted : 1;
        for (var i = 0; i < runs; i++)
        {
            var (run, since) = (new HistoryRun(database, first + i), Stopwatch.StartNew());
            var history = await run.RunAsync(TestContext.Current.CancellationToken);
            var violations = HistoryChecker.Check(history).ToArray();
            var stale = history.Calls.Count(c => c.Outcome == Codes.StaleToken);
            Tell($"seed {first + i}, {since.Elapsed.TotalSeconds:0} s: {run.Kills} kills, {run.Stops} stops, {history.Tasks.Length} tasks, {history.Tasks.Sum(t => t.History.Length)} assignments, {history.Calls.Length} calls, {stale} stale, {history.Calls.Count(c => c.Outcome is null)} unanswered; ended {string.Join(", ", history.Tasks.GroupBy(t => t.Status).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}"))}");
            Assert.True(violations.Length == 0, $"Seed {first + i} ({SeedVariable} repeats it): {string.Join('\n', violations.Take(20))}\n{Around(history, violations)}\n{run.Told}");
            Assert.True(history.Calls.Count(c => c is { Operation: TaskOperation.Complete, IsAccepted: true }) > history.Tasks.Length / 3, "next to nothing was done");
        }
    }

    /// <summary>All that is known of the tasks that violations name.</summary>
    private static string Around(History history, string[] violations) => string.Join('\n', history.Tasks.Where(t => violations.Take(5).Any(v => v.Split(' ', ':', ';').Contains(t.TaskId)))
        .Select(t => $"{t.TaskId} {t.Status}: {string.Join("; ", t.History.Select(a => $"{a.AgentId} {a.Token} {a.Outcome}"))}\n  {string.Join("\n  ", history.Calls.Where(c => c.TaskId == t.TaskId).OrderBy(c => c.Begun))}"));

    private static void Tell(string what)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(what);
        TestContext.Current.SendDiagnosticMessage(what);
    }
}
