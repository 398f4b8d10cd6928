using System.Globalization;
using System.Text.Json;
using Memento.Sessions;
using Memento.Tests.Grains;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Crash;

[Trait(Needs.Trait, Needs.Slow)]
public sealed class SqliteCrashTests(SqliteTestDatabase database) : CrashTests(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.Slow), Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlCrashTests(PostgreSqlTestDatabase database) : CrashTests(database), IClassFixture<PostgreSqlTestDatabase>;

/// <summary>A process that writes under load is killed at random moments, again and again over the same data: what it acknowledged is there, once and in order.</summary>
public abstract class CrashTests(TestDatabase database)
{
    private const int Rounds = 20;

    [Fact]
    public async Task What_a_killed_process_acknowledged_is_there_exactly_once_and_in_order()
    {
        var random = new Random();
        var acknowledged = new List<(string Session, long Seq, string Name)>();
        for (var round = 1; round <= Rounds; round++) acknowledged.AddRange(await RunAndKillAsync(round, TimeSpan.FromMilliseconds(random.Next(20, 500))));
        Assert.True(acknowledged.Count > 50 * Rounds, $"only {acknowledged.Count} events were acknowledged");

        await using var cluster = await SessionCluster.StartAsync(database);
        var (events, names, checkpoints) = (0L, new HashSet<string>(), 0L);
        var listed = (await cluster.Query(CrashWriter.Workspace).ListAsync(new() { Limit = 500 })).Items.ToDictionary(s => s.SessionId);
        for (var i = 0; i < CrashWriter.Sessions; i++)
        {
            var session = cluster.Session(CrashWriter.IdOf(i), CrashWriter.Workspace);
            var log = await SessionCluster.EventsAsync(session);   // reading checks every checksum
            var view = await session.GetAsync();
            Assert.Equal(SessionCluster.Seqs(1, log.Count), log.Select(e => e.Seq));
            Assert.All(log.Where(e => e.Metadata is not null), e => Assert.True(names.Add(NameOf(e)), $"{NameOf(e)} is there twice"));
            Assert.All(acknowledged.Where(a => a.Session == view.SessionId), a => Assert.Equal(a.Name, NameOf(log[(int)a.Seq - 1])));

            Assert.Equal(JsonSerializer.Serialize(view, MementoJson.Default.SessionView), JsonSerializer.Serialize(listed[view.SessionId], MementoJson.Default.SessionView));
            Assert.Equal(Named(log), await ListedEntitiesAsync(view.SessionId));
            Assert.Equal(["maker", .. log.Where(e => e.Handoff is not null).Select(e => e.Handoff!.ToAgent!)], view.AgentIds);
            events += log.Count;
            checkpoints += await CountCheckpointsAsync(session);
        }

        var stats = await cluster.Query(CrashWriter.Workspace).GetStatsAsync();
        Assert.Equal((CrashWriter.Sessions, events, checkpoints), (stats.TotalSessions, stats.TotalEvents, stats.CheckpointsCreated));
        Assert.All(acknowledged, a => Assert.Contains(a.Name, names));
    }

    /// <summary>Starts the process, kills it some time after it began to write (at times before), and answers what it acknowledged.</summary>
    private async Task<List<(string Session, long Seq, string Name)>> RunAndKillAsync(int round, TimeSpan after)
    {
        using var child = ChildProcess.Start(database.IsSqlite ? "write-sqlite" : "write-postgresql", database.Options, null, $"run{round}");
        var errors = child.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(SessionCluster.Patience);
        var acknowledged = new List<(string, long, string)>();
        using var killer = new Timer(_ => child.Kill());
        var first = round % 7 == 0 ? "" : await child.StandardOutput.ReadLineAsync(deadline.Token) + '\n';   // at times it is killed while it starts
        killer.Change(after, Timeout.InfiniteTimeSpan);
        var output = first + await child.StandardOutput.ReadToEndAsync(deadline.Token);
        await child.WaitForExitAsync(deadline.Token);
        foreach (var line in output[..(output.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.Split(' ') is [var session, var seq, var name]) acknowledged.Add((session, long.Parse(seq, CultureInfo.InvariantCulture), name));
        Assert.True(child.ExitCode == 128 + 9, await errors);
        return acknowledged;
    }

    private static string NameOf(SessionEvent e) => JsonDocument.Parse(e.Metadata!.Text).RootElement.GetProperty("name").GetString()!;

    private static IEnumerable<string> Named(List<SessionEvent> log) => log.SelectMany(e => e.ChangeInfo.EntityIds).Distinct().Order(StringComparer.Ordinal);

    private async Task<IEnumerable<string>> ListedEntitiesAsync(string session) =>
        (await database.AskAsync<string>(
            $"SELECT {(database.IsSqlite ? "group_concat" : "string_agg")}(e.entity, '|') FROM session_entity e JOIN session s ON s.stream_id = e.stream_id WHERE s.session_id = @id", ("id", session)))!
        .Split('|').Order(StringComparer.Ordinal);

    private static async Task<long> CountCheckpointsAsync(ISessionGrain session)
    {
        var (count, cursor) = (0L, (string?)null);
        do
        {
            var page = await session.GetCheckpointsAsync(Paging.MaxLimit, cursor);
            count += page.Items.Length;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return count;
    }
}
