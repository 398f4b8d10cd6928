using System.Buffers.Binary;
using System.Globalization;

namespace Memento.Cli.Git;

/// <summary>A git object's hash as a value: 20 bytes of SHA-1, or 32 of SHA-256.</summary>
internal readonly record struct ObjectId : IComparable<ObjectId>
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;
    private readonly byte _digits;

    private ObjectId(UInt128 high, UInt128 low, int digits) => (_high, _low, _digits) = (high, low, (byte)digits);

    /// <summary>Reads 40 or 64 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out ObjectId id)
    {
        id = default;
        if (hex.Length is not (40 or 64)) return false;
        Span<char> padded = stackalloc char[64];
        padded.Fill('0');
        hex.CopyTo(padded);
        if (!UInt128.TryParse(padded[..32], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)) return false;
        if (!UInt128.TryParse(padded[32..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)) return false;
        id = new(high, low, hex.Length);
        return true;
    }

    /// <summary>Reads what git wrote. Throws <see cref="InvalidDataException"/> if it is no hash.</summary>
    public static ObjectId Parse(ReadOnlySpan<byte> hex)
    {
        Span<char> chars = stackalloc char[64];
        if (hex.Length <= 64 && System.Text.Encoding.ASCII.GetChars(hex, chars) is var length && TryParse(chars[..length], out var id)) return id;
        throw new InvalidDataException($"git answered something that is not a hash: {System.Text.Encoding.ASCII.GetString(hex)}");
    }

    public int CompareTo(ObjectId other) => _high.CompareTo(other._high) is not 0 and var order ? order : _low.CompareTo(other._low);

    /// <summary>The hexadecimal digits, lower case.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], _low);
        return Convert.ToHexStringLower(bytes[..(_digits / 2)]);
    }
}
