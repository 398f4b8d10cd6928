using Merging.Sequences;

namespace Merging.Json;

/// <summary>The members that one side added to an object, found by their values.</summary>
internal sealed class AddedMembers
{
    /// <summary>Values that are compared for similarity, over all calls together.</summary>
    private const int MaxComparisons = 4_096;

    private const long SizeFactor = 16;

    private readonly Dictionary<JsonPart, Queue<string>> _byValue = [];
    private readonly List<(string Name, JsonPart Value)> _containers;
    private readonly WorkBudget _budget;
    private int _comparisons;

    public AddedMembers(Dictionary<string, JsonMember> @base, Dictionary<string, JsonMember> side, WorkBudget budget)
    {
        _budget = budget;
        var added = side.Where(member => !@base.ContainsKey(member.Key)).OrderBy(member => member.Key, StringComparer.Ordinal).ToList();
        foreach (var (name, member) in added)
        {
            if (!_byValue.TryGetValue(member.Value, out var names)) _byValue.Add(member.Value, names = new());
            names.Enqueue(name);
        }

        _containers = [.. added.Where(member => !member.Value.Value.IsScalar).Select(member => (member.Key, member.Value.Value))];
    }

    /// <summary>Returns the name of a new member with the same value, or of a similar object or array; null if there is none.</summary>
    /// <param name="taken">Names that count as new no more.</param>
    public string? NameOf(JsonPart value, HashSet<string> taken)
    {
        if (value.IsScalar && (!value.IsString || value.Bytes.Length <= 2)) return null;   // such values are equal by chance
        if (_byValue.TryGetValue(value, out var names))
        {
            while (names.TryPeek(out var same))
            {
                if (!taken.Contains(same)) return same;
                names.Dequeue();
            }
        }

        if (value.IsScalar) return null;
        foreach (var (name, other) in _containers)
        {
            if (taken.Contains(name) || AreOfDifferentSize(other, value)) continue;
            _budget.Spend(other.Bytes.Length + value.Bytes.Length);
            if (_budget.IsSpent) return null;
            if (++_comparisons > MaxComparisons) return null;
            if (Similarity.AreAlike(other, value)) return name;
        }

        return null;
    }

    /// <summary>Whether one value is so much longer that the two cannot have half in common.</summary>
    private static bool AreOfDifferentSize(JsonPart x, JsonPart y) =>
        Math.Max(x.Bytes.Length, y.Bytes.Length) > SizeFactor * Math.Min(x.Bytes.Length, y.Bytes.Length);
}
