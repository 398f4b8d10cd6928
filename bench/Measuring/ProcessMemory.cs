using System.Globalization;

namespace Memento.Bench.Measuring;

/// <summary>Memory of processes.</summary>
internal static class ProcessMemory
{
    private const double MiB = 1024 * 1024;

    /// <summary>Bytes of live managed objects, after a full collection.</summary>
    public static long LiveBytes()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    public static double LiveMb() => LiveBytes() / MiB;

    /// <summary>Resident memory of this process, in MiB.</summary>
    public static double ResidentMb() => Environment.WorkingSet / MiB;

    /// <summary>A figure of another process from <c>/proc</c>, in MiB: <c>VmRSS</c> (resident), <c>RssAnon</c> (of it, not files).</summary>
    public static double OfProcessMb(int processId, string figure)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith(figure + ":", StringComparison.Ordinal));
        return double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
