using System.Collections.Immutable;
using CsCheck;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

public sealed class CompactionTests
{
    private static readonly Gen<(DocumentVersion[] Versions, ImmutableArray<long> Points, long UpTo)> Any = Gen.Select(
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 3]).Array[1, 12], Gen.Long[0, 60].HashSet[0, 5], Gen.Long[0, 60],
        (steps, points, upTo) => (Versions(steps), points.Order().ToImmutableArray(), upTo));

    [Fact]
    public void Every_point_and_every_moment_of_the_window_sees_what_it_saw() => Any.Sample((versions, points, upTo) =>
    {
        var kept = versions.Except(Compaction.Droppable(versions, points, upTo)).ToArray();
        foreach (var moment in points.Concat(Enumerable.Range(0, 80).Select(i => upTo + 1 + i)))
        {
            var (before, after) = (SeenAt(versions, moment), SeenAt(kept, moment));
            Assert.True(before == after || (before is null or { IsDeleted: true } && after is null or { IsDeleted: true }), $"{moment}: {before} became {after}");
        }
    });

    [Fact]
    public void What_no_point_and_no_moment_of_the_window_sees_goes() => Any.Sample((versions, points, upTo) =>
    {
        var kept = versions.Except(Compaction.Droppable(versions, points, upTo)).ToArray();
        Assert.All(kept, version => Assert.True(
            points.Concat(Enumerable.Range(0, 80).Select(i => upTo + 1 + i)).Any(moment => SeenAt(versions, moment) == version), $"{version} is seen by nobody"));
        Assert.False(kept is [{ IsDeleted: true } first, ..] && first.Seq <= upTo, "a deletion with nothing before it stayed");
    });

    [Fact]
    public void Compacting_again_finds_nothing_more() => Any.Sample((versions, points, upTo) =>
    {
        var kept = versions.Except(Compaction.Droppable(versions, points, upTo)).ToArray();
        Assert.Empty(Compaction.Droppable(kept, points, upTo));
    });

    [Fact]
    public void The_newest_version_of_a_document_that_is_there_always_stays() => Any.Sample((versions, points, upTo) =>
    {
        if (!versions[^1].IsDeleted) Assert.DoesNotContain(versions[^1], Compaction.Droppable(versions, points, upTo));
    });

    private static DocumentVersion? SeenAt(IEnumerable<DocumentVersion> versions, long moment) => versions.LastOrDefault(v => v.Seq <= moment);

    private static DocumentVersion[] Versions((int Step, int Value)[] steps)
    {
        var (versions, seq) = (new List<DocumentVersion>(), 0L);
        foreach (var (step, value) in steps)
        {
            var previous = seq;
            seq += step;
            versions.Add(new() { Key = new(DocumentKind.Entity, "a"), Seq = seq, PreviousSeq = previous, Hash = value == 0 ? null : ContentHash.Of([(byte)value]), Length = value });
        }

        return [.. versions];
    }
}
