namespace Merging.Sequences;

/// <summary>
/// How much searching one merge may do before it settles for results that are right but not the smallest. Counted in steps, not in time, so that
/// the same input always gives the same result. A million lines with 40,000 scattered changes on each side stay within it; what exceeds it is mostly noise.
/// </summary>
internal sealed class WorkBudget
{
    /// <summary>A second or two.</summary>
    private const long Steps = 50_000_000;

    private long _left = Steps;

    public bool IsSpent => _left <= 0;

    public void Spend(long steps) => _left -= steps;
}
