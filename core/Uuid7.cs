using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Memento;

/// <summary>UUID version 7 (RFC 9562, section 5.7) as a pure function: the time comes from the caller, the other 74 bits from a hash of what is named.</summary>
public static class Uuid7
{
    /// <summary>The same name, number and millisecond always give the same id; other names or numbers give another one with the certainty of SHA-256.</summary>
    public static Guid Derive(DateTimeOffset at, string name, long number)
    {
        var size = Encoding.UTF8.GetByteCount(name);
        Span<byte> source = size <= 1024 ? stackalloc byte[size + 8] : new byte[size + 8];
        Encoding.UTF8.GetBytes(name, source);
        BinaryPrimitives.WriteInt64BigEndian(source[size..], number);

        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source, id);
        var milliseconds = at.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)(milliseconds >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(id[2..], (uint)milliseconds);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id[..16], bigEndian: true);
    }
}
