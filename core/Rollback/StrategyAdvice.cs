namespace Memento.Rollback;

/// <summary>Which strategy suits a rollback.</summary>
public static class StrategyAdvice
{
    private const int Few = 10;
    private const int Many = 5_000;

    /// <param name="changes">Documents that would change.</param>
    /// <param name="conflicts">Documents in conflict.</param>
    /// <param name="age">Age of the point.</param>
    /// <param name="maxAge">Age from which only force is allowed.</param>
    public static (RollbackStrategy Strategy, string Reason) For(int changes, int conflicts, TimeSpan age, TimeSpan maxAge) =>
        age > maxAge ? (RollbackStrategy.Force, $"The point is older than {maxAge.TotalDays} days; only force goes back so far.")
        : conflicts > 0 ? (RollbackStrategy.Safe, $"{conflicts} documents are in conflict; safe looks at everything before and after, and undoes what does not fit.")
        : changes > Many ? (RollbackStrategy.Gradual, $"{changes} documents would change; in batches nobody else has to wait for all of them.")
        : changes <= Few ? (RollbackStrategy.Immediate, changes == 0 ? "Nothing would change." : "Few documents would change, and none is in conflict.")
        : (RollbackStrategy.Safe, $"{changes} documents would change; safe looks at everything before and after.");
}
