namespace Memento.Rollback;

/// <summary>
/// Of several equally short answers, the one that people expect. When a function is inserted after another, its closing brace can be taken for the brace above.
/// Moved down as far as it goes, a block starts with its own first line.
/// </summary>
internal static class Sliding
{
    public static void Down(int[] match, int[] left, int[] right)
    {
        var back = new int[right.Length];
        Array.Fill(back, Matching.None);
        for (var i = 0; i < match.Length; i++)
            if (match[i] >= 0) back[match[i]] = i;

        Slide(match, back, left);
        Slide(back, match, right);
    }

    /// <summary>Moves blocks that only this side has.</summary>
    /// <param name="mine">Partner of each piece of this side.</param>
    /// <param name="other">Partner of each piece of the other side.</param>
    private static void Slide(int[] mine, int[] other, int[] pieces)
    {
        for (var (start, end) = (0, 0); end < mine.Length;)
        {
            while (end < mine.Length && mine[end] < 0) end++;
            if (end == mine.Length) return;

            // Only if the other side has nothing of its own at this place.
            var partner = mine[end];
            if (start < end && partner == (start > 0 ? mine[start - 1] + 1 : 0))
            {
                while (end < mine.Length && mine[end] == partner && pieces[start] == pieces[end])
                {
                    (mine[start], mine[end], other[partner]) = (partner, Matching.None, start);
                    (start, end, partner) = (start + 1, end + 1, partner + 1);
                }

                if (end < mine.Length && mine[end] < 0) continue;   // It ran into the next block: both together may go on.
            }

            start = ++end;
        }
    }
}
