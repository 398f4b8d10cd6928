using System.Buffers;
using Memento.Http;

namespace Memento.Workspaces;

/// <summary>Reads the value of a document from a body: JSON, or any bytes for a file.</summary>
internal static class DocumentBody
{
    public static async Task<DocumentValue> ReadAsync(HttpContext http, DocumentKey key, int maxBytes)
    {
        var content = await ReadBytesAsync(http, maxBytes, key);
        if (key.Kind is DocumentKind.File) return DocumentValue.Bytes(content, http.Request.ContentType);
        if (http.Request.ContentType is not null && !http.Request.HasJsonContentType())
            throw new ProblemException(Problem.Of(http.Request, StatusCodes.Status415UnsupportedMediaType));
        return DocumentValue.Json(content, "body");
    }

    /// <summary>Reads the whole body. Throws <c>SNAPSHOT_TOO_LARGE</c> as soon as it is known to be longer than allowed.</summary>
    public static async Task<byte[]> ReadBytesAsync(HttpContext http, int maxBytes, DocumentKey key)
    {
        if (http.Request.ContentLength > maxBytes) throw TooLarge(key, maxBytes);
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            var buffer = read.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.End);
                throw TooLarge(key, maxBytes);
            }

            if (read.IsCompleted)
            {
                var content = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return content;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static MementoException TooLarge(DocumentKey key, int maxBytes) =>
        new(Refusal.Of(RefusalKind.TooLarge, Codes.SnapshotTooLarge, $"{key} has more than {maxBytes} bytes; at most {maxBytes} are allowed."));
}
