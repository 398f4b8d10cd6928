using System.Globalization;
using System.Text;

namespace Memento.Cli;

/// <summary>Values as people read them.</summary>
internal static class Format
{
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset? time, string none) => time is { } t ? Time(t) : none;

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < units.Length - 1; unit++) value /= 1024;
        return value.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    public static string Duration(TimeSpan time) => time.TotalSeconds < 60
        ? time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s"
        : $"{(int)time.TotalMinutes} min {time.Seconds} s";

    public static string Milliseconds(long time) => time < 1_000 ? $"{time} ms" : Duration(TimeSpan.FromMilliseconds(time));

    public static string Name<T>(T value) where T : struct, Enum => NamedEnumConverter<T>.NameOf(value);

    /// <summary>A word as a shell takes it.</summary>
    public static string Shell(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:@%+,=".Contains(c, StringComparison.Ordinal))
        ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A number of things.</summary>
    public static string Count(long count, string one, string many) => $"{Number(count)} {(count == 1 ? one : many)}";

    /// <summary>Who did something: an agent, in a session. Empty if neither is known.</summary>
    public static string Who(string? agent, string? session) =>
        Clean(agent is null ? session is null ? "" : $"in {session}" : session is null ? agent : $"{agent} in {session}");

    /// <summary>Text of several lines that came from elsewhere, without anything that a terminal would obey or hide.</summary>
    public static string CleanLines(string text) => TerminalText.Escape(text).ReplaceLineEndings("\n");

    /// <summary>The first few of many names.</summary>
    public static string Few(IReadOnlyList<string> names, int most)
    {
        var shown = string.Join(", ", names.Take(most).Select(Clean));
        return names.Count > most ? $"{shown} and {Number(names.Count - most)} more" : shown;
    }

    /// <summary>
    /// Text that came from elsewhere, on one line and without anything that a terminal would obey or hide: tabs and line ends become a
    /// blank, other such characters are escaped.
    /// </summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\t', '\r')) return TerminalText.Escape(text);
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is < '\t' or > '\r') line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
        }

        return TerminalText.Escape(line.ToString().Trim());
    }
}
