using System.Text.Json.Serialization;

namespace Memento.Rollback;

/// <summary>How fine two texts are compared. Rows are always lines; this says what is marked inside a changed line and what the similarity counts.</summary>
[JsonConverter(typeof(NamedEnumConverter<DiffGranularity>))]
public enum DiffGranularity
{
    /// <summary>Words are marked, lines are counted.</summary>
    Line = 0,
    /// <summary>Words are marked and counted. A word is a run of letters and digits, or a single other character that is not white space.</summary>
    Word,
    /// <summary>Characters, as people see them, are marked and counted.</summary>
    Character,
    /// <summary>Both texts are JSON, and are first written one value per line, members by name. Words are marked, lines are counted. A comma at the end of a line is no difference.</summary>
    Json,
}

/// <summary>What to show, and how much work may go into it. Setting a value outside its range throws <see cref="ArgumentOutOfRangeException"/>.</summary>
public sealed record VisualDiffOptions
{
    public static VisualDiffOptions Default { get; } = new();

    /// <summary>Null, the default, chooses: JSON if both are objects or arrays, lines if there is a line end, characters up to 100 of them, else words.</summary>
    public DiffGranularity? Granularity { get; init; }

    /// <summary>Equal lines shown around a difference: 0 or more, default 3.</summary>
    public int ContextLines { get; init => field = AtLeast(0, value, nameof(ContextLines)); } = 3;

    /// <summary>Longest text, in lines, that is compared finer than by whole lines: 1 or more, default 20,000.</summary>
    public int MaxLines { get; init => field = AtLeast(1, value, nameof(MaxLines)); } = 20_000;

    /// <summary>Longest text, in bytes of UTF-8, that is compared finer than by whole lines: 1 or more, default 2 MiB.</summary>
    public int MaxBytes { get; init => field = AtLeast(1, value, nameof(MaxBytes)); } = 2 * 1024 * 1024;

    /// <summary>Longest line, in UTF-16 code units, that is compared by character; longer ones are compared by words. 0 or more, default 2,000.</summary>
    public int MaxCharacterLine { get; init => field = AtLeast(0, value, nameof(MaxCharacterLine)); } = 2_000;

    /// <summary>Work that one comparison may take, about one per pair of pieces that is looked at: 1 or more, default 20 million, less than a second of most machines. After that the rest is compared in larger parts.</summary>
    public int MaxWork { get; init => field = AtLeast(1, value, nameof(MaxWork)); } = 20_000_000;

    /// <summary>Rows that a result holds: 1 or more, default 20,000. It says how many were left out.</summary>
    public int MaxRows { get; init => field = AtLeast(1, value, nameof(MaxRows)); } = 20_000;

    private static int AtLeast(int least, int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        return value;
    }
}
