using System.Globalization;
using Memento.Rollback;
using Memento.Tests.Grains;
using Memento.Tests.Grains.Rollback;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Crash;

/// <summary>A process that rolls back, by all strategies and with cancellations, is killed at random moments, again and again over the same data: no rollback ever ends half.</summary>
[Trait(Needs.Trait, Needs.Slow)]
public sealed class RollbackCrashTests(SqliteTestDatabase database) : IClassFixture<SqliteTestDatabase>
{
    /// <summary>Environment variable with the number of kills, for a longer run.</summary>
    private const string RoundsVariable = "MEMENTO_TEST_CRASH_ROUNDS";

    private const int Rounds = 12;

    [Fact]
    public async Task However_often_the_process_is_killed_every_rollback_ends_completed_or_with_nothing_changed()
    {
        var random = new Random();
        var rounds = int.TryParse(Environment.GetEnvironmentVariable(RoundsVariable), CultureInfo.InvariantCulture, out var wanted) ? wanted : Rounds;
        var (begun, interrupted) = (new List<CrashRollbacks.Begun>(), 0L);
        for (var round = 1; round <= rounds; round++)
        {
            begun.AddRange(await RunAndKillAsync(round, TimeSpan.FromMilliseconds(random.Next(20, 700))));
            interrupted += await database.AskAsync<long>("SELECT count(*) FROM rollback_operation WHERE status < 2");
        }

        await using var cluster = await SessionCluster.StartAsync(database);
        var ends = new SortedDictionary<RollbackStatus, int>();
        foreach (var rollback in begun)
        {
            var rig = new RollbackRig(cluster, rollback.Workspace);
            var status = await EndAsync(rig, rollback.OperationId);
            Assert.Equal(status is RollbackStatus.Completed ? rollback.PointRoot : rollback.BeforeRoot, await rig.RootAsync());
            if (status is { } known) ends[known] = ends.GetValueOrDefault(known) + 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds} kills, {begun.Count} rollbacks, {interrupted} interrupted: {string.Join(", ", ends)}");
        Assert.True(interrupted > rounds / 4, $"only {interrupted} rollbacks were interrupted");
        Assert.True(ends.GetValueOrDefault(RollbackStatus.Completed) > 0 && !ends.ContainsKey(RollbackStatus.Failed), string.Join(", ", ends));
        Assert.Equal(0, await database.AskAsync<long>("SELECT count(*) FROM rollback_operation WHERE status < 2"));
    }

    /// <summary>How it ended; null if it was never recorded.</summary>
    private static async Task<RollbackStatus?> EndAsync(RollbackRig rig, string operationId)
    {
        try
        {
            return (await rig.SweepUntilOverAsync(rig.Rollback(operationId))).Status;
        }
        catch (MementoException e) when (e.Code is Codes.OperationNotFound)
        {
            return null;
        }
    }

    private async Task<List<CrashRollbacks.Begun>> RunAndKillAsync(int round, TimeSpan after)
    {
        using var child = ChildProcess.Start("rollback-sqlite", database.Options, null, $"run{round}");
        var errors = child.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(SessionCluster.Patience);
        using var killer = new Timer(_ => child.Kill());
        var first = await child.StandardOutput.ReadLineAsync(deadline.Token);
        killer.Change(after, Timeout.InfiniteTimeSpan);
        var output = $"{first}\n{await child.StandardOutput.ReadToEndAsync(deadline.Token)}";
        await child.WaitForExitAsync(deadline.Token);
        Assert.True(child.ExitCode == 128 + 9, await errors);
        return [.. output[..(output.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(CrashRollbacks.Begun.Parse)];
    }
}
