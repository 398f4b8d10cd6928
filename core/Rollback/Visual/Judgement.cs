using System.Globalization;
using Memento.Sessions;

namespace Memento.Rollback;

/// <summary>What to make of a difference. The rules are those that <see cref="VisualDiffResult"/> states.</summary>
internal readonly record struct Judgement(Severity Severity, bool AutoResolvable, DiffAdvice Advice, string Reason)
{
    private const double Critical = 0.3, High = 0.5, Medium = 0.8;
    private const int FewRows = 20;

    public static Judgement OfText(double similarity, int differences, bool otherKind, bool coarsened, string whyNone)
    {
        if (differences == 0) return new(Severity.Low, true, DiffAdvice.KeepCurrent, whyNone);

        var severity = similarity switch { < Critical => Severity.Critical, < High => Severity.High, < Medium => Severity.Medium, _ => Severity.Low };
        if (otherKind && severity < Severity.High) severity = Severity.High;
        var alike = Percent(similarity);
        var rows = Rows(differences);
        if (otherKind) return Manual($"The JSON turned into another kind of value, so somebody should look.");
        if (coarsened) return Manual($"The texts are too large to be compared in full, so somebody should look.");
        if (severity >= Severity.High) return Manual($"Only {alike} is alike, so somebody should look.");
        if (differences >= FewRows) return Manual($"{alike} is alike, but {rows}: too many to decide without looking.");
        return severity is Severity.Low
            ? new(severity, true, DiffAdvice.SmartMerge, $"{alike} is alike and {rows}: few enough to merge.")
            : new(severity, true, DiffAdvice.UseRollback, $"{alike} is alike: too little to merge, and {rows}, few enough to take as a whole.");

        Judgement Manual(string reason) => new(severity, false, DiffAdvice.Manual, reason);
    }

    public static Judgement OfBinary(bool identical) => identical
        ? new(Severity.Low, true, DiffAdvice.KeepCurrent, "Both are the same.")
        : new(Severity.Critical, false, DiffAdvice.Manual, "Binary data cannot be merged, so somebody should choose.");

    /// <summary>Rounded down: what is not the same is never "100 %".</summary>
    private static string Percent(double share) => Math.Floor(share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";

    private static string Rows(int rows) => rows == 1 ? "1 line differs" : $"{rows.ToString("N0", CultureInfo.InvariantCulture)} lines differ";
}
