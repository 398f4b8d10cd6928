using System.Diagnostics;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Sessions;
using Memento.Storage;

namespace Memento.Bench.Sessions;

/// <summary>Time of questions about a large workspace, through the query grain, by one caller. The names asked for differ from call to call.</summary>
internal static class Lists
{
    private const int WarmUps = 20;
    private const int MaxPages = 200;

    public static IReadOnlyList<Case> Cases { get; } = [new("list", "lists, stats and aggregates over --sessions and --events", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        var filling = Stopwatch.StartNew();
        await new LargeWorkspace(run, silo.Store.Journal).FillAsync();
        if (run.Stores.Kind is StoreKind.PostgreSql) await BenchDatabase.ExecuteAsync(database.Options.ConnectionStrings.PostgreSql!, "ANALYZE");   // what autovacuum does a minute later
        Run.Say($"  filled in {filling.Elapsed.TotalSeconds:F0} s");
        run.Report("list-fill", run.Events / filling.Elapsed.TotalSeconds, figures: [("sessions", run.Sessions), ("events", run.Events), ("seconds", filling.Elapsed.TotalSeconds)]);

        var queries = silo.Grains.GetGrain<ISessionQueryGrain>(BenchSilo.Workspace);
        Task Ask(string name, Func<Random, SessionQuery> query) => MeasureAsync(run, name, async chance => (await queries.ListAsync(query(chance))).Items.Length);

        await Ask("list-newest", _ => new());
        await Ask("list-by-agent", chance => new() { Agent = Work.AgentOf(chance.Next(500)) });
        await Ask("list-by-entity", chance => new() { Entity = Work.FileOf(chance.Next(run.Sessions), chance.Next(24)) });
        await Ask("list-by-state", chance => new() { State = (WorkState)chance.Next(4) });
        await Ask("list-by-outcome", chance => new() { Outcome = (Outcome)chance.Next(4) });
        await Ask("list-active", _ => new() { ActiveOnly = true });
        await Ask("list-by-agent-active", chance => new() { Agent = Work.AgentOf(chance.Next(500)), ActiveOnly = true });
        await Ask("list-by-agent-and-state", chance => new() { Agent = Work.AgentOf(chance.Next(500)), State = WorkState.Coordinating });
        await Ask("list-by-agent-and-entity", chance => chance.Next(run.Sessions) is var s ? new() { Agent = Work.AgentOf(s), Entity = Work.FileOf(s, chance.Next(24)) } : new());
        await Ask("list-by-recent-time", chance => new() { Since = LargeWorkspace.End.AddDays(-chance.Next(1, 30)) });
        await Ask("list-by-day", chance => LargeWorkspace.Start.AddDays(chance.Next(29)) is var day ? new() { Since = day, Until = day.AddDays(1) } : new());
        await Ask("list-by-imported-month", chance => LargeWorkspace.ImportStart.AddMonths(chance.Next(58)) is var month ? new() { Since = month, Until = month.AddMonths(1) } : new());
        await PagingAsync(run, queries);
        await MeasureAsync(run, "stats", async _ => (await queries.GetStatsAsync()).TotalSessions);
        await MeasureAsync(run, "aggregate-10-entities", async chance =>
            (await queries.AggregateAsync([.. Enumerable.Range(chance.Next(run.Sessions), 10).Select(i => Work.FileOf(i, i))])).TotalSessions);
        await MeasureAsync(run, "anchors", async chance => (await queries.GetAnchorsAsync(Work.FileOf(chance.Next(run.Sessions), chance.Next(24)))).Length);
    }

    /// <summary>The first 200 pages of everything, each page one call.</summary>
    private static Task PagingAsync(Run run, ISessionQueryGrain queries)
    {
        string? cursor = null;
        var page = 0;
        return MeasureAsync(run, "list-paging", async _ =>
        {
            var found = await queries.ListAsync(new() { Cursor = cursor });
            cursor = ++page % MaxPages == 0 ? null : found.NextCursor;
            return found.Items.Length;
        });
    }

    private static async Task MeasureAsync(Run run, string name, Func<Random, Task<long>> ask)
    {
        var (latencies, chance, found) = (new LatencyHistogram(), new Random(7), 0L);
        for (var i = 0; i < WarmUps; i++) await ask(chance);
        var since = Stopwatch.StartNew();
        do
        {
            run.Token.ThrowIfCancellationRequested();
            var begun = Stopwatch.GetTimestamp();
            found += await ask(chance);
            latencies.Record(Stopwatch.GetTimestamp() - begun);
        }
        while (since.Elapsed < run.Duration / 2);
        run.Report(name, latencies.Count / since.Elapsed.TotalSeconds, latencies.PercentileMs(0.5), latencies.PercentileMs(0.99), ("calls", latencies.Count), ("itemsPerCall", (double)found / latencies.Count));
    }
}
