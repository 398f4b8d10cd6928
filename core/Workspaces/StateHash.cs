using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Memento.Workspaces;

/// <summary>
/// A hash of a set of documents that changes with each document in constant time, whatever the set holds: the sum modulo 2²⁵⁶ of one SHA-256 for each document
/// (AdHash; Bellare and Micciancio, "A New Paradigm for Collision-free Hashing", 1997). The order in which documents came does not matter.
/// <para>
/// Two sets with one hash are the same set, as far as accidents, bugs and corruption go. It is no proof against an adversary: who can choose the values of many documents
/// can look for other sets with the same sum by a generalised birthday attack, with far less work than for a collision of SHA-256.
/// </para>
/// <para>
/// What is hashed of a document: the tag, then kind, id, content type and value hash, each after its length in bytes (32 bits, little-endian; all ones for no content type), text as UTF-8.
/// The sum is of numbers read from the digests as big-endian.
/// </para>
/// </summary>
public readonly struct StateHash : IEquatable<StateHash>
{
    /// <summary>Characters of the hash as text.</summary>
    public const int TextLength = 64;

    private const int Parts = 4;
    private const int OnStack = 1_024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // 64 bits each, the most significant first.
    private readonly ulong a, b, c, d;

    private StateHash(ulong a, ulong b, ulong c, ulong d) => (this.a, this.b, this.c, this.d) = (a, b, c, d);

    /// <summary>The hash of no documents.</summary>
    public static StateHash Empty => default;

    private static ReadOnlySpan<byte> Tag => "memento.state.1"u8;

    public static bool operator ==(StateHash left, StateHash right) => left.Equals(right);

    public static bool operator !=(StateHash left, StateHash right) => !left.Equals(right);

    /// <summary>Reads what <see cref="ToString"/> wrote. Throws <c>VALIDATION_FAILED</c> for the field if it is something else.</summary>
    public static StateHash Parse(string text, string field = "stateHash")
    {
        if (text.Length != TextLength || !text.All(char.IsAsciiHexDigitLower))
            throw new MementoException(Refusal.Invalid(field, $"{Quoted.Text(text)} is no state hash: it must be {TextLength} hexadecimal digits in lower case"));
        return Read(Convert.FromHexString(text));
    }

    /// <summary>The hash with one document more.</summary>
    /// <param name="valueHash">Hash of the document's value, of any length.</param>
    /// <exception cref="EncoderFallbackException">A text has half a surrogate pair; names that were checked have none.</exception>
    public StateHash Add(string kind, string id, string? contentType, ReadOnlySpan<byte> valueHash)
    {
        var other = Of(kind, id, contentType, valueHash);
        var carry = 0UL;
        var sumD = Sum(d, other.d, ref carry);
        var sumC = Sum(c, other.c, ref carry);
        var sumB = Sum(b, other.b, ref carry);
        return new(Sum(a, other.a, ref carry), sumB, sumC, sumD);
    }

    /// <summary>The hash without a document that was added with the same arguments.</summary>
    /// <inheritdoc cref="Add"/>
    public StateHash Remove(string kind, string id, string? contentType, ReadOnlySpan<byte> valueHash)
    {
        var other = Of(kind, id, contentType, valueHash);
        var borrow = 0UL;
        var restD = Difference(d, other.d, ref borrow);
        var restC = Difference(c, other.c, ref borrow);
        var restB = Difference(b, other.b, ref borrow);
        return new(Difference(a, other.a, ref borrow), restB, restC, restD);
    }

    public bool Equals(StateHash other) => a == other.a && b == other.b && c == other.c && d == other.d;

    public override bool Equals(object? obj) => obj is StateHash other && Equals(other);

    public override int GetHashCode() => d.GetHashCode();

    /// <summary>64 hexadecimal digits in lower case.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{a:x16}{b:x16}{c:x16}{d:x16}");

    private static StateHash Of(string kind, string id, string? contentType, ReadOnlySpan<byte> valueHash)
    {
        var most = Tag.Length + Parts * sizeof(uint) + Strict.GetMaxByteCount(kind.Length + id.Length + (contentType?.Length ?? 0)) + valueHash.Length;
        var rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        try
        {
            var input = rented ?? stackalloc byte[OnStack];
            Tag.CopyTo(input);
            var rest = WriteText(contentType, WriteText(id, WriteText(kind, input[Tag.Length..])));
            BinaryPrimitives.WriteInt32LittleEndian(rest, valueHash.Length);
            valueHash.CopyTo(rest[sizeof(uint)..]);
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(input[..(input.Length - rest.Length + sizeof(uint) + valueHash.Length)], digest);
            return Read(digest);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static Span<byte> WriteText(string? text, Span<byte> space)
    {
        var length = text is null ? 0 : Strict.GetBytes(text, space[sizeof(uint)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(space, text is null ? uint.MaxValue : (uint)length);
        return space[(sizeof(uint) + length)..];
    }

    private static StateHash Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    private static ulong Sum(ulong x, ulong y, ref ulong carry)
    {
        var sum = (UInt128)x + y + carry;
        carry = (ulong)(sum >> 64);
        return (ulong)sum;
    }

    private static ulong Difference(ulong x, ulong y, ref ulong borrow)
    {
        var rest = (UInt128)x - y - borrow;
        borrow = (ulong)(rest >> 64) & 1;
        return (ulong)rest;
    }
}
