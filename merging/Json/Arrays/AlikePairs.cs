namespace Merging.Json.Arrays;

/// <summary>Finds elements of a gap that became each other: alike, in order, and without a second candidate that is nearly as much alike.</summary>
internal static class AlikePairs
{
    /// <summary>More pairs of elements than this are not compared with each other.</summary>
    private const int MaxPairs = 4_096;

    /// <summary>A candidate whose best rival is not at least this much worse is uncertain.</summary>
    private const double Margin = 0.1;

    /// <summary>How much elements with the same name are alike at least.</summary>
    private const double SameName = 0.9;

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
                table[i, j] = Likeness(x[i], y[j], work);
            }

        var pairs = new List<(int X, int Y)>();
        for (var i = 0; i < x.Length; i++)
            for (var j = 0; j < y.Length; j++)
                if (table[i, j] >= Similarity.Alike && IsClearlyBest(table, i, j)) pairs.Add((i, j));

        // Elements that changed and changed places too leave nothing to hold on to.
        var areInOrder = Array.TrueForAll(CommonOrder.Increasing([.. pairs.Select(pair => pair.Y)]), stays => stays);
        return areInOrder ? pairs : [];
    }

    /// <summary>How much two elements are alike. Those that name themselves differently are not; those with the same name are, whatever else changed.</summary>
    private static double Likeness(JsonPart x, JsonPart y, MatchingWork work)
    {
        var isNamed = false;
        if (x.IsObject && y.IsObject && work.KeyNames.Length > 0)
        {
            var (ofX, ofY) = (new JsonPart?[work.KeyNames.Length], new JsonPart?[work.KeyNames.Length]);
            x.Find(work.KeyNames, ofX);
            y.Find(work.KeyNames, ofY);
            for (var i = 0; i < ofX.Length; i++)
            {
                if (ofX[i] is not { IsScalar: true } name || ofY[i] is not { IsScalar: true } other) continue;
                if (name != other) return 0;
                isNamed = true;
            }
        }

        var similarity = Similarity.Of(x, y, work.Tells);
        return isNamed ? Math.Max(similarity, SameName) : similarity;
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
