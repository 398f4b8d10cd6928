using System.Security.Cryptography;
using System.Text;
using Memento.Workspaces;

namespace Memento.Cli.Git;

/// <summary>Makes names that Memento takes (<see cref="Names"/>) of whatever a repository contains. The same input always gives the same name, and different paths different ones.</summary>
internal static class EntityNames
{
    private const int HashDigits = 16;

    /// <summary>
    /// A path as it is, if it can be a name, and the id of a document. Otherwise (too long, not UTF-8, unprintable) its readable part, its end kept because that is the telling one,
    /// and <c>~</c> with 16 hexadecimal digits of the SHA-256 of its bytes.
    /// </summary>
    public static string OfPath(ReadOnlySpan<byte> path)
    {
        var text = Encoding.UTF8.GetString(path);
        var faithful = !text.Contains('\uFFFD', StringComparison.Ordinal) || Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(path);
        if (faithful && DocumentNames.Problem(text) is null) return text;

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(path, hash);
        var (end, suffix) = (End(Printable(text), Names.MaxLength - HashDigits - 1), "~" + Convert.ToHexStringLower(hash[..(HashDigits / 2)]));
        foreach (var candidate in (ReadOnlySpan<string>)[end, end.TrimStart('/', '.')])   // What was cut may begin with a slash or with dots, which no id does.
            if (DocumentNames.Problem(candidate + suffix) is null) return candidate + suffix;
        return suffix;
    }

    /// <summary>An author's name; the e-mail address if it is empty; <c>unknown</c> without either. Unprintable characters become spaces, more than 256 are cut.</summary>
    public static string OfAuthor(string name, string email)
    {
        foreach (var candidate in (ReadOnlySpan<string>)[name, email])
        {
            var text = Printable(candidate).Trim();
            if (text.Length > Names.MaxLength) text = text[..(char.IsHighSurrogate(text[Names.MaxLength - 1]) ? Names.MaxLength - 1 : Names.MaxLength)].Trim();
            if (Names.Problem(text) is null) return text;
        }

        return "unknown";
    }

    /// <summary>Text cut to a length, without splitting a character in two, on one line.</summary>
    public static string Shorten(string text, int length)
    {
        text = Format.Clean(text);
        return text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";
    }

    private static string End(string text, int length)
    {
        if (text.Length <= length) return text;
        var start = text.Length - length;
        return text[(char.IsLowSurrogate(text[start]) ? start + 1 : start)..];
    }

    private static string Printable(string text)
    {
        if (text.Length > 0 && text.Length <= Names.MaxLength && Names.Problem(text) is null) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var piece = rune.ToString();
            clean.Append(piece is "." || Names.Problem(piece) is null ? piece : " ");
        }

        return clean.ToString();
    }
}
