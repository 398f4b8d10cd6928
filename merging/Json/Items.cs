using System.Text.Json;

namespace Merging.Json;

/// <summary>The kinds of items that can move from place to place.</summary>
internal enum ItemKind
{
    /// <summary>An object or array.</summary>
    Container = 0,
    /// <summary>A text in an array.</summary>
    Text,
    /// <summary>A member with a text or number, written as name and value.</summary>
    Member,
    /// <summary>The key of an object and one of its texts: two members.</summary>
    Keyed,
}

/// <summary>
/// Finds the items in a value that are likely to be the same wherever they stand: objects and arrays, texts in arrays, members with a
/// scalar value, and for an object with a key each of its texts together with the key.
/// </summary>
/// <param name="keyNames">Members that can be keys, in UTF-8.</param>
internal sealed class Items(byte[][] keyNames)
{
    /// <summary>Bytes below which objects, arrays and texts are equal by chance.</summary>
    private const int ShortItem = 12;

    /// <summary>Calls <paramref name="note"/> with the bytes of each item in a value.</summary>
    /// <param name="isElement">Whether the value stands in an array.</param>
    /// <param name="lengths">Lengths of the items that are wanted; null = any.</param>
    public void Visit(JsonPart value, bool isElement, HashSet<int>? lengths, Action<ItemKind, ReadOnlyMemory<byte>> note)
    {
        var reader = new Utf8JsonReader(value.Bytes.Span);
        var open = new Stack<Container>();
        var name = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push(new((int)reader.TokenStartIndex, reader.TokenType is JsonTokenType.StartArray));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var ended = open.Pop();
                    NoteLong(ItemKind.Container, ended.Start..(int)reader.BytesConsumed);
                    NoteKeyed(ended);
                    break;
                case JsonTokenType.PropertyName:
                    name = (int)reader.TokenStartIndex;
                    break;
                default:
                    var end = (int)reader.BytesConsumed;
                    var container = open.TryPeek(out var outer) ? outer : null;
                    if (container?.IsArray ?? isElement)
                    {
                        if (reader.TokenType is JsonTokenType.String) NoteLong(ItemKind.Text, (int)reader.TokenStartIndex..end);
                    }
                    else if (container is not null) AddMember(container, name..end, reader.TokenType, reader.ValueSpan.Length);
                    break;
            }
        }

        void AddMember(Container container, Range member, JsonTokenType type, int length)
        {
            if (type is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null || length == 0) return;
            Note(ItemKind.Member, value.Bytes[member]);
            if (container.Key is null && IsKey(value.Bytes.Span[member])) container.Key = member;
            else if (type is JsonTokenType.String) container.Texts.Add(member);
        }

        void NoteKeyed(Container container)
        {
            if (container.Key is not { } key) return;
            var id = value.Bytes.Span[key];
            foreach (var text in container.Texts)
            {
                var member = value.Bytes.Span[text];
                if (lengths?.Contains(id.Length + 1 + member.Length) ?? true) note(ItemKind.Keyed, (byte[])[.. id, (byte)',', .. member]);
            }
        }

        void NoteLong(ItemKind kind, Range item)
        {
            if (value.Bytes[item] is { Length: >= ShortItem } bytes) Note(kind, bytes);
        }

        void Note(ItemKind kind, ReadOnlyMemory<byte> item)
        {
            if (lengths?.Contains(item.Length) ?? true) note(kind, item);
        }
    }

    private bool IsKey(ReadOnlySpan<byte> member)
    {
        foreach (var key in keyNames)
            if (member[1..].StartsWith(key) && member[(key.Length + 1)..].StartsWith("\":"u8)) return true;
        return false;
    }

    /// <summary>An object or array that is being read.</summary>
    private sealed class Container(int start, bool isArray)
    {
        public int Start => start;

        public bool IsArray => isArray;

        public Range? Key { get; set; }

        public List<Range> Texts { get; } = [];
    }
}
