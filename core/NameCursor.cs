using System.Buffers.Text;
using System.Text;

namespace Memento;

/// <summary>The cursor of a list in the order of names: the last name of a page, so written that no name is taken for one by mistake.</summary>
public static class NameCursor
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    /// <summary>The name that the page begins after, or null for the first page. Throws <c>VALIDATION_FAILED</c> for what is no cursor.</summary>
    public static string? Parse(string? cursor)
    {
        if (cursor is null) return null;
        try
        {
            var name = StrictUtf8.GetString(Base64Url.DecodeFromChars(cursor));
            if (Names.Problem(name) is null && Of(name) == cursor) return name;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            // Then it is none either.
        }

        throw new MementoException(Refusal.Invalid("cursor", $"{Quoted.Text(cursor)} is not a cursor that this list gave"));
    }
}
