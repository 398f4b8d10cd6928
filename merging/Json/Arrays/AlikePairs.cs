using System.Buffers;

namespace Merging.Json.Arrays;

/// <summary>Finds pairs of similar elements in a gap: in order, and without a second candidate that is nearly as similar.</summary>
internal static class AlikePairs
{
    /// <summary>Pairs of elements up to which a gap is compared.</summary>
    private const int MaxPairs = 4_096;

    /// <summary>Difference in similarity to the best rival below which a candidate is uncertain.</summary>
    public const double Margin = 0.1;

    /// <summary>Bytes below which a text is a name, of which no part may change.</summary>
    private const int ShortText = 8;

    /// <summary>Lowest similarity of elements with the same name.</summary>
    private const double SameName = 0.9;

    private static readonly SearchValues<byte> DigitsAndDots = SearchValues.Create("0123456789."u8);

    /// <summary>Returns the pairs of indexes, in order.</summary>
    public static List<(int X, int Y)> Of(JsonPart[] x, JsonPart[] y, MatchingWork work)
    {
        if ((long)x.Length * y.Length > MaxPairs) return [];
        var table = new double[x.Length, y.Length];
        for (var i = 0; i < x.Length; i++)
            for (var j = 0; j < y.Length; j++)
            {
                table[i, j] = Likeness(x[i], y[j], work);
                if (work.Budget.IsSpent) return [];
            }

        var pairs = new List<(int X, int Y)>();
        for (var i = 0; i < x.Length; i++)
            for (var j = 0; j < y.Length; j++)
                if (table[i, j] >= Similarity.Alike && IsClearlyBest(table, i, j)) pairs.Add((i, j));

        // An element that both changed and moved cannot be recognized with certainty.
        var areInOrder = Array.TrueForAll(CommonOrder.Increasing([.. pairs.Select(pair => pair.Y)]), stays => stays);
        return areInOrder ? pairs : [];
    }

    /// <summary>
    /// Returns the similarity of two elements. Elements with different names are not similar; elements with the same name are, whatever
    /// else changed.
    /// </summary>
    public static double Likeness(JsonPart x, JsonPart y, MatchingWork work)
    {
        work.Budget.Spend(x.Bytes.Length + y.Bytes.Length);
        var isNamed = HaveSameName(x, y, work);
        if (isNamed is false) return 0;
        var similarity = Similarity.Of(x, y, work.Tells);
        return isNamed is true ? Math.Max(similarity, SameName) : similarity;
    }

    /// <summary>Whether two elements have the same names; null if they have no name in common that could differ.</summary>
    private static bool? HaveSameName(JsonPart x, JsonPart y, MatchingWork work)
    {
        if (!x.IsObject || !y.IsObject || work.KeyNames.Length == 0) return null;
        var (ofX, ofY) = (new JsonPart?[work.KeyNames.Length], new JsonPart?[work.KeyNames.Length]);
        x.Find(work.KeyNames, ofX);
        y.Find(work.KeyNames, ofY);
        bool? isSame = null;
        for (var i = 0; i < ofX.Length; i++)
        {
            if (ofX[i] is not { IsScalar: true } name || ofY[i] is not { IsScalar: true } other) continue;
            if (name != other) return false;
            isSame = true;
        }

        return isSame;
    }

    /// <summary>Whether a pair has no name in common and has another text in some member.</summary>
    public static bool IsDoubtful(JsonPart x, JsonPart y, MatchingWork work) => HaveSameName(x, y, work) is not true && HaveOtherTexts(x, y);

    /// <summary>Whether a text of one object, at any depth, was replaced or left out for another one.</summary>
    private static bool HaveOtherTexts(JsonPart x, JsonPart y)
    {
        if (x.IsArray && y.IsArray) return HaveOnlyOtherTexts(x.Elements(), y.Elements());
        if (!x.IsObject || !y.IsObject) return false;
        var (earlier, later) = (x.Members(), y.Members());
        var isGone = false;
        foreach (var (name, member) in earlier)
        {
            if (!later.Remove(name, out var other)) isGone |= IsText(member.Value);
            else if (IsText(member.Value) && IsText(other.Value) && !IsEdited(member.Value, other.Value)) return true;
            else if (HaveOtherTexts(member.Value, other.Value)) return true;
        }

        return isGone && later.Values.Any(member => IsText(member.Value));
    }

    /// <summary>Whether the texts of one list are all gone and others came.</summary>
    private static bool HaveOnlyOtherTexts(List<JsonPart> before, List<JsonPart> after) =>
        before.Exists(IsText) && after.Exists(IsText) && !before.Where(IsText).Intersect(after).Any();

    private static bool IsText(JsonPart value) => value.IsString && value.Bytes.Length > 2;

    /// <summary>Whether one text is the other, perhaps with something inserted or removed, or with other digits.</summary>
    private static bool IsEdited(JsonPart before, JsonPart after)
    {
        if (before == after) return true;
        var x = before.Bytes.Span[1..^1];
        var y = after.Bytes.Span[1..^1];
        if (Math.Min(x.Length, y.Length) < ShortText) return false;
        var start = x.CommonPrefixLength(y);
        x = x[start..];
        y = y[start..];
        var end = 0;
        while (end < Math.Min(x.Length, y.Length) && x[^(end + 1)] == y[^(end + 1)]) end++;
        x = x[..^end];
        y = y[..^end];
        return x.IsEmpty || y.IsEmpty || (!x.ContainsAnyExcept(DigitsAndDots) && !y.ContainsAnyExcept(DigitsAndDots));
    }

    private static bool IsClearlyBest(double[,] table, int x, int y)
    {
        for (var i = 0; i < table.GetLength(0); i++)
            if (i != x && table[i, y] > table[x, y] - Margin) return false;
        for (var j = 0; j < table.GetLength(1); j++)
            if (j != y && table[x, j] > table[x, y] - Margin) return false;
        return true;
    }
}
