using System.Text;

namespace Memento.Workspaces;

/// <summary>JSON Patch, RFC 6902: a list of operations on a JSON value that are done in their order, all or none.</summary>
public static class JsonPatch
{
    /// <summary>Most operations of one patch.</summary>
    public const int MaxOperations = 10_000;

    /// <summary>Default of the most bytes that a document may have, after any of the operations.</summary>
    public const int DefaultMaxResultBytes = 10 * 1024 * 1024;

    private const int LongestQuote = 64;

    /// <summary>
    /// The canonical bytes of the document after the patch. The time is that of reading both, plus a logarithmic part for each operation;
    /// the memory is that of the document, the patch and the result, as copies share what they copy.
    /// </summary>
    /// <param name="canonicalDocument">What <see cref="CanonicalJson.Of"/> made, with its own bound on nesting.</param>
    /// <param name="patch">Any JSON text.</param>
    /// <param name="field">What errors call the patch.</param>
    /// <param name="maxResultBytes">Most bytes of the document after any of the operations.</param>
    /// <exception cref="MementoException">
    /// What <see cref="CanonicalJson.Of"/> throws, for the patch.
    /// <c>VALIDATION_FAILED</c>: an operation is not well formed, or not possible in this document: the error names it, the pointer and the reason.
    /// <c>PATCH_TEST_FAILED</c>: a <c>test</c> met another value, or none.
    /// <c>TOO_LARGE</c>: the document got larger than allowed.
    /// </exception>
    public static byte[] Apply(ReadOnlyMemory<byte> canonicalDocument, ReadOnlySpan<byte> patch, string field = "patch", int maxResultBytes = DefaultMaxResultBytes)
    {
        const int around = 2;   // the array of operations, and the operation that a value is in
        var operations = JsonPatchOperation.ReadAll(CanonicalJson.Of(patch, field, CanonicalJson.MaxDepth + around), field, MaxOperations);
        var document = new JsonTree(canonicalDocument);
        foreach (var operation in operations)
        {
            document = Apply(document, operation);
            if (document.Size > maxResultBytes)
                throw new MementoException(Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"{operation.Field}: after it the document would have {document.Size} bytes; at most {maxResultBytes} are allowed."));
            if (document.Depth > CanonicalJson.MaxDepth)
                throw operation.Impossible("path", operation.Path, $"the document would be nested {document.Depth} levels deep; at most {CanonicalJson.MaxDepth} are allowed");
        }

        return document.ToBytes();
    }

    private static JsonTree Apply(JsonTree document, JsonPatchOperation operation)
    {
        var path = new JsonPlace(operation, "path", operation.Path);
        var from = new JsonPlace(operation, "from", operation.From);
        switch (operation.Verb)
        {
            case JsonPatchVerb.Add: return path.Add(document, new(operation.Value));
            case JsonPatchVerb.Remove: return path.Remove(document);
            case JsonPatchVerb.Replace: return path.Replace(document, new(operation.Value));
            case JsonPatchVerb.Copy: return path.Add(document, from.Get(document));
            case JsonPatchVerb.Move:
                if (from.Pointer.Contains(path.Pointer)) throw operation.Impossible("path", path.Pointer, $"it is inside {from.Pointer.Quoted}, and a value cannot be moved into itself");
                var moved = from.Get(document);
                return from.Pointer.Equals(path.Pointer) ? document : path.Add(from.Remove(document), moved);
            default:
                Test(document, path, operation);
                return document;
        }
    }

    private static void Test(JsonTree document, JsonPlace path, JsonPatchOperation operation)
    {
        if (path.TryGet(document, out var why) is not { } actual) throw operation.Unfulfilled(why);
        if (actual.Size == operation.Value.Length && actual.ToBytes().AsSpan().SequenceEqual(operation.Value.Span)) return;
        throw operation.Unfulfilled($"the value is {Describe(actual)}, not {Describe(new(operation.Value))}");
    }

    private static string Describe(JsonTree value) => value.Size <= LongestQuote ? Encoding.UTF8.GetString(value.ToBytes()) : $"{value.Noun} of {value.Size} bytes";
}
