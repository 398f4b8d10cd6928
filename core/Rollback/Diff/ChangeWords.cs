using System.Globalization;

namespace Memento.Rollback;

/// <summary>A change, and what it is about.</summary>
/// <param name="Origin">Where a moved value was.</param>
internal sealed record Told(JsonChange Change, Subject Subject, Subject? Origin)
{
    /// <summary>Changes with the same operation and key are alike; null = like no other.</summary>
    public string? GroupKey => Change.Operation switch
    {
        DiffOperation.Move => Subject.IsElement && Origin is { IsElement: true } && SameContainer ? Subject.Pattern : null,
        _ when Subject.IsDocument => null,
        _ when Subject.IsWithinArray => Subject.Pattern,
        DiffOperation.Update => null,
        _ => Subject.Parent!.Pattern + "/*",
    };

    /// <summary>Whether a move stayed within its container, going by the ids of what that is part of; by places where there are none.</summary>
    public bool SameContainer => Origin is not null && Subject.Parent?.Pattern == Origin.Parent?.Pattern && Subject.Parent?.Phrase() == Origin.Parent?.Phrase();
}

/// <summary>Puts changes into sentences.</summary>
internal sealed class ChangeWords(int maxValueLength)
{
    private const int Examples = 3;

    public string One(Told told)
    {
        var (change, subject) = (told.Change, told.Subject);
        var simple = Simple(change.NewValue ?? change.OldValue);
        return change.Operation switch
        {
            DiffOperation.Create when subject.IsElement => subject.Phrase(simple) + " added",
            DiffOperation.Create => $"{subject.Phrase()} added: {Short(change.NewValue)}",
            DiffOperation.Delete when subject.IsElement => subject.Phrase(simple) + " removed",
            DiffOperation.Delete => $"{subject.Phrase()} removed (was {Short(change.OldValue)})",
            DiffOperation.Update => subject.Phrase() + " " + Update(change.OldValue!.Text, change.NewValue!.Text),
            _ => Move(told, simple),
        };
    }

    public string Many(List<Told> told)
    {
        var (first, count) = (told[0], told.Count);
        var what = first.Subject.IsWithinArray ? first.Subject.Phrase(count) : $"{count} members{(first.Subject.Outer.IsDocument ? "" : " of " + first.Subject.Outer.Phrase())}";
        return first.Change.Operation switch
        {
            DiffOperation.Create => $"{what} added{List()}",
            DiffOperation.Delete => $"{what} removed{List()}",
            DiffOperation.Move => $"{what} moved{List()}",
            _ => $"{what} {Updates()}",
        };

        // Members of one name in many elements have nothing to tell them apart by.
        string List() => first.Subject.IsElement || !first.Subject.IsWithinArray
            ? $": {string.Join(", ", told.Take(Examples).Select(one => one.Subject.Short(Simple(one.Change.NewValue ?? one.Change.OldValue))))}{(count > Examples ? ", …" : "")}"
            : "";

        string Updates()
        {
            if (told.TrueForAll(one => one.Change.NewValue == first.Change.NewValue)) return $"changed to {Short(first.Change.NewValue)}";
            var directions = told.Select(one => TryNumbers(one.Change.OldValue!.Text, one.Change.NewValue!.Text, out var old, out var now) ? now.CompareTo(old) : 0).Distinct().ToList();
            return directions is [1] ? "rose" : directions is [-1] ? "fell" : "changed";
        }
    }

    private static string Move(Told told, string? simple)
    {
        var (subject, origin) = (told.Subject, told.Origin!);
        if (told.SameContainer && subject.IsElement && origin.IsElement) return $"{subject.Phrase(simple)} moved from {Subject.Ordinal(origin.Index)} to {Subject.Ordinal(subject.Index)}";
        if (told.SameContainer && !subject.IsElement && !origin.IsElement) return $"{origin.Phrase()} renamed to {subject.Own()}";
        return $"{origin.Phrase(simple)} moved{From(origin)} to {(subject.IsElement ? subject.Parent!.Phrase() : subject.Phrase())}";

        static string From(Subject origin) => origin.IsElement ? $" from {origin.Parent!.Phrase()}" : "";
    }

    private string Update(string old, string now)
    {
        if (TryNumbers(old, now, out var a, out var b) && a != b) return $"{(b > a ? "rose" : "fell")} from {Cut(old, 0)} to {Cut(now, 0)}{Percent(a, b)}";
        if (IsContainer(old) && IsContainer(now)) return $"replaced: was {Cut(old, 0)}, is {Cut(now, 0)}";
        var start = old.Length <= maxValueLength && now.Length <= maxValueLength ? 0 : Math.Max(0, old.AsSpan().CommonPrefixLength(now) - maxValueLength / 4);
        return $"changed from {Cut(old, start)} to {Cut(now, start)}";
    }

    /// <summary>By how much of the old value; empty where that says nothing: from zero, across zero, or beyond all measure.</summary>
    private static string Percent(double old, double now)
    {
        var percent = (now - old) / Math.Abs(old) * 100;
        if (old * now <= 0 || !double.IsFinite(percent) || Math.Abs(percent) is < 0.05 or >= 100_000) return "";
        return $" ({percent.ToString("+0.#;-0.#", CultureInfo.InvariantCulture)} %)";
    }

    private static bool TryNumbers(string old, string now, out double a, out double b) => TryNumber(old, out a) & TryNumber(now, out b);

    private static bool TryNumber(string json, out double number)
    {
        number = 0;
        return json[0] is '-' or (>= '0' and <= '9') && double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }

    private static bool IsContainer(string json) => json[0] is '{' or '[';

    private string? Simple(JsonText? value) => value is null || IsContainer(value.Text) ? null : Cut(value.Text, 0);

    private string Short(JsonText? value) => Cut(value!.Text, 0);

    /// <summary>JSON from a position on, as much as is shown, with dots where something is left out and text kept in quotation marks.</summary>
    private string Cut(string json, int start)
    {
        if (start == 0 && json.Length <= maxValueLength) return json;
        var end = Math.Min(json.Length, start + maxValueLength);
        if (start > 0 && start < json.Length && char.IsLowSurrogate(json[start])) start--;
        if (end < json.Length && char.IsLowSurrogate(json[end])) end--;
        var quote = json[0] == '"' ? "\"" : "";
        return $"{(start > 0 ? quote + "…" : "")}{json[Math.Min(start, end)..end]}{(end < json.Length ? "…" + quote : "")}";
    }
}
