namespace Merging.Text;

/// <summary>Settles conflicts of texts by <see cref="SmartRule"/>.</summary>
public static class SmartText
{
    /// <summary>Returns the bytes to put in place of a conflict, and the rule that says so.</summary>
    public static (ReadOnlyMemory<byte> Bytes, SmartRule Rule) Settle(TextChunk conflict)
    {
        var (b, o, t) = (conflict.Base.Bytes, conflict.Ours.Bytes, conflict.Theirs.Bytes);
        if (EqualButForWhiteSpace(o.Span, t.Span)) return (t, SmartRule.SameButForWhiteSpace);
        if (b.IsEmpty && o.IsEmpty) return (t, SmartRule.OneContainsTheOther);
        if (b.IsEmpty && t.IsEmpty) return (o, SmartRule.OneContainsTheOther);
        if (EqualButForWhiteSpace(b.Span, o.Span)) return (t, SmartRule.OneChangedWhiteSpace);
        if (EqualButForWhiteSpace(b.Span, t.Span)) return (o, SmartRule.OneChangedWhiteSpace);
        if (o.IsEmpty || t.IsEmpty) return (ReadOnlyMemory<byte>.Empty, SmartRule.OneRemoved);
        if (Contains(o, t)) return (o, SmartRule.OneContainsTheOther);
        if (Contains(t, o)) return (t, SmartRule.OneContainsTheOther);
        if (b.IsEmpty) return (Joined(o.Span, t.Span), SmartRule.BothAdded);
        if (WordMerge.TryMerge(b, o, t) is not { } words) return (t, SmartRule.BothChanged);
        return (words.Merged, words.SharesLine ? SmartRule.DifferentWords : SmartRule.LinesTouch);
    }

    private static bool EqualButForWhiteSpace(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var (i, j) = (0, 0);
        while (true)
        {
            while (i < one.Length && IsWhiteSpace(one[i])) i++;
            while (j < other.Length && IsWhiteSpace(other[j])) j++;
            if (i == one.Length || j == other.Length) return i == one.Length && j == other.Length;
            if (one[i++] != other[j++]) return false;
        }
    }

    private static bool IsWhiteSpace(byte c) => c is (byte)' ' or >= (byte)'\t' and <= (byte)'\r';

    private static bool Contains(ReadOnlyMemory<byte> large, ReadOnlyMemory<byte> small)
    {
        var (all, some) = (new Lines(large), new Lines(small));
        var found = 0;
        for (var i = 0; i < all.Count && found < some.Count; i++)
            if (all[i].Span.SequenceEqual(some[found].Span)) found++;
        return found == some.Count;
    }

    /// <summary>Joins two texts so that the second starts on a line of its own.</summary>
    private static byte[] Joined(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        first[^1] == '\n' ? [.. first, .. second] : [.. first, (byte)'\n', .. second];
}
