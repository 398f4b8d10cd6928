using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Memento.Http;

namespace Memento.Workspaces;

/// <summary>A batch as it is sent: values as JSON or base64.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BatchBody
{
    public string? SessionId { get; init; }
    public string? AgentId { get; init; }
    public required ImmutableArray<BatchOperation> Operations { get; init; }

    public static WriteDocuments Parse(ReadOnlySpan<byte> body)
    {
        var batch = RequestBody.Parse(body, HttpJson.Default.BatchBody);
        if (batch.Operations.IsDefault) throw new MementoException(Refusal.Invalid("operations", "is missing"));
        return new() { SessionId = batch.SessionId, AgentId = batch.AgentId, Operations = [.. batch.Operations.Select(Operation)] };
    }

    private static DocumentOperation Operation(BatchOperation operation, int index)
    {
        var field = $"operations[{index}]";
        if (operation is null) throw new MementoException(Refusal.Invalid(field, "is null; must be an object"));
        return new()
        {
            Op = operation.Op,
            Kind = operation.Kind,
            Id = operation.Id,
            Value = operation.Op is DocumentOp.Put ? operation.ReadValue(field) : null,
            Patch = operation.Patch.ValueKind is JsonValueKind.Undefined ? null : JsonMarshal.GetRawUtf8Value(operation.Patch).ToArray(),
            IfMatch = operation.IfMatch,
            IfAbsent = operation.IfNoneMatch switch
            {
                null => false,
                Etag.Any => true,
                _ => throw new MementoException(Refusal.Invalid($"{field}.ifNoneMatch", $"is {Quoted.Text(operation.IfNoneMatch)}; must be *")),
            },
        };
    }
}

/// <summary>One operation of a batch as it is sent.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BatchOperation
{
    public required DocumentOp Op { get; init; }
    public required DocumentKind Kind { get; init; }
    public required string Id { get; init; }

    /// <summary>The new value, for put.</summary>
    public JsonElement Value { get; init; }

    /// <summary>The new value in base64, for put: any bytes for a file, JSON otherwise.</summary>
    public string? Base64 { get; init; }

    /// <summary>Media type of a file.</summary>
    public string? ContentType { get; init; }

    /// <summary>An RFC 6902 patch (an array) or an RFC 7386 merge patch, for patch.</summary>
    public JsonElement Patch { get; init; }

    /// <summary>The ETag that the document must have; <c>*</c> = it must exist.</summary>
    public string? IfMatch { get; init; }

    /// <summary><c>*</c> = the document must not exist.</summary>
    public string? IfNoneMatch { get; init; }

    public DocumentValue ReadValue(string field)
    {
        var hasValue = Value.ValueKind is not JsonValueKind.Undefined;   // null is a value
        if (hasValue && Base64 is not null) throw new MementoException(Refusal.Invalid($"{field}.base64", "stands beside value; one of them is allowed"));
        if (hasValue)
        {
            var text = JsonMarshal.GetRawUtf8Value(Value);   // as it was sent: what is wrong with it must not be mended on the way
            return Kind is DocumentKind.File ? DocumentValue.Bytes(text.ToArray(), ContentType ?? "application/json") : DocumentValue.Json(text, $"{field}.value");
        }

        if (Base64 is null) throw new MementoException(Refusal.Invalid($"{field}.value", "is missing"));
        try
        {
            var bytes = Convert.FromBase64String(Base64);
            return Kind is DocumentKind.File ? DocumentValue.Bytes(bytes, ContentType) : DocumentValue.Json(bytes, $"{field}.base64");
        }
        catch (FormatException)
        {
            throw new MementoException(Refusal.Invalid($"{field}.base64", "is not base64 (RFC 4648)"));
        }
    }
}
