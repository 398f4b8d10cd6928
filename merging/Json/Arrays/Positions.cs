using System.Buffers.Text;

namespace Merging.Json.Arrays;

/// <summary>
/// Recognizes keys that count the elements, like 1, 2, 3 or step1, step2. Such a key tells where an element stands, not which element it
/// is.
/// </summary>
internal static class Positions
{
    /// <summary>Whether each version counts in the same way: from the same value, in the same steps.</summary>
    public static bool Are(params IEnumerable<JsonPart?>[] versions)
    {
        (ReadOnlyMemory<byte> Prefix, long Number)? first = null;
        long? step = null;
        foreach (var version in versions)
        {
            long? previous = null;
            foreach (var key in version)
            {
                if (Read(key) is not var (prefix, number)) return false;
                first ??= (prefix, number);
                if (!prefix.Span.SequenceEqual(first.Value.Prefix.Span)) return false;
                if (previous is not { } before)
                {
                    if (number != first.Value.Number) return false;
                }
                else if (number == before || number - before != (step ??= number - before)) return false;

                previous = number;
            }
        }

        return step is not null;
    }

    /// <summary>Whether a member of the elements counts them in all versions.</summary>
    public static bool Are(byte[] name, ArrayVersions elements)
    {
        return Are(Values(elements.Base), Values(elements.Ours), Values(elements.Theirs));

        IEnumerable<JsonPart?> Values(List<JsonPart> some)
        {
            var found = new JsonPart?[1];
            foreach (var element in some)
            {
                element.Find([name], found);
                yield return found[0];
            }
        }
    }

    /// <summary>Returns the names of the members that count the elements in all versions.</summary>
    public static byte[][] Of(ArrayVersions elements) => elements.Base.Count == 0 ? [] :
        [.. elements.Base[0].MemberList().Where(member => member.Value.IsScalar).Select(member => member.Name.Span[1..^1].ToArray())
            .Where(name => Are(name, elements))];

    /// <summary>Reads a key as a prefix and a number at the end; null if the key has no number there.</summary>
    public static (ReadOnlyMemory<byte> Prefix, long Number)? Read(JsonPart? key)
    {
        if (key is not { } value || (!value.IsNumber && !value.IsString)) return null;
        var bytes = value.IsString ? value.Bytes[1..^1] : value.Bytes;
        var digits = 0;
        while (digits < Math.Min(bytes.Length, 15) && char.IsAsciiDigit((char)bytes.Span[^(digits + 1)])) digits++;
        return digits > 0 && Utf8Parser.TryParse(bytes.Span[^digits..], out long number, out _) ? (bytes[..^digits], number) : null;
    }
}
