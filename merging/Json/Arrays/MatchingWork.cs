using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>What the matchings of both sides by content share.</summary>
/// <param name="elements">The elements of the base.</param>
/// <param name="classCount">The number of different contents in all three versions.</param>
/// <param name="keyNames">Members by which elements name themselves, if some do.</param>
internal sealed class MatchingWork(List<JsonPart> elements, int classCount, byte[][] keyNames, WorkBudget budget)
{
    /// <summary>Fewer elements than this have no common members.</summary>
    private const int FewElements = 4;

    private HashSet<ReadOnlyMemory<byte>>? _common;

    public int ClassCount => classCount;

    public byte[][] KeyNames => keyNames;

    public WorkBudget Budget => budget;

    /// <summary>Whether a member tells elements apart. A value that more than half of them have for the same name does not.</summary>
    public bool Tells(JsonMember member) => !member.Value.IsScalar || !(_common ??= FindCommon()).Contains(Text(member));

    private HashSet<ReadOnlyMemory<byte>> FindCommon()
    {
        var counts = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);
        if (elements.Count < FewElements) return [];
        foreach (var member in elements.SelectMany(element => element.MemberList()))
        {
            if (!member.Value.IsScalar) continue;
            var text = Text(member);
            counts[text] = counts.GetValueOrDefault(text) + 1;
        }

        return counts.Where(pair => pair.Value * 2 > elements.Count).Select(pair => pair.Key).ToHashSet(ByteComparer.Instance);
    }

    private static ReadOnlyMemory<byte> Text(JsonMember member) => (byte[])[.. member.Name.Span, (byte)':', .. member.Value.Bytes.Span];
}
