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

    public static string Name<T>(T value) where T : struct, Enum => NamedEnumConverter<T>.NameOf(value);

    /// <summary>The first few of many names.</summary>
    public static string Few(IReadOnlyList<string> names, int most)
    {
        var shown = string.Join(", ", names.Take(most).Select(Clean));
        return names.Count > most ? $"{shown} and {Number(names.Count - most)} more" : shown;
    }

    /// <summary>Text that came from elsewhere, on one line and without anything that a terminal would obey.</summary>
    public static string Clean(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsControl(c)) clean.Append(c);
            else if (clean.Length > 0 && clean[^1] != ' ') clean.Append(' ');
        }

        return clean.ToString().Trim();
    }
}
