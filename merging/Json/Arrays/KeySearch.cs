using System.Text;
using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>The elements of three versions of an array, each with the number of its key. Equal numbers are equal keys.</summary>
internal sealed record Keys(byte[][] Names, int[] Base, int[] Ours, int[] Theirs, int Count)
{
    /// <summary>An element without its key.</summary>
    public JsonPart RestOf(JsonPart element) => JsonPart.ObjectOf(element.MemberList().Where(IsNoKey));

    /// <summary>Whether the keys count the elements in all versions.</summary>
    public bool ArePositions(ArrayVersions elements) => Names is [var name] && Positions.Are(name, elements);

    public bool IsNoKey(JsonMember member) => !Array.Exists(Names, name => member.Name.Span[1..^1].SequenceEqual(name));
}

/// <summary>Finds the members that identify the elements of an array.</summary>
internal static class KeySearch
{
    /// <summary>Returns the keys by the members of a rule, or the reason why these members do not identify the elements.</summary>
    public static (Keys? Keys, string? Problem) ByRule(
        IReadOnlyList<string> names, List<JsonPart> @base, List<JsonPart> ours, List<JsonPart> theirs)
    {
        byte[][] utf8 = [.. names.Select(Encoding.UTF8.GetBytes)];
        var interner = new Interner(@base.Count);
        var columns = Enumerable.Range(0, utf8.Length).ToArray();
        var numbers = new int[3][];
        foreach (var (index, name, elements) in new[] { (0, "the base", @base), (1, "ours", ours), (2, "theirs", theirs) })
        {
            var values = Read(utf8, elements);
            var missing = elements.Count - Enumerable.Range(0, elements.Count).Count(i => columns.All(c => IsKey(values[i][c])));
            if (missing > 0) return (null, $"{missing} of {elements.Count} elements of {name} have no scalar value in {Quoted(names)}");
            if (Number(values, columns, interner) is not { } unique)
                return (null, $"two elements of {name} have the same value in {Quoted(names)}");
            numbers[index] = unique;
        }

        return (new(utf8, numbers[0], numbers[1], numbers[2], interner.Count), null);
    }

    /// <summary>
    /// Returns the keys by the first candidate, or pair of candidates, that identifies the elements of all versions; null if none does.
    /// </summary>
    public static Keys? Find(byte[][] candidates, List<JsonPart> @base, List<JsonPart> ours, List<JsonPart> theirs)
    {
        if (candidates.Length == 0 || !AreObjects(@base) || !AreObjects(ours) || !AreObjects(theirs)) return null;
        var (b, o, t) = (Read(candidates, @base), Read(candidates, ours), Read(candidates, theirs));
        int[] everywhere = [.. Enumerable.Range(0, candidates.Length).Where(c => HasAll(b, c) && HasAll(o, c) && HasAll(t, c))];
        foreach (var c in everywhere)
            if (Try(c) is { } keys) return keys;
        for (var i = 0; i < everywhere.Length; i++)
            for (var j = i + 1; j < everywhere.Length; j++)
                if (Try(everywhere[i], everywhere[j]) is { } keys) return keys;
        return null;

        Keys? Try(params int[] columns)
        {
            var interner = new Interner(b.Length);
            if (Number(b, columns, interner) is not { } bs) return null;
            if (Number(o, columns, interner) is not { } os) return null;
            if (Number(t, columns, interner) is not { } ts) return null;
            return new([.. columns.Select(c => candidates[c])], bs, os, ts, interner.Count);
        }
    }

    private static bool AreObjects(List<JsonPart> elements) => elements.TrueForAll(element => element.IsObject);

    private static bool HasAll(JsonPart?[][] values, int column) => Array.TrueForAll(values, row => IsKey(row[column]));

    private static bool IsKey(JsonPart? value) => value is { IsScalar: true } scalar && scalar.Type != "null";

    private static JsonPart?[][] Read(byte[][] names, List<JsonPart> elements)
    {
        var rows = new JsonPart?[elements.Count][];
        for (var i = 0; i < rows.Length; i++) elements[i].Find(names, rows[i] = new JsonPart?[names.Length]);
        return rows;
    }

    /// <summary>Returns the number of each element's key; null if two keys are equal.</summary>
    private static int[]? Number(JsonPart?[][] values, int[] columns, Interner interner)
    {
        var numbers = new int[values.Length];
        var seen = new HashSet<int>(values.Length);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = interner.NumberOf(columns.Length == 1 ? values[i][columns[0]]!.Value.Bytes
                : JsonPart.ArrayOf(columns.Select(c => values[i][c]!.Value)).Bytes);
            if (!seen.Add(numbers[i])) return null;
        }

        return numbers;
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(" and ", names.Select(name => $"\"{name}\""));
}
