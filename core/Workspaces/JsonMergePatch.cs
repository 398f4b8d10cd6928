using System.Buffers;

namespace Memento.Workspaces;

/// <summary>JSON Merge Patch, RFC 7386: a value that is laid over another. Objects are merged member by member, <c>null</c> removes a member, and everything else replaces.</summary>
public static class JsonMergePatch
{
    /// <summary>The canonical bytes of the document after the patch: no more than both together, and no deeper than the deeper.</summary>
    /// <param name="canonicalDocument">What <see cref="CanonicalJson.Of"/> made.</param>
    /// <param name="patch">Any JSON text.</param>
    /// <param name="field">What errors call the patch.</param>
    /// <exception cref="MementoException">What <see cref="CanonicalJson.Of"/> throws, for the patch. Any JSON value is a merge patch.</exception>
    public static byte[] Apply(ReadOnlyMemory<byte> canonicalDocument, ReadOnlySpan<byte> patch, string field = "patch")
    {
        var canonicalPatch = CanonicalJson.Of(patch, field);
        var result = new ArrayBufferWriter<byte>(canonicalDocument.Length + canonicalPatch.Length);
        Merge(canonicalDocument, canonicalPatch, result);
        return result.WrittenSpan.ToArray();
    }

    /// <summary>Both have their members in the same order, so one walk over both writes the result in that order. Goes as deep as the patch, which is bounded.</summary>
    /// <param name="target">Empty if nothing is there.</param>
    private static void Merge(ReadOnlyMemory<byte> target, ReadOnlyMemory<byte> patch, ArrayBufferWriter<byte> result)
    {
        if (!IsObject(patch))
        {
            result.Write(patch.Span);
            return;
        }

        var (mine, theirs) = (IsObject(target) ? target[1..^1] : default, patch[1..^1]);
        var hasMine = CanonicalScan.NextMember(ref mine, out var name, out var value);
        var hasTheirs = CanonicalScan.NextMember(ref theirs, out var newName, out var newValue);
        var separator = (byte)'{';
        while (hasMine || hasTheirs)
        {
            var order = !hasTheirs ? -1 : !hasMine ? 1 : CanonicalString.Compare(name.Span, newName.Span);
            if (order < 0)
            {
                Begin(name);
                result.Write(value.Span);
            }
            else if (!newValue.Span.SequenceEqual("null"u8))
            {
                Begin(newName);
                Merge(order == 0 ? value : default, newValue, result);
            }

            if (order <= 0) hasMine = CanonicalScan.NextMember(ref mine, out name, out value);
            if (order >= 0) hasTheirs = CanonicalScan.NextMember(ref theirs, out newName, out newValue);
        }

        result.Write(separator == '{' ? "{}"u8 : "}"u8);

        void Begin(ReadOnlyMemory<byte> itsName)
        {
            result.Write([separator, (byte)'"']);
            result.Write(itsName.Span);
            result.Write("\":"u8);
            separator = (byte)',';
        }
    }

    private static bool IsObject(ReadOnlyMemory<byte> text) => !text.IsEmpty && text.Span[0] == '{';
}
