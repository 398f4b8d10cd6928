using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>The state that the matchings of both sides by content share.</summary>
/// <param name="elements">The elements of the base.</param>
/// <param name="classCount">The number of different contents in all three versions.</param>
/// <param name="keyNames">Members that can name an element.</param>
/// <param name="budget">The steps that the whole merge may spend.</param>
internal sealed class MatchingWork(List<JsonPart> elements, int classCount, byte[][] keyNames, WorkBudget budget)
{
    /// <summary>Elements from which members count as common.</summary>
    private const int MinElements = 4;

    private HashSet<ReadOnlyMemory<byte>>? _common;

    public int ClassCount => classCount;

    public byte[][] KeyNames => keyNames;

    public WorkBudget Budget => budget;

    /// <summary>Whether a member tells elements apart. A scalar that more than half of the elements have in the member does not.</summary>
    public bool Tells(JsonMember member) => !member.Value.IsScalar || !(_common ??= FindCommon()).Contains(member.Written);

    private HashSet<ReadOnlyMemory<byte>> FindCommon()
    {
        var counts = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);
        if (elements.Count < MinElements) return [];
        foreach (var member in elements.SelectMany(element => element.MemberList()))
        {
            if (!member.Value.IsScalar) continue;
            var text = member.Written;
            counts[text] = counts.GetValueOrDefault(text) + 1;
        }

        return counts.Where(pair => pair.Value * 2 > elements.Count).Select(pair => pair.Key).ToHashSet(ByteComparer.Instance);
    }
}
