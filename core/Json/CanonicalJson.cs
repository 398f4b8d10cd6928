namespace Memento;

/// <summary>
/// The one form of a JSON value: equal values have equal bytes, so values can be compared and hashed as bytes.
/// <list type="bullet">
/// <item>UTF-8, no white space.</item>
/// <item>Members of objects in the order of their names by UTF-16 code units, and strings with the fewest escapes, both as RFC 8785 says:
/// only <c>"</c>, <c>\</c> and U+0000–U+001F are escaped, in the short form where there is one, else as <c>\u00xx</c> in lower case.</item>
/// <item>Numbers are exact decimals that never pass through a <see cref="double"/>. Without leading zeros, trailing zeros of the fraction, a plus or a negative zero.
/// With d.ddd × 10ˣ as the value: plain digits (<c>0.000001</c>, <c>12.5</c>, <c>1000</c>) where x is from −6 to 79, so that integers of 256 bits stay integers;
/// <c>d.ddde+x</c> or <c>d.ddde-x</c> elsewhere.</item>
/// </list>
/// </summary>
public static class CanonicalJson
{
    /// <summary>Deepest nesting: <c>[]</c> is one level deep, a number none.</summary>
    public const int MaxDepth = 64;

    /// <summary>Most digits of a number, from the first to the last that is not zero.</summary>
    public const int MaxDigits = 1_000;

    /// <summary>Largest size of a number's exponent, as written with one digit before the point.</summary>
    public const int MaxExponent = 1_000_000;

    /// <summary>The form of a value. Applied to its own result it gives the same bytes.</summary>
    /// <param name="utf8">Any JSON text; as long as an array can be.</param>
    /// <param name="field">What errors call the value.</param>
    /// <param name="maxDepth">Deepest nesting that is taken.</param>
    /// <exception cref="MementoException">
    /// <c>MALFORMED_REQUEST</c>: no JSON, or no UTF-8.
    /// <c>VALIDATION_FAILED</c>: an object has a name twice, a <c>\u</c> escape is half a surrogate pair, the nesting is too deep, or a number is beyond <see cref="MaxDigits"/> or <see cref="MaxExponent"/>.
    /// </exception>
    public static byte[] Of(ReadOnlySpan<byte> utf8, string field = "value", int maxDepth = MaxDepth)
    {
        var writer = new CanonicalWriter(field, maxDepth, utf8.Length);
        try
        {
            writer.Write(utf8);
            return writer.Written.ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }
}
