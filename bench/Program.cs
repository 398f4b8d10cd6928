using System.CommandLine;
using Memento;
using Memento.Bench;
using Memento.Bench.Agents;
using Memento.Bench.Core;
using Memento.Bench.Merging;
using Memento.Bench.Rollback;
using Memento.Bench.Sessions;
using Memento.Bench.Tasks;

var root = new RootCommand("Measures Memento. Each suite prints one JSON object per result on stdout; progress goes to stderr. See docs/performance.md.")
{
    SessionSuite.Command(),
    RollbackSuite.Command(),
    TaskSuite.Command(),
    DetectorSuite.Command(),
    CoreSuite.Command(),
    MergeSuite.Command(),
};
try
{
    // After Ctrl-C a suite stops its servers and removes its data before the process ends.
    return await root.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
}
catch (Exception e) when (e is BenchException or OperationCanceledException or MementoException)
{
    await Console.Error.WriteLineAsync($"bench: {e.Message}");
    return 1;
}
