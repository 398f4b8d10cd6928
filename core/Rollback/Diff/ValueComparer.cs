using System.Runtime.InteropServices;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>A comparer for the values at some paths.</summary>
/// <param name="Pattern">Which paths, as <see cref="DiffOptions"/> explains.</param>
public sealed record PathComparer(string Pattern, ValueComparer Comparer);

/// <summary>Says whether two values that are not the same may count as equal. Must be pure; it is asked only about values whose bytes differ.</summary>
public abstract class ValueComparer
{
    public abstract bool AreEqual(JsonElement before, JsonElement after);

    /// <summary>Texts are equal if they differ only in case, by the simple case folding of Unicode.</summary>
    public static ValueComparer IgnoreCase { get; } = Of(static (before, after) =>
        before.ValueKind is JsonValueKind.String && after.ValueKind is JsonValueKind.String && string.Equals(before.GetString(), after.GetString(), StringComparison.OrdinalIgnoreCase));

    /// <summary>Arrays are equal if they have the same elements, each as often, in whatever order.</summary>
    public static ValueComparer AnyOrder { get; } = Of(SameElements);

    /// <summary>Numbers are equal if they differ by no more than this. Throws <see cref="ArgumentOutOfRangeException"/> if it is negative or not a number.</summary>
    public static ValueComparer Within(double tolerance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        if (double.IsNaN(tolerance)) throw new ArgumentOutOfRangeException(nameof(tolerance));
        return Of((before, after) => before.ValueKind is JsonValueKind.Number && after.ValueKind is JsonValueKind.Number
            && before.TryGetDouble(out var a) && after.TryGetDouble(out var b) && double.IsFinite(a) && double.IsFinite(b) && Math.Abs(a - b) <= tolerance);
    }

    public static ValueComparer Of(Func<JsonElement, JsonElement, bool> areEqual) => new ByFunction(areEqual);

    private static bool SameElements(JsonElement before, JsonElement after)
    {
        if (before.ValueKind is not JsonValueKind.Array || after.ValueKind is not JsonValueKind.Array || before.GetArrayLength() != after.GetArrayLength()) return false;
        var counts = new Dictionary<JsonElement, int>(SameBytes.Comparer);
        foreach (var element in before.EnumerateArray()) CollectionsMarshal.GetValueRefOrAddDefault(counts, element, out _)++;
        foreach (var element in after.EnumerateArray())
            if (--CollectionsMarshal.GetValueRefOrAddDefault(counts, element, out _) < 0) return false;
        return true;
    }

    private sealed class ByFunction(Func<JsonElement, JsonElement, bool> areEqual) : ValueComparer
    {
        public override bool AreEqual(JsonElement before, JsonElement after) => areEqual(before, after);
    }
}
