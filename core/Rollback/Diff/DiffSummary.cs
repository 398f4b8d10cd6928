using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Rollback;

/// <summary>How much there is to understand in a diff; see <see cref="DiffSummary.Score"/>.</summary>
[JsonConverter(typeof(NamedEnumConverter<DiffComplexity>))]
public enum DiffComplexity { Low = 0, Medium, High }

/// <summary>How many changes lie in one member of the document.</summary>
/// <param name="Member">The first step of the paths; empty for changes of the whole document.</param>
[GenerateSerializer, Immutable, Alias("memento.MemberChanges")]
public sealed record MemberChanges([property: Id(0)] string Member, [property: Id(1)] int Changes);

/// <summary>A diff in numbers.</summary>
[GenerateSerializer, Immutable, Alias("memento.DiffSummary")]
public sealed record DiffSummary
{
    /// <summary>Most members that are listed: those with the most changes.</summary>
    public const int MaxMembers = 100;

    private const int MediumFrom = 20, HighFrom = 100, FreeDepth = 3, LineLength = 80;

    /// <summary>All changes, those too many to list included.</summary>
    [Id(0)] public required int TotalChanges { get; init; }

    [Id(1)] public required int Created { get; init; }
    [Id(2)] public required int Updated { get; init; }
    [Id(3)] public required int Deleted { get; init; }
    [Id(4)] public required int Moved { get; init; }

    /// <summary>Changes by the first step of their paths, most changes first; at most <see cref="MaxMembers"/>.</summary>
    [Id(5)] public ImmutableArray<MemberChanges> ByMember { get => field.IsDefault ? [] : field; init; }

    /// <summary>Low up to a score of 20, medium up to 100, high above.</summary>
    [Id(6)] public required DiffComplexity Complexity { get; init; }

    /// <summary>1 for each change, 1 more if it is a move, and a quarter for each step that its path is longer than 3.</summary>
    [Id(7)] public required double Score { get; init; }

    /// <summary>About how many lines of 80 characters one has to read: at least one for each change, more for long values.</summary>
    [Id(8)] public required long EstimatedLines { get; init; }

    /// <summary>As <see cref="JsonDelta.IsComplete"/>.</summary>
    [Id(9)] public required bool IsComplete { get; init; }

    public static DiffSummary Of(JsonDelta delta)
    {
        var counts = new int[4];
        var members = new Dictionary<string, int>(StringComparer.Ordinal);
        var (score, lines) = ((double)delta.DroppedCount, (long)delta.DroppedCount);
        foreach (var change in delta.Changes)
        {
            counts[(int)change.Operation]++;
            var steps = JsonPath.TrySplit(change.Path, out var path) ? path : [];
            var member = steps.Length == 0 ? "" : steps[0];
            members[member] = members.GetValueOrDefault(member) + 1;

            var isMove = change.Operation is DiffOperation.Move;
            score += 1 + (isMove ? 1 : 0) + Math.Max(0, steps.Length - FreeDepth) / 4.0;
            lines += isMove ? 1 : Math.Max(1, Lines(change.OldValue) + Lines(change.NewValue));
        }

        return new()
        {
            TotalChanges = delta.Changes.Length + delta.DroppedCount,
            Created = counts[(int)DiffOperation.Create],
            Updated = counts[(int)DiffOperation.Update],
            Deleted = counts[(int)DiffOperation.Delete],
            Moved = counts[(int)DiffOperation.Move],
            ByMember = [.. members.OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal).Take(MaxMembers).Select(x => new MemberChanges(x.Key, x.Value))],
            Complexity = score <= MediumFrom ? DiffComplexity.Low : score <= HighFrom ? DiffComplexity.Medium : DiffComplexity.High,
            Score = score,
            EstimatedLines = lines,
            IsComplete = delta.IsComplete,
        };
    }

    /// <summary>Two short values fit on one line.</summary>
    private static int Lines(JsonText? value) => value is null || value.Text.Length <= LineLength / 2 ? 0 : (value.Text.Length + LineLength - 1) / LineLength;
}
