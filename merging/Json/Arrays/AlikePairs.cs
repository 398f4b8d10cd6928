namespace Merging.Json.Arrays;

/// <summary>Finds elements of a gap that became each other: alike, in order, and without a second candidate that is nearly as much alike.</summary>
internal static class AlikePairs
{
    /// <summary>More pairs of elements than this are not compared with each other.</summary>
    private const int MaxPairs = 4_096;

    /// <summary>A candidate whose best rival is not at least this much worse is uncertain.</summary>
    private const double Margin = 0.1;

    /// <summary>The pairs of indexes, in order.</summary>
    public static List<(int X, int Y)> Of(JsonPart[] x, JsonPart[] y, MatchingWork work)
    {
        if ((long)x.Length * y.Length > MaxPairs) return [];
        var table = new double[x.Length, y.Length];
        for (var i = 0; i < x.Length; i++)
            for (var j = 0; j < y.Length; j++)
            {
                work.Budget.Spend(x[i].Bytes.Length + y[j].Bytes.Length);
                if (work.Budget.IsSpent) return [];
                table[i, j] = HaveDifferentNames(x[i], y[j], work.KeyNames) ? 0 : Similarity.Of(x[i], y[j]);
            }

        var pairs = new List<(int X, int Y)>();
        for (var i = 0; i < x.Length; i++)
            for (var j = 0; j < y.Length; j++)
                if (table[i, j] >= Similarity.Alike && IsClearlyBest(table, i, j)) pairs.Add((i, j));
        var stays = CommonOrder.Increasing([.. pairs.Select(pair => pair.Y)]);
        return [.. pairs.Where((_, index) => stays[index])];
    }

    private static bool HaveDifferentNames(JsonPart x, JsonPart y, byte[][] names)
    {
        if (!x.IsObject || !y.IsObject || names.Length == 0) return false;
        var (ofX, ofY) = (new JsonPart?[names.Length], new JsonPart?[names.Length]);
        x.Find(names, ofX);
        y.Find(names, ofY);
        for (var i = 0; i < names.Length; i++)
            if (ofX[i] is { IsScalar: true } name && ofY[i] is { IsScalar: true } other && name != other) return true;
        return false;
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
