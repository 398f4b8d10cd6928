namespace Memento;

/// <summary>The order of texts by their UTF-8 bytes, which is the order of both stores and that of code points.</summary>
public static class Utf8Order
{
    /// <summary>Compares two texts. UTF-16 agrees with it except where surrogates meet the characters from U+E000 on.</summary>
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        var i = left.AsSpan(0, length).CommonPrefixLength(right.AsSpan(0, length));
        return i == length ? left.Length.CompareTo(right.Length) : Rank(left[i]).CompareTo(Rank(right[i]));
    }

    /// <summary>The least text that is above all that begin with a prefix, or null if there is none.</summary>
    public static string? EndOfPrefix(string prefix)
    {
        for (var length = prefix.Length; length > 0; length--)
        {
            var last = prefix[length - 1];
            if (char.IsSurrogate(last)) continue;   // a shorter, larger bound will do: readers check the prefix again
            if (last < '\uFFFF') return prefix[..(length - 1)] + (char)(last == '\uD7FF' ? '\uE000' : last + 1);
        }

        return null;
    }

    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
