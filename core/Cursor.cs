using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Memento;

/// <summary>
/// Writes and reads the cursors of all lists and feeds: where a page ends and the next one begins. A cursor is one or more numbers that are
/// not negative (<c>12-7</c>), a number and a name (<c>12-op-1</c>), or a name alone (in base64url, so that no name is taken for one).
/// Callers get a cursor as an opaque text and give it back.
/// </summary>
public static class Cursor
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Of(long first, long second) => string.Create(CultureInfo.InvariantCulture, $"{first}-{second}");

    public static string Of(long first, long second, long third) => string.Create(CultureInfo.InvariantCulture, $"{first}-{second}-{third}");

    public static string Of(long number, string name) => string.Create(CultureInfo.InvariantCulture, $"{number}-{name}");

    public static string OfName(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    /// <summary>Returns the number of a cursor.</summary>
    /// <param name="cursor">The cursor.</param>
    /// <param name="field">The request's field, for the refusal.</param>
    /// <exception cref="MementoException"><c>VALIDATION_FAILED</c>: the text is not a cursor of this form.</exception>
    public static long ParseNumber(string cursor, string field = "cursor") => TryParse(cursor, out var number) ? number : throw Unknown(cursor, field);

    /// <summary>Returns the numbers of a cursor.</summary>
    /// <param name="cursor">The cursor.</param>
    /// <param name="count">How many numbers the list's cursors have.</param>
    /// <param name="field">The request's field, for the refusal.</param>
    /// <exception cref="MementoException"><c>VALIDATION_FAILED</c>: the text is not a cursor of this form.</exception>
    public static long[] Parse(string cursor, int count, string field = "cursor")
    {
        var parts = cursor.Split('-');
        if (parts.Length != count) throw Unknown(cursor, field);
        var numbers = new long[count];
        for (var i = 0; i < count; i++)
            if (!TryParse(parts[i], out numbers[i])) throw Unknown(cursor, field);
        return numbers;
    }

    /// <summary>Returns the number and the name of a cursor.</summary>
    /// <exception cref="MementoException"><c>VALIDATION_FAILED</c>: the text is not a cursor of this form.</exception>
    public static (long Number, string Name) ParseNamed(string cursor)
    {
        var dash = cursor.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && TryParse(cursor.AsSpan(0, dash), out var number) ? (number, cursor[(dash + 1)..]) : throw Unknown(cursor);
    }

    /// <summary>Returns the name of a cursor; null for no cursor, which is the first page.</summary>
    /// <exception cref="MementoException"><c>VALIDATION_FAILED</c>: the text is not a cursor of this form.</exception>
    public static string? ParseName(string? cursor)
    {
        if (cursor is null) return null;
        try
        {
            var name = StrictUtf8.GetString(Base64Url.DecodeFromChars(cursor));
            if (Names.Problem(name) is null && OfName(name) == cursor) return name;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            // The text is not a cursor, as any other text that fails the check above.
        }

        throw Unknown(cursor);
    }

    private static bool TryParse(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static MementoException Unknown(string cursor, string field = "cursor") =>
        new(Refusal.Invalid(field, $"{Quoted.Text(cursor)} is not a cursor that this list gave"));
}
