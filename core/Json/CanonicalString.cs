using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Memento;

/// <summary>What stands between the quotation marks of a string in <see cref="CanonicalJson"/>: UTF-8 with the fewest escapes.</summary>
internal static class CanonicalString
{
    private const byte Backslash = (byte)'\\';
    private const int HexDigits = 4;

    /// <summary>Rewrites the inside of a JSON string with the fewest escapes; it never gets longer. False if an escape is half a surrogate pair.</summary>
    public static bool TryRewrite(ReadOnlySpan<byte> raw, Span<byte> text, out int written)
    {
        written = 0;
        while (true)
        {
            var plain = raw.IndexOf(Backslash);
            if (plain < 0) plain = raw.Length;
            raw[..plain].CopyTo(text[written..]);
            written += plain;
            if (plain == raw.Length) return true;

            var escape = raw[plain + 1];
            if (escape != 'u')
            {
                if (escape != '/') text[written++] = Backslash;   // the one short escape that is not needed
                text[written++] = escape;
                raw = raw[(plain + 2)..];
                continue;
            }

            var unit = Unit(raw[(plain + 2)..]);
            raw = raw[(plain + 2 + HexDigits)..];
            var rune = new Rune(0);
            if (char.IsSurrogate(unit))
            {
                if (raw is not [Backslash, (byte)'u', ..] || !Rune.TryCreate(unit, Unit(raw[2..]), out rune)) return false;
                raw = raw[(2 + HexDigits)..];
            }
            else
            {
                rune = new Rune(unit);
            }

            written += Write(rune, text[written..]);
        }
    }

    /// <summary>The inside of the canonical string of a text. Half a surrogate pair becomes U+FFFD.</summary>
    public static byte[] Encode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (!bytes.AsSpan().ContainsAny((byte)'"', Backslash) && !bytes.AsSpan().ContainsAnyInRange((byte)0, (byte)0x1F)) return bytes;

        var escaped = new byte[bytes.Length * (2 + HexDigits)];
        var length = 0;
        foreach (var rune in text.EnumerateRunes()) length += Write(rune, escaped.AsSpan(length));
        return escaped[..length];
    }

    /// <summary>The text of the inside of a canonical string.</summary>
    public static string Decode(ReadOnlySpan<byte> canonical)
    {
        if (canonical.IndexOf(Backslash) < 0) return Encoding.UTF8.GetString(canonical);
        var bytes = new byte[canonical.Length];
        var length = 0;
        while (!canonical.IsEmpty) bytes[length++] = Next(ref canonical);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>
    /// Compares the texts of two canonical strings by UTF-16 code units. That is the order of their UTF-8 bytes, except that characters beyond U+FFFF,
    /// being pairs of surrogates there, come before U+E000–U+FFFF.
    /// </summary>
    public static int Compare(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var same = x.CommonPrefixLength(y);
        if (same == x.Length || same == y.Length) return x.Length.CompareTo(y.Length);
        if (x[same] != Backslash && y[same] != Backslash && (same == 0 || x[same - 1] != Backslash)) return Rank(x[same]).CompareTo(Rank(y[same]));

        // They differ at an escape, or in one.
        while (!x.IsEmpty && !y.IsEmpty)
            if (Rank(Next(ref x)).CompareTo(Rank(Next(ref y))) is var order && order != 0) return order;
        return x.Length.CompareTo(y.Length);
    }

    /// <summary>Puts the first bytes of characters in the order of UTF-16: F0–F4 lead to surrogates, D800–DFFF, and EE and EF to E000–FFFF.</summary>
    private static int Rank(byte value) => value is 0xEE or 0xEF ? value + 0x10 : value;

    /// <summary>Takes one byte of the text, which may be written as an escape, off the front.</summary>
    private static byte Next(ref ReadOnlySpan<byte> canonical)
    {
        var first = canonical[0];
        var (value, length) = first != Backslash ? (first, 1) : canonical[1] switch
        {
            (byte)'b' => ((byte)'\b', 2),
            (byte)'t' => ((byte)'\t', 2),
            (byte)'n' => ((byte)'\n', 2),
            (byte)'f' => ((byte)'\f', 2),
            (byte)'r' => ((byte)'\r', 2),
            (byte)'u' => ((byte)Unit(canonical[2..]), 2 + HexDigits),
            var itself => (itself, 2),
        };
        canonical = canonical[length..];
        return value;
    }

    private static int Write(Rune rune, Span<byte> text)
    {
        var letter = rune.Value switch { '"' => (byte)'"', '\\' => Backslash, '\b' => (byte)'b', '\t' => (byte)'t', '\n' => (byte)'n', '\f' => (byte)'f', '\r' => (byte)'r', _ => (byte)0 };
        if (letter == 0 && rune.Value >= ' ') return rune.EncodeToUtf8(text);
        text[0] = Backslash;
        text[1] = letter;
        if (letter != 0) return 2;
        "u00"u8.CopyTo(text[1..]);
        rune.Value.TryFormat(text[4..], out _, "x2", CultureInfo.InvariantCulture);
        return 2 + HexDigits;
    }

    /// <summary>The UTF-16 code unit that four hexadecimal digits say.</summary>
    private static char Unit(ReadOnlySpan<byte> digits)
    {
        Span<byte> bytes = stackalloc byte[2];
        Convert.FromHexString(digits[..HexDigits], bytes, out _, out _);
        return (char)BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }
}
