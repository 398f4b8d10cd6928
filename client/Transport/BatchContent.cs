using System.Net;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Transport;

/// <summary>The body of a batch, written straight to the connection: values are neither copied nor held a second time.</summary>
internal sealed class BatchContent : HttpContent
{
    private const int FlushAt = 64 * 1024;

    private readonly WriteDocuments _request;

    public BatchContent(WriteDocuments request)
    {
        _request = request;
        Headers.ContentType = new("application/json");
    }

    /// <summary>Throws <c>VALIDATION_FAILED</c> for what would make the body something else than JSON.</summary>
    public static void Check(WriteDocuments request)
    {
        if (request.Operations.IsDefault) throw new MementoException(Refusal.Invalid("operations", "is missing"));
        for (var i = 0; i < request.Operations.Length; i++)
        {
            if (request.Operations[i].Patch is not { } patch) continue;
            try
            {
                using var document = JsonDocument.Parse(patch);
            }
            catch (JsonException e)
            {
                throw new MementoException(Refusal.Invalid($"operations[{i}].patch", $"is not JSON: {e.Message}"));
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var writer = new Utf8JsonWriter(stream, new() { SkipValidation = true });
        writer.WriteStartObject();
        if (_request.SessionId is { } session) writer.WriteString("sessionId", session);
        if (_request.AgentId is { } agent) writer.WriteString("agentId", agent);
        writer.WriteStartArray("operations");
        foreach (var operation in _request.Operations)
        {
            Write(writer, operation);
            if (writer.BytesPending >= FlushAt) await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static void Write(Utf8JsonWriter writer, DocumentOperation operation)
    {
        writer.WriteStartObject();
        writer.WriteString("op", NamedEnumConverter<DocumentOp>.NameOf(operation.Op));
        writer.WriteString("kind", NamedEnumConverter<DocumentKind>.NameOf(operation.Kind));
        writer.WriteString("id", operation.Id);
        if (operation.Value is { IsJson: true } json)
        {
            writer.WritePropertyName("value");
            writer.WriteRawValue(json.Content, skipInputValidation: true);
        }
        else if (operation.Value is { } bytes)
        {
            writer.WriteBase64String("base64", bytes.Content);
            writer.WriteString("contentType", bytes.ContentType);
        }

        if (operation.Patch is { } patch)
        {
            writer.WritePropertyName("patch");
            writer.WriteRawValue(patch, skipInputValidation: true);
        }

        if (operation.IfMatch is { } etag) writer.WriteString("ifMatch", etag);
        if (operation.IfAbsent) writer.WriteString("ifNoneMatch", Etag.Any);
        writer.WriteEndObject();
    }
}
