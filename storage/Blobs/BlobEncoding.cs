using System.Buffers;
using System.IO.Compression;

namespace Memento.Storage;

/// <summary>How a blob's content lies in the database: as it is, or compressed when that is worth it.</summary>
internal static class BlobEncoding
{
    /// <summary>Removes a blob unless a document or the evidence of a failure has it.</summary>
    public const string DropUnused = """
        DELETE FROM blob WHERE hash = @hash
          AND NOT EXISTS (SELECT 1 FROM document_version v WHERE v.hash = @hash AND v.value IS NULL AND v.hash IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM session_failure f WHERE f.hash = @hex)
        """;

    private const int Plain = 0;
    private const int Brotli = 1;
    private const int WorthCompressing = 512;

    public static (int Encoding, byte[] Content) Encode(byte[] content)
    {
        if (content.Length < WorthCompressing) return (Plain, content);
        var buffer = ArrayPool<byte>.Shared.Rent(content.Length);
        try
        {
            // Quality 4 is where Brotli is as fast as deflate and still smaller.
            return BrotliEncoder.TryCompress(content, buffer.AsSpan(0, content.Length), out var written, quality: 4, window: 18) && written < content.Length - content.Length / 8
                ? (Brotli, buffer[..written])
                : (Plain, content);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Throws <c>STORED_DATA_CORRUPTED</c> if the content cannot be what was stored.</summary>
    public static byte[] Decode(long encoding, long length, byte[] content)
    {
        if (encoding == Plain) return content;
        var decoded = new byte[length];
        return encoding == Brotli && BrotliDecoder.TryDecompress(content, decoded, out var written) && written == length
            ? decoded
            : throw StoreErrors.Corrupted("A blob");
    }
}
