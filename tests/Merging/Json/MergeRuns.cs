using System.Globalization;
using CsCheck;
using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>
/// Runs a property over many generated cases and counts merges and conflicts, so that no property holds only because nothing was checked.
/// </summary>
internal sealed class MergeRuns
{
    private const string Variable = "MEMENTO_TEST_MERGE_CASES";
    private const int FewestPercent = 5;

    private int _clean;
    private int _conflicted;

    /// <summary>Cases of one property; the environment variable asks for more.</summary>
    public static int Cases { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } cases
        ? int.Parse(cases, CultureInfo.InvariantCulture)
        : 1_000;

    /// <summary>Cases of one property that starts git.</summary>
    public static int GitCases => Cases / 5;

    public void Clean() => Interlocked.Increment(ref _clean);

    public void Conflicted() => Interlocked.Increment(ref _conflicted);

    /// <summary>
    /// Checks every case, then that enough of them were merged, and enough were in conflict where conflicts are expected.
    /// </summary>
    public static void Check<T>(Gen<T> gen, Action<T, MergeRuns> property, bool expectConflicts = true)
    {
        var runs = new MergeRuns();
        gen.Sample(one => property(one, runs), iter: Cases);
        runs.AssertEnough(expectConflicts);
    }

    public void AssertEnough(bool expectConflicts)
    {
        var all = _clean + _conflicted;
        TestContext.Current.TestOutputHelper?.WriteLine($"{_clean} clean, {_conflicted} in conflict");
        Assert.True(_clean * 100 >= all * FewestPercent, $"Only {_clean} of {all} cases were merged.");
        if (expectConflicts) Assert.True(_conflicted * 100 >= all * FewestPercent, $"Only {_conflicted} of {all} cases were in conflict.");
    }
}
