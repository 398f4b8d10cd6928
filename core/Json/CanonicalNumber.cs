using System.Buffers.Text;

namespace Memento;

/// <summary>The one text of a decimal number; see <see cref="CanonicalJson"/>.</summary>
internal static class CanonicalNumber
{
    /// <summary>How many bytes the text can be longer than the number it is made from: zeros, a point, a sign of the exponent.</summary>
    public const int MaxGrowth = MaxPlainExponent + 16;

    private const int MinPlainExponent = -6;
    private const int MaxPlainExponent = 79;

    /// <summary>More than any text's digits can make up for, and far from overflowing.</summary>
    private const long Endless = 1L << 40;

    /// <summary>Writes the text of a number that follows the grammar of JSON. Returns what is wrong with the number, or null.</summary>
    public static string? Write(ReadOnlySpan<byte> number, Span<byte> text, out int written)
    {
        written = 0;
        var digits = number[0] == '-' ? number[1..] : number;
        if (digits.Length <= MaxPlainExponent + 1 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))   // nearly every number
        {
            if (digits[0] == '0') number = digits;   // no negative zero
            number.CopyTo(text);
            written = number.Length;
            return null;
        }

        var exponentAt = digits.IndexOfAny((byte)'e', (byte)'E');
        var exponent = exponentAt < 0 ? 0 : ReadExponent(digits[(exponentAt + 1)..]);
        if (exponentAt >= 0) digits = digits[..exponentAt];
        var point = digits.IndexOf((byte)'.');
        if (point < 0) point = digits.Length;

        var first = digits.IndexOfAnyInRange((byte)'1', (byte)'9');
        if (first < 0)
        {
            text[written++] = (byte)'0';
            return null;
        }

        var last = digits.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        var count = last - first + (first < point && point < last ? 0 : 1);
        if (count > CanonicalJson.MaxDigits) return $"has {count} digits; at most {CanonicalJson.MaxDigits} are allowed";
        exponent += first < point ? point - first - 1 : point - first;
        if (Math.Abs(exponent) > CanonicalJson.MaxExponent) return $"has an exponent beyond ±{CanonicalJson.MaxExponent}";

        if (number[0] == '-') text[written++] = (byte)'-';
        Span<byte> significant = stackalloc byte[count];
        for (int from = first, to = 0; from <= last; from++)
            if (from != point) significant[to++] = digits[from];
        written += exponent is >= MinPlainExponent and <= MaxPlainExponent
            ? WritePlain(significant, (int)exponent, text[written..])
            : WriteScientific(significant, (int)exponent, text[written..]);
        return null;
    }

    private static int WritePlain(ReadOnlySpan<byte> digits, int exponent, Span<byte> text)
    {
        var whole = exponent + 1;   // digits before the point
        if (whole <= 0)
        {
            text[0] = (byte)'0';
            text[1] = (byte)'.';
            text[2..(2 - whole)].Fill((byte)'0');
            digits.CopyTo(text[(2 - whole)..]);
            return 2 - whole + digits.Length;
        }

        if (whole >= digits.Length)
        {
            digits.CopyTo(text);
            text[digits.Length..whole].Fill((byte)'0');
            return whole;
        }

        digits[..whole].CopyTo(text);
        text[whole] = (byte)'.';
        digits[whole..].CopyTo(text[(whole + 1)..]);
        return digits.Length + 1;
    }

    private static int WriteScientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> text)
    {
        var at = 0;
        text[at++] = digits[0];
        if (digits.Length > 1)
        {
            text[at++] = (byte)'.';
            digits[1..].CopyTo(text[at..]);
            at += digits.Length - 1;
        }

        text[at++] = (byte)'e';
        if (exponent > 0) text[at++] = (byte)'+';
        Utf8Formatter.TryFormat(exponent, text[at..], out var length);
        return at + length;
    }

    private static long ReadExponent(ReadOnlySpan<byte> text)
    {
        var negative = text[0] == '-';
        if (text[0] is (byte)'-' or (byte)'+') text = text[1..];
        var exponent = 0L;
        foreach (var digit in text) exponent = Math.Min(exponent * 10 + (digit - '0'), Endless);
        return negative ? -exponent : exponent;
    }
}
