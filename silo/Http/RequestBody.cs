using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Memento.Http;

/// <summary>Turns the bytes of a body into a value, or says no.</summary>
internal delegate T BodyParser<out T>(ReadOnlySpan<byte> body);

/// <summary>
/// Reads bodies: whole, bounded, straight from the connection's buffers. Not JSON → 400; JSON that does not fit → 422 with the fields at
/// fault.
/// </summary>
internal static class RequestBody
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a body that must be there.</summary>
    public static ValueTask<T> ReadAsync<T>(HttpContext http, int maxBytes, JsonTypeInfo<T> type) where T : class => ReadAsync(http, maxBytes, body => Parse(body, type));

    /// <summary>Reads a body that may be absent or empty.</summary>
    public static ValueTask<T> ReadOrDefaultAsync<T>(HttpContext http, int maxBytes, JsonTypeInfo<T> type, T absent) where T : class =>
        ReadAsync(http, maxBytes, body => body.IsEmpty ? absent : Parse(body, type), optional: true);

    public static async ValueTask<T> ReadAsync<T>(HttpContext http, int maxBytes, BodyParser<T> parse, bool optional = false)
    {
        var declared = http.Request.ContentLength;
        var absent = optional && (declared is 0 || http.Request.ContentType is null);
        if (!absent && !http.Request.HasJsonContentType())
            throw new ProblemException(Problem.Of(http.Request, StatusCodes.Status415UnsupportedMediaType));
        if (declared > maxBytes) throw TooLarge(maxBytes);

        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            var buffer = read.Buffer;
            var taken = buffer.Start;
            try
            {
                if (buffer.Length > maxBytes) { taken = buffer.End; throw TooLarge(maxBytes); }
                if (!read.IsCompleted) continue;
                taken = buffer.End;
                return Parse(buffer, parse);
            }
            finally
            {
                reader.AdvanceTo(taken, buffer.End);
            }
        }
    }

    /// <summary>Reads JSON. Throws <see cref="MementoException"/> with each field that does not fit.</summary>
    public static T Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type, string path = "") => JsonInput.Read(body, type, "body", path);

    private static T Parse<T>(in ReadOnlySequence<byte> buffer, BodyParser<T> parse)
    {
        if (buffer.IsSingleSegment) return ParseText(buffer.FirstSpan, parse);
        var length = (int)buffer.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            buffer.CopyTo(rented);
            return ParseText(rented.AsSpan(0, length), parse);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static T ParseText<T>(ReadOnlySpan<byte> body, BodyParser<T> parse)
    {
        // The parser looks into strings only where it needs them; what it skips must be text all the same.
        if (!Utf8.IsValid(body)) throw ProblemException.Malformed("body", "is not valid UTF-8");
        return parse(body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body);
    }

    private static ProblemException TooLarge(int maxBytes) => new(Problem.BodyTooLarge(
        $"The body is larger than {maxBytes} bytes ({HttpOptions.Section}:{nameof(HttpOptions.MaxBodyBytes)}).", $"is larger than {maxBytes} bytes"));
}
