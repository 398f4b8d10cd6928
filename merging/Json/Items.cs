using System.Text.Json;

namespace Merging.Json;

/// <summary>
/// Finds the items in a value that are likely to be the same wherever they stand: objects and arrays, texts in arrays, and members that
/// name their object.
/// </summary>
internal static class Items
{
    /// <summary>Bytes below which objects, arrays and texts are equal by chance.</summary>
    private const int ShortItem = 12;

    /// <summary>Calls <paramref name="note"/> with the bytes of each item in a value. A member is written as name and value.</summary>
    /// <param name="isElement">Whether the value stands in an array.</param>
    /// <param name="counts">Whether a member with a scalar value counts.</param>
    public static void Visit(JsonPart value, bool isElement, Func<ReadOnlyMemory<byte>, bool> counts, Action<ReadOnlyMemory<byte>> note)
    {
        var reader = new Utf8JsonReader(value.Bytes.Span);
        var open = new Stack<(int Start, bool IsArray)>();
        var name = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push(((int)reader.TokenStartIndex, reader.TokenType is JsonTokenType.StartArray));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    NoteLong(value.Bytes[open.Pop().Start..(int)reader.BytesConsumed]);
                    break;
                case JsonTokenType.PropertyName:
                    name = (int)reader.TokenStartIndex;
                    break;
                default:
                    var isInArray = open.TryPeek(out var container) ? container.IsArray : isElement;
                    var end = (int)reader.BytesConsumed;
                    if (isInArray && reader.TokenType is JsonTokenType.String) NoteLong(value.Bytes[(int)reader.TokenStartIndex..end]);
                    else if (!isInArray && open.Count > 0 && counts(value.Bytes[name..end])) note(value.Bytes[name..end]);
                    break;
            }
        }

        void NoteLong(ReadOnlyMemory<byte> item)
        {
            if (item.Length >= ShortItem) note(item);
        }
    }
}
