using System.Globalization;

namespace Memento.Cli;

/// <summary>Times as users type them.</summary>
internal static class TimeText
{
    public const string Forms = "a date (2026-01-31), a time (2026-01-31T12:00:00Z), or how long ago (30m, 12h, 7d, 4w)";

    public const string ComingForms = "a date (2026-01-31), a time (2026-01-31T12:00:00Z), or how soon (30m, 12h, 7d, 4w)";

    public const string SpanForms = "a time span (90s, 30m, 12h, 7d, 4w)";

    public const string FineSpanForms = "a time span (250ms, 90s, 30m, 12h, 7d, 4w)";

    private static readonly string[] Exact = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads <see cref="Forms"/>; without an offset it is UTC.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset time) => TryParse(text, now, -1, out time);

    /// <summary>Reads <see cref="ComingForms"/>; without an offset it is UTC.</summary>
    public static bool TryParseComing(string text, DateTimeOffset now, out DateTimeOffset time) => TryParse(text, now, 1, out time);

    private static bool TryParse(string text, DateTimeOffset now, int direction, out DateTimeOffset time)
    {
        text = text.Trim();
        if (DateTimeOffset.TryParseExact(text, Exact, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)) return true;
        if (!TryParseSpan(text, out var seconds) || seconds > (direction < 0 ? now - DateTimeOffset.MinValue : DateTimeOffset.MaxValue - now).TotalSeconds) return false;
        time = now.AddSeconds(direction * seconds);
        return true;
    }

    /// <summary>Reads <see cref="SpanForms"/>.</summary>
    public static bool TryParseSpan(string text, out long seconds)
    {
        seconds = 0;
        text = text.Trim();
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
        var unit = text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 7 * 86_400, _ => 0 };
        seconds = unit * count;
        return unit > 0;
    }

    /// <summary>Reads <see cref="FineSpanForms"/>.</summary>
    public static bool TryParseFineSpan(string text, out long milliseconds)
    {
        text = text.Trim();
        if (text.EndsWith("ms", StringComparison.Ordinal)) return long.TryParse(text.AsSpan(0, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds);
        var isSpan = TryParseSpan(text, out var seconds);
        milliseconds = seconds * 1_000;
        return isSpan;
    }
}
