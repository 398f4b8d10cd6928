using System.Text.Json;

namespace Memento.Rollback;

/// <summary>The difference of two JSON documents.</summary>
public static class JsonDiff
{
    /// <summary>How documents are read here. Deeper ones are no longer documents; recursion is bounded by <see cref="DiffOptions.MaxDepth"/>.</summary>
    internal static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1024 };

    /// <summary>
    /// What changed from one document to the other. Both are UTF-8 JSON in canonical form: no white space, members sorted by UTF-16 code units and each there once, equal values with equal bytes.
    /// <list type="bullet">
    /// <item>Objects are compared member by member; a value that is found under another name of the same object was moved.</item>
    /// <item>Arrays: elements with ids are matched by them (<see cref="DiffOptions.ArrayIds"/>); others by content, keeping as many in their order as possible. Elements that are the same but out of
    /// order were moved. What is left over between two that stayed is paired where it is alike, and compared inside.</item>
    /// <item>A value that is gone from one place and is new at one other place of the document was moved, if it is long enough not to be equal by chance.</item>
    /// <item>Anything else that differs was updated, deleted or created.</item>
    /// </list>
    /// Without ignored paths, comparers and too many changes the delta is exact: <see cref="JsonDelta.Apply"/> gives <paramref name="after"/>, and its inverse gives <paramref name="before"/>.
    /// Time grows as n log n with the size of the documents, whatever they hold; only the search for the longest common order of elements tries harder, for a bounded while.
    /// </summary>
    /// <exception cref="MementoException"><c>VALIDATION_FAILED</c>: an option breaks its rule.</exception>
    /// <exception cref="JsonException">A document is not well-formed.</exception>
    public static JsonDelta Compare(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, DiffOptions? options = null)
    {
        options ??= DiffOptions.Exact;
        if (options.Problems() is { IsEmpty: false } problems) throw new MementoException(Refusal.Invalid(problems));
        if (before.Span.SequenceEqual(after.Span)) return JsonDelta.None;

        using var from = JsonDocument.Parse(before, Reading);
        using var to = JsonDocument.Parse(after, Reading);
        return new Comparison(options).Run(from.RootElement, to.RootElement);
    }
}
