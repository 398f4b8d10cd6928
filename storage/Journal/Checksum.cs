using System.IO.Hashing;

namespace Memento.Storage;

/// <summary>XXH3 (64 bits) over a payload, seeded with where it belongs, so that a payload that moved is found as well as one that changed. It finds accidents, not attackers.</summary>
internal static class Checksum
{
    public static long Of(long streamId, long position, ReadOnlySpan<byte> payload) =>
        unchecked((long)XxHash3.HashToUInt64(payload, (streamId * -0x61C8864680B583EB) ^ position));

    /// <summary>Throws <c>STORED_DATA_CORRUPTED</c> unless the checksum is right.</summary>
    public static void Check(string what, long streamId, long position, ReadOnlySpan<byte> payload, long expected)
    {
        if (Of(streamId, position, payload) != expected) throw StoreErrors.Corrupted($"{what} {position} of stream {streamId}");
    }
}
