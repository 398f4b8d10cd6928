using Merging.Sequences;

namespace Merging.Text;

/// <summary>
/// Merges the inside of a conflict word by word. Two people who changed the same line, or lines that touch, often changed different words.
/// </summary>
internal static class WordMerge
{
    /// <summary>Bytes of all three versions up to which a conflict is merged by words.</summary>
    private const int MaxBytes = 100_000;

    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    /// <param name="Merged">The merged bytes.</param>
    /// <param name="SharesLine">Whether both sides changed one line. Otherwise they changed lines that touch.</param>
    public sealed record Result(byte[] Merged, bool SharesLine);

    /// <summary>Merges the words of a conflict. Returns null if the two sides changed the same words or words beside each other.</summary>
    public static Result? TryMerge(ReadOnlyMemory<byte> @base, ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs)
    {
        if (@base.IsEmpty || (long)@base.Length + ours.Length + theirs.Length > MaxBytes) return null;
        var interner = new Interner(0);
        var (ourWords, theirWords) = (new List<ReadOnlyMemory<byte>>(), new List<ReadOnlyMemory<byte>>());
        var lineEnd = interner.NumberOf(LineEnd);
        var b = Numbers(@base, interner, []);
        var o = Numbers(ours, interner, ourWords);
        var t = Numbers(theirs, interner, theirWords);
        var merged = new List<byte>(ours.Length + theirs.Length);
        // Lines of the base: the current one, and the last that each side changed.
        var (line, lastOurs, lastTheirs, sharesLine) = (0, -1, -1, false);
        foreach (var region in SequenceMerge.Merge(b, o, t, interner.Count, DiffAlgorithm.Myers))
        {
            if (region.Part is MergePart.Conflict) return null;
            if (region.Part is MergePart.Ours) sharesLine |= line == lastTheirs;
            if (region.Part is MergePart.Theirs) sharesLine |= line == lastOurs;
            for (var i = region.Base.Start; i < region.Base.End; i++)
                if (b[i] == lineEnd) line++;
            if (region.Part is MergePart.Ours) lastOurs = line;
            if (region.Part is MergePart.Theirs) lastTheirs = line;
            var (words, range) = region.Part is MergePart.Theirs ? (theirWords, region.Theirs) : (ourWords, region.Ours);
            for (var i = range.Start; i < range.End; i++) merged.AddRange(words[i].Span);
        }

        return new([.. merged], sharesLine);
    }

    private static int[] Numbers(ReadOnlyMemory<byte> text, Interner interner, List<ReadOnlyMemory<byte>> words)
    {
        while (!text.IsEmpty)
        {
            var length = WordLength(text.Span);
            words.Add(text[..length]);
            text = text[length..];
        }

        return [.. words.Select(interner.NumberOf)];
    }

    /// <summary>
    /// Returns the length of the first word. Letters, digits, underscores and bytes that are not ASCII make words, blanks make runs, and
    /// any other byte stands alone.
    /// </summary>
    private static int WordLength(ReadOnlySpan<byte> text)
    {
        var kind = Kind(text[0]);
        if (kind == Class.Other) return 1;
        var length = 1;
        while (length < text.Length && Kind(text[length]) == kind) length++;
        return length;
    }

    private enum Class
    {
        Other,
        Word,
        Blank,
    }

    private static Class Kind(byte c)
    {
        if (c >= 0x80 || c == '_' || char.IsAsciiLetterOrDigit((char)c)) return Class.Word;
        return c is (byte)' ' or (byte)'\t' ? Class.Blank : Class.Other;
    }
}
