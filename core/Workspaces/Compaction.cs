using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Workspaces;

/// <summary>
/// Which versions nobody can ask for any more. A version is seen by a moment from its own seq up to, but not including, the seq of the version that replaced it.
/// It stays if a rollback point is among these moments, or any moment after the one up to which history may go: that is "now" and everything in the window before it.
/// </summary>
public static class Compaction
{
    /// <summary>The versions of one document that may go.</summary>
    /// <param name="versions">All versions of it, oldest first.</param>
    /// <param name="points">The seqs of all rollback points, ascending.</param>
    /// <param name="upTo">Moments up to this one are only kept where a point is.</param>
    public static IEnumerable<DocumentVersion> Droppable(IReadOnlyList<DocumentVersion> versions, ImmutableArray<long> points, long upTo)
    {
        var isFirst = true;
        for (var i = 0; i < versions.Count; i++)
        {
            var (from, until) = (versions[i].Seq, i + 1 < versions.Count ? versions[i + 1].Seq : long.MaxValue);
            var isSeen = until > upTo + 1 || HasPoint(points, from, until);
            // A deletion with nothing before it says no more than no version at all.
            if (!isSeen || (isFirst && versions[i].IsDeleted && from <= upTo)) yield return versions[i];
            else isFirst = false;
        }
    }

    private static bool HasPoint(ImmutableArray<long> points, long from, long until)
    {
        var at = points.BinarySearch(from);
        if (at < 0) at = ~at;
        return at < points.Length && points[at] < until;
    }
}

/// <summary>Asks for a compaction.</summary>
[GenerateSerializer, Immutable, Alias("memento.CompactWorkspace"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CompactWorkspace
{
    /// <summary>Nothing goes; it is only told what would.</summary>
    [Id(0)] public bool DryRun { get; init; }

    /// <summary>Seconds of history that stay whole; absent = as the server is set.</summary>
    [Id(1)] public long? HistorySeconds { get; init; }
}

/// <summary>What a compaction took, or would take.</summary>
[GenerateSerializer, Immutable, Alias("memento.CompactionReport")]
public sealed record CompactionReport
{
    [Id(0)] public required bool DryRun { get; init; }

    /// <summary>Changes after this one stay whole.</summary>
    [Id(1)] public required long UpTo { get; init; }

    /// <summary>Rollback points, all of which still restore exactly.</summary>
    [Id(2)] public required long Points { get; init; }

    /// <summary>Versions that were looked at, and those that went.</summary>
    [Id(3)] public required long Versions { get; init; }
    [Id(4)] public required long Dropped { get; init; }

    /// <summary>Bytes of their values, before compression. A value that other versions share stays.</summary>
    [Id(5)] public required long DroppedBytes { get; init; }
}
