using System.Diagnostics;
using System.Globalization;
using System.Text;
using Memento.Bench.Measuring;
using Memento.Rollback;

namespace Memento.Bench.Rollback;

/// <summary>The difference of two large JSON documents, parsing included.</summary>
internal static class JsonDiffs
{
    private const int Elements = 10_000;
    private const int Times = 200;

    public static IReadOnlyList<Case> Cases { get; } = [new("json-diff", $"an array of {Elements:N0} objects with 1 % changed, and one in front", RunAsync)];

    private static Task RunAsync(Run run)
    {
        var (before, after) = (Array(0), Array(1));
        var times = new LatencyHistogram();
        var changes = 0;
        for (var i = 0; i < 2 * Times; i++)
        {
            run.Token.ThrowIfCancellationRequested();
            var begun = Stopwatch.GetTimestamp();
            changes = JsonDiff.Compare(before, after).Changes.Length;
            if (i >= Times) times.Record(Stopwatch.GetTimestamp() - begun);   // compiled for good by then
        }

        run.Report("json-diff", null, times.PercentileMs(0.5), times.PercentileMs(0.99), ("bytes", before.Length), ("changes", changes));
        return Task.CompletedTask;
    }

    private static byte[] Array(int version)
    {
        var elements = Enumerable.Range(0, Elements).Select(n => string.Create(CultureInfo.InvariantCulture,
            $$"""{"complexity":{{n % 17}},"file":"src/module{{n / 400}}.cs","id":"function-{{n}}","lines":{{20 + (n % 180) + (n % 100 == 0 ? version : 0)}}}"""));
        return Encoding.UTF8.GetBytes($"[{string.Join(',', version == 0 ? elements : elements.Prepend("""{"complexity":1,"file":"new.cs","id":"new","lines":1}"""))}]");
    }
}
