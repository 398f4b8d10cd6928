using System.CommandLine;
using System.Diagnostics;
using Memento.Bench.Measuring;
using Merging.Json;

namespace Memento.Bench.Merging;

/// <summary>The suite <c>merge</c>: three-way merges of large JSON arrays in memory, ordinary ones and hostile ones.</summary>
internal static class MergeSuite
{
    public static Command Command()
    {
        var rounds = new Option<int>("--rounds") { Description = "Merges of each case.", DefaultValueFactory = _ => 20 };
        var command = new Command(
            "merge", "Three-way merges of large JSON arrays, in memory. conflicts: conflicts of the merge, 0 for the ordinary cases.")
        {
            rounds,
        };
        command.SetAction(line =>
        {
            foreach (var arrays in LargeArrays.All) Console.Out.WriteLine(Measure(arrays, line.GetValue(rounds)).ToJson());
            return 0;
        });
        return command;
    }

    private static Result Measure(LargeArrays arrays, int rounds)
    {
        Run.Say($"{arrays.Name}: {arrays.About} …");
        var (@base, ours, theirs) = (arrays.Base(), arrays.Ours(), arrays.Theirs());
        var merged = JsonMerge.Merge(@base, ours, theirs);   // the first run compiles the code of the others
        var times = new double[rounds];
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            JsonMerge.Merge(@base, ours, theirs);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Array.Sort(times);
        return new()
        {
            Suite = "merge",
            Case = arrays.Name,
            Store = "none",
            P50Ms = Percentile.Of(times, 0.5),
            P99Ms = Percentile.Of(times, 0.99),
            Figures = [("allocatedMb", allocated / rounds / 1e6), ("conflicts", merged.Conflicts.Length)],
        };
    }
}
