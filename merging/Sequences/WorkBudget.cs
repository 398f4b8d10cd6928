namespace Merging.Sequences;

/// <summary>
/// The steps that a merge may search before results that are correct but not the smallest are taken. Steps are counted instead of time, so
/// that the same input always gives the same result. A million lines with 40,000 scattered changes on each side stay within the budget.
/// </summary>
internal sealed class WorkBudget
{
    /// <summary>Steps of about one or two seconds.</summary>
    private const long Steps = 50_000_000;

    private long _left = Steps;

    public bool IsSpent => _left <= 0;

    public void Spend(long steps) => _left -= steps;
}
