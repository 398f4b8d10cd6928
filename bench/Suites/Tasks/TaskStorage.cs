using System.Diagnostics;
using System.Globalization;
using Memento.Bench.Stores;
using Memento.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Memento.Bench.Tasks;

/// <summary>What a store does for tasks without any grain: submit 32, assign, start and complete them, by so many agents at once.</summary>
internal static class TaskStorage
{
    public const int BatchSize = 32;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static IReadOnlyList<Case> Cases { get; } =
    [
        new("storage-streams", "tasks as streams, in the store alone", run =>
            RunAsync(run, "storage-streams", store => TaskStreamCycle.OpenAsync(store, run.Token))),
        new("storage-rows", "tasks as rows of their queue's stream, in the store alone", run =>
            RunAsync(run, "storage-rows", store => TaskRowCycle.OpenAsync(store, run.Token))),
    ];

    private static async Task RunAsync(Run run, string name, Func<Store, Task<ITaskCycle>> open)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var instruments = ActivatorUtilities.CreateInstance<StorageInstruments>(services);
        await using var store = Store.Open(database.Options, instruments, TimeProvider.System, NullLoggerFactory.Instance);
        var cycle = await open(store);
        var done = 0L;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(run.Token);
        var working = Enumerable.Range(0, run.Sizes["--agents"]).Select(agent => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await cycle.RunAsync(agent);
                Interlocked.Add(ref done, BatchSize);
            }
        }, run.Token)).ToArray();
        await Task.WhenAny([Task.Delay(WarmUp, run.Token), .. working]);

        var (before, serverBefore) = (Sample(), await ServerAsync(database.Options));
        var doneBefore = Interlocked.Read(ref done);
        await Task.WhenAny([Task.Delay(run.Duration, run.Token), .. working]);
        var (after, tasks) = (Sample(), (double)(Interlocked.Read(ref done) - doneBefore));
        var serverAfter = await ServerAsync(database.Options);
        await over.CancelAsync();
        await Task.WhenAll(working);

        var seconds = Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds;
        List<(string, double)> figures =
        [
            ("cpuUsPerTask", (after.Processor - before.Processor).TotalMicroseconds / tasks),
            ("allocatedPerTask", (after.Allocated - before.Allocated) / tasks),
        ];
        foreach (var (figure, value) in serverAfter) figures.Add((figure, (value - serverBefore[figure]) / tasks));
        run.Report(name, tasks / seconds, figures: figures);
    }

    private static (long At, TimeSpan Processor, long Allocated) Sample() =>
        (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());

    /// <summary>
    /// What a PostgreSQL server has done so far: dead and heap-only versions of rows, bytes of its log, processor time of the writers'
    /// connections.
    /// </summary>
    private static async Task<Dictionary<string, double>> ServerAsync(StorageOptions options)
    {
        var found = new Dictionary<string, double>();
        if (options.Store is not StoreKind.PostgreSql) return found;
        await using var connection = await BenchDatabase.OpenAsync(options.ConnectionStrings.PostgreSql!);
        await using var statistics = new NpgsqlCommand("""
            SELECT sum(n_tup_upd + n_tup_del)::float8, sum(n_tup_hot_upd)::float8, (pg_current_wal_lsn() - '0/0')::float8,
              pg_database_size(current_database())::float8,
              (SELECT array_agg(pid) FROM pg_stat_activity WHERE application_name LIKE 'memento writer%' AND datname = current_database())
            FROM pg_stat_user_tables
            """, connection);
        await using var reader = await statistics.ExecuteReaderAsync();
        await reader.ReadAsync();
        (found["deadPerTask"], found["hotPerTask"], found["walBytesPerTask"]) = (reader.GetDouble(0), reader.GetDouble(1),
            reader.GetDouble(2));
        (found["diskBytesPerTask"], found["writersCpuUsPerTask"]) = (reader.GetDouble(3), reader.GetFieldValue<int[]>(4).Sum(ProcessorUs));
        return found;
    }

    private static double ProcessorUs(int processId)
    {
        var path = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat";
        if (!File.Exists(path)) return 0;
        var fields = File.ReadAllText(path).Split(") ")[^1].Split(' ');
        // Ticks of 10 ms.
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) * 10_000;
    }
}

/// <summary>Takes tasks from submit to their end, and remembers nothing of them.</summary>
internal interface ITaskCycle
{
    /// <summary>Submits, assigns, starts and completes a batch; all of it durable.</summary>
    Task RunAsync(int agent);
}
