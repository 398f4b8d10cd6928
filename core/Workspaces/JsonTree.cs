namespace Memento.Workspaces;

/// <summary>An immutable JSON value that shares all it can: with the text that it was read from, and with the values that it was made from. Opened only where somebody looks inside.</summary>
internal sealed class JsonTree
{
    private readonly ReadOnlyMemory<byte> text;
    private JsonRope? items;
    private bool opened;
    private int? depth;

    /// <param name="text">Canonical text.</param>
    /// <param name="depth">Its nesting, if that is known.</param>
    public JsonTree(ReadOnlyMemory<byte> text, int? depth = null)
    {
        (this.text, this.depth) = (text, depth);
        Size = text.Length;
        IsObject = text.Span[0] == '{';
        IsArray = text.Span[0] == '[';
    }

    private JsonTree(bool isObject, JsonRope? items)
    {
        (IsObject, IsArray, this.items, opened) = (isObject, !isObject, items, true);
        Size = 2 + (items?.Size ?? 0);
    }

    public bool IsObject { get; }

    public bool IsArray { get; }

    /// <summary>Length of the canonical text.</summary>
    public long Size { get; }

    /// <summary>Levels of nesting: <c>[]</c> is one, a number none.</summary>
    public int Depth => depth ??= opened && (IsObject || IsArray) ? 1 + (items?.Depth ?? 0) : CanonicalScan.Depth(text.Span);

    /// <summary>Members or elements; null if there are none.</summary>
    public JsonRope? Items
    {
        get
        {
            if (opened) return items;
            items = IsObject || IsArray ? JsonRope.Read(text[1..^1], IsObject) : null;
            opened = true;
            return items;
        }
    }

    /// <summary>What kind of value this is, for messages.</summary>
    public string Noun => IsObject ? "an object" : IsArray ? "an array" : "a value";

    /// <summary>The same object or array with one item, or none, in the place of this many others.</summary>
    public JsonTree With(int index, int removed, JsonRope? item) => new(IsObject, JsonRope.Splice(Items, index, removed, item));

    /// <summary>Writes the canonical text and returns what is left of the space.</summary>
    public Span<byte> Write(Span<byte> space)
    {
        if (!text.IsEmpty)
        {
            text.Span.CopyTo(space);
            return space[text.Length..];
        }

        space[0] = (byte)(IsObject ? '{' : '[');
        space = items is null ? space[1..] : items.Write(space[1..]);
        space[0] = (byte)(IsObject ? '}' : ']');
        return space[1..];
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }
}
