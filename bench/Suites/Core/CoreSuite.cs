using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Memento.Bench.Measuring;

namespace Memento.Bench.Core;

/// <summary>The suite <c>core</c>: the rules alone, without a store, with BenchmarkDotNet.</summary>
internal static class CoreSuite
{
    private const double NanosecondsPerMs = 1e6;

    public static Command Command()
    {
        var filter = new Option<string>("--filter") { Description = "Only benchmarks whose name matches, e.g. *Append*.", DefaultValueFactory = _ => "*" };
        var command = new Command("core", "The rules of a session and their stored form, in memory: nanoseconds and bytes allocated per operation. p50Ms and p99Ms are over the rounds of a benchmark, not over calls.") { filter };
        command.SetAction(line =>
        {
            var artifacts = Directory.CreateTempSubdirectory("memento-bench-");
            var summaries = BenchmarkSwitcher.FromTypes([typeof(SessionBenchmarks)]).Run(["--filter", line.GetValue(filter)!], Config(artifacts));
            artifacts.Delete(recursive: true);
            foreach (var report in summaries.SelectMany(s => s.Reports).Where(r => r.ResultStatistics is not null))
            {
                var times = report.ResultStatistics!;
                Console.Out.WriteLine(new Result
                {
                    Suite = "core",
                    Case = report.BenchmarkCase.Descriptor.WorkloadMethod.Name,
                    Store = "none",
                    OpsPerSecond = 1e9 / times.Mean,
                    P50Ms = times.Median / NanosecondsPerMs,
                    P99Ms = times.Percentiles.Percentile(99) / NanosecondsPerMs,
                    Figures = [("meanNs", times.Mean), ("allocatedBytes", report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0)],
                }.ToJson());
            }

            return 0;
        });
        return command;
    }

    private static ManualConfig Config(DirectoryInfo artifacts) => ManualConfig.CreateEmpty()
        .AddJob(Job.ShortRun.WithIterationCount(10).WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(new StreamLogger(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }))
        .AddExporter(MarkdownExporter.Console)
        .WithArtifactsPath(artifacts.FullName);
}
