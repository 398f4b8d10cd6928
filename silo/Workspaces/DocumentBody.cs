using System.Buffers;
using Memento.Http;

namespace Memento.Workspaces;

/// <summary>Reads the value of a document from a body: JSON, or any bytes for a file.</summary>
internal static class DocumentBody
{
    public const string JsonPatchType = "application/json-patch+json", MergePatchType = "application/merge-patch+json";

    public static async Task<DocumentValue> ReadAsync(HttpContext http, DocumentKey key, int maxBytes)
    {
        var content = await ReadBytesAsync(http, maxBytes, key);
        if (key.Kind is DocumentKind.File) return DocumentValue.Bytes(content, http.Request.ContentType);
        if (http.Request.ContentType is not null && !http.Request.HasJsonContentType())
            throw new ProblemException(Problem.Of(http.Request, StatusCodes.Status415UnsupportedMediaType));
        return DocumentValue.Json(content, "body");
    }

    /// <summary>Reads a patch. Plain JSON is a JSON Patch if it is an array and a merge patch otherwise; one that says which it is must be that.</summary>
    public static async Task<byte[]> ReadPatchAsync(HttpContext http, DocumentKey key, int maxBytes)
    {
        if (http.Request.ContentType is not null && !http.Request.HasJsonContentType())
            throw new ProblemException(Problem.Of(http.Request, StatusCodes.Status415UnsupportedMediaType));
        var patch = await ReadBytesAsync(http, maxBytes, key);
        var isArray = patch.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..];
        var wanted = Is(JsonPatchType) ? true : Is(MergePatchType) ? false : isArray;
        return isArray == wanted ? patch : throw new MementoException(Refusal.Invalid("patch", isArray
            ? $"is an array, which {MergePatchType} cannot be here: put the document instead"
            : $"is no array, as {JsonPatchType} must be (RFC 6902)"));

        bool Is(string type) => http.Request.ContentType is { } sent && sent.AsSpan().TrimStart().StartsWith(type, StringComparison.OrdinalIgnoreCase);
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
        new(Refusal.Of(RefusalKind.TooLarge, Codes.SnapshotTooLarge, $"{key} has more than {maxBytes} bytes; at most {maxBytes} are allowed.") with
        {
            Errors = [new("body", $"has more than {maxBytes} bytes")],
        });
}
