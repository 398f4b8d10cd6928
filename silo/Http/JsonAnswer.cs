using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Memento.Http;

/// <summary>Writes answers: one buffer a thread, a Content-Length, one flush when the request ends.</summary>
internal static class JsonAnswer
{
    private const int LargestKept = 64 * 1024;
    private const string Json = "application/json; charset=utf-8";

    // Readable for people with curl. Safe, because no answer of this kind is ever taken for a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic] private static ArrayBufferWriter<byte>? _buffer;
    [ThreadStatic] private static Utf8JsonWriter? _writer;

    public static void Answer<T>(this HttpContext http, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK, string contentType = Json)
    {
        var buffer = _buffer ??= new(1024);
        var writer = _writer ??= new(buffer, Options);
        writer.Reset(buffer);
        try
        {
            JsonSerializer.Serialize(writer, value, type);
            http.Response.StatusCode = status;
            http.Response.ContentType = contentType;
            http.Response.ContentLength = buffer.WrittenCount;
            http.Response.BodyWriter.Write(buffer.WrittenSpan);
        }
        finally
        {
            buffer.ResetWrittenCount();
            if (buffer.Capacity > LargestKept) (_buffer, _writer) = (null, null);
        }
    }

    /// <summary>201 with the address of what was created.</summary>
    public static void Created<T>(this HttpContext http, T value, JsonTypeInfo<T> type, string? location = null)
    {
        if (location is not null) http.Response.Headers.Location = location;
        http.Answer(value, type, StatusCodes.Status201Created);
    }

    public static void Answer(this HttpContext http, Problem problem)
    {
        if (problem.RetryAfter is { } seconds) http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        http.Answer(problem with { TraceId = http.TraceIdentifier }, HttpJson.Default.Problem, problem.Status, Problem.ContentType);
    }
}
