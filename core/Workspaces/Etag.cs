using System.Globalization;

namespace Memento.Workspaces;

/// <summary>The ETag of a document: the seq of its version, in quotation marks.</summary>
public static class Etag
{
    /// <summary>Stands for any version.</summary>
    public const string Any = "*";

    public static string Of(long seq) => string.Create(CultureInfo.InvariantCulture, $"\"{seq}\"");

    public static string? Of(DocumentVersion? version) => version is { IsDeleted: false, Seq: var seq } ? Of(seq) : null;

    /// <summary>The seq in an ETag, with or without its quotation marks; null if it cannot be one of ours.</summary>
    public static long? Seq(string etag)
    {
        var text = etag.AsSpan().Trim();
        if (text is ['"', .. var inner, '"']) text = inner;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : null;
    }
}
