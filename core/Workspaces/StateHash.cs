using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Workspaces;

/// <summary>
/// Hash of a set of documents that follows each change without looking at the others: the sum, modulo 2^256, of a SHA-256 per document (AdHash; Bellare and Micciancio, 1997).
/// The order of changes does not matter, and undoing one gives the hash before it. Two different sets have the same hash by accident with a probability of 2^-256.
/// It is no defence against somebody who may choose many values: sums can be made to meet with far less than 2^128 work (Wagner's generalised birthday attack, 2002).
/// Use the journal's chain to find tampering.
/// </summary>
[GenerateSerializer, Immutable, Alias("memento.StateHash"), JsonConverter(typeof(HexConverter<StateHash>))]
public readonly record struct StateHash([property: Id(0)] ulong A, [property: Id(1)] ulong B, [property: Id(2)] ulong C, [property: Id(3)] ulong D) : IHex<StateHash>
{
    private const int Longest = 1024;

    /// <summary>The hash of no documents.</summary>
    public static StateHash Empty => default;

    /// <summary>With one document more.</summary>
    public StateHash Add(DocumentKey key, ContentHash value, string? contentType)
    {
        var (a, b, c, d) = Element(key, value, contentType);
        var (sumD, carry) = Add(D, d, 0);
        (var sumC, carry) = Add(C, c, carry);
        (var sumB, carry) = Add(B, b, carry);
        return new(A + a + carry, sumB, sumC, sumD);
    }

    /// <summary>With one document less.</summary>
    public StateHash Remove(DocumentKey key, ContentHash value, string? contentType)
    {
        var (a, b, c, d) = Element(key, value, contentType);
        var (restD, borrow) = Subtract(D, d, 0);
        (var restC, borrow) = Subtract(C, c, borrow);
        (var restB, borrow) = Subtract(B, b, borrow);
        return new(A - a - borrow, restB, restC, restD);
    }

    /// <summary>With a version in place of another; null or deleted = none.</summary>
    public StateHash Replace(DocumentVersion? before, DocumentVersion? after)
    {
        var hash = this;
        if (before is { Hash: { } old }) hash = hash.Remove(before.Key, old, before.ContentType);
        if (after is { Hash: { } value }) hash = hash.Add(after.Key, value, after.ContentType);
        return hash;
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";

    /// <summary>Reads 64 hexadecimal digits. Throws <see cref="FormatException"/> for anything else.</summary>
    public static StateHash Parse(string digits)
    {
        var (a, b, c, d) = ContentHash.Parse(digits);
        return new(a, b, c, d);
    }

    private static (ulong Sum, ulong Carry) Add(ulong x, ulong y, ulong carry)
    {
        var sum = x + y + carry;
        return (sum, carry == 0 ? (sum < x ? 1UL : 0) : sum <= x ? 1UL : 0);
    }

    private static (ulong Difference, ulong Borrow) Subtract(ulong x, ulong y, ulong borrow) => (x - y - borrow, x < y || (x == y && borrow == 1) ? 1UL : 0);

    /// <summary>SHA-256 of kind, id, type and value, with their lengths, so that no two documents are written alike.</summary>
    private static ContentHash Element(DocumentKey key, ContentHash value, string? contentType)
    {
        Span<byte> buffer = stackalloc byte[Longest];
        var needed = 9 + Encoding.UTF8.GetByteCount(key.Id) + Encoding.UTF8.GetByteCount(contentType ?? "") + ContentHash.Size;
        if (needed > Longest) buffer = new byte[needed];

        buffer[0] = (byte)key.Kind;
        var length = 9;
        var written = Encoding.UTF8.GetBytes(key.Id, buffer[length..]);
        BinaryPrimitives.WriteInt32BigEndian(buffer[1..], written);
        length += written;
        written = Encoding.UTF8.GetBytes(contentType ?? "", buffer[length..]);
        BinaryPrimitives.WriteInt32BigEndian(buffer[5..], contentType is null ? -1 : written);
        length += written;
        value.CopyTo(buffer[length..]);
        return ContentHash.Of(buffer[..(length + ContentHash.Size)]);
    }
}
