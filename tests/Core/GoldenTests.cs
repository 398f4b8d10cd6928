using System.Text;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

/// <summary>
/// The bytes that version 1 stores, one file per kind. They must be readable for ever, and what is read must be written the same.
/// A file here is never edited: a new version of a stored form gets new files beside these.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Facts => [.. Files("fact.")];

    public static TheoryData<string> States => [.. Files("state.")];

    [Theory]
    [MemberData(nameof(Facts))]
    public void A_stored_fact_is_read_and_written_the_same(string file)
    {
        var (kind, bytes) = (file.Split('.')[1], Read(file));

        var (kindAgain, again) = SessionFactCodec.Encode(SessionFactCodec.Decode(kind, 1, bytes));

        Assert.Equal((kind, Encoding.UTF8.GetString(bytes)), (kindAgain, Encoding.UTF8.GetString(again)));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_stored_snapshot_is_read_and_written_the_same(string file)
    {
        var bytes = Read(file);

        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(SessionFactCodec.EncodeState(SessionFactCodec.DecodeState(1, bytes))));
    }

    [Fact]
    public void There_is_a_file_for_every_kind()
    {
        var kinds = SessionFactCodec.EventKinds.Concat(["created", "checkpointed", "failure_captured", "expired", "deleted"]);

        Assert.Equal(kinds.Order(), Files("fact.").Select(file => file.Split('.')[1]).Distinct().Order());
    }

    [Fact]
    public void The_stored_members_mean_what_they_meant()
    {
        var e = SessionFactCodec.DecodeEvent(1, Read("fact.broke.full.json"));

        Assert.Equal((42L, EventType.Broke, "ada"), (e.Seq, e.Type, e.Actor));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), e.Timestamp);
        Assert.Equal(new DateTimeOffset(2025, 12, 31, 23, 59, 59, TimeSpan.Zero), e.OccurredAt);
        Assert.Equal((ElementType.Function, Operation.Renamed, 12L, "9f86d0"), (e.ChangeInfo.ElementType, e.ChangeInfo.Operation, e.ChangeInfo.AffectedLines, e.ChangeInfo.SemanticHash));
        Assert.Equal(["src/a.cs", "src/ü.cs"], e.ChangeInfo.EntityIds);
        Assert.Equal(new StateTransition { From = WorkState.Working, To = WorkState.Broken, VerifiedBy = VerifiedBy.Test, Confidence = 0.75 }, e.StateTransition);
        Assert.Equal((Severity.Critical, -7.25, "PR-7"), (e.Impact!.Severity, e.Impact.PerfDelta, e.Impact.ExternalRef));
        Assert.Equal("t.One", Assert.Single(e.Impact.TestsFailed!.Value));
        Assert.Equal("""{"tool":"editor","n":[1,2.50]}""", e.Metadata?.Text);
        Assert.Equal((Outcome.Broken, 300L), (e.Checkpoint!.Outcome, e.Checkpoint.GraceTtlSeconds));
    }

    [Theory]
    [InlineData("modified", 2)]
    [InlineData("nonsense", 1)]
    public void What_this_program_does_not_know_is_refused(string kind, short version) =>
        Assert.Throws<FormatException>(() => SessionFactCodec.Decode(kind, version, "{}"u8));

    [Theory]
    [InlineData("modified", "{\"seq\":\"one\"}")]
    [InlineData("modified", "[]")]
    [InlineData("modified", "")]
    [InlineData("created", "{}")]
    [InlineData("checkpointed", "{\"seq\":\"one\"}")]
    public void What_cannot_be_read_is_always_refused_in_the_same_way(string kind, string payload) =>
        Assert.Throws<FormatException>(() => SessionFactCodec.Decode(kind, SessionFactCodec.Version, Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void A_snapshot_of_another_version_is_refused() => Assert.Throws<FormatException>(() => SessionFactCodec.DecodeState(2, "{}"u8));

    [Fact]
    public void Members_that_a_later_version_adds_do_not_stop_this_one()
    {
        var newer = Encoding.UTF8.GetString(Read("fact.modified.json")).Replace("{\"seq\"", "{\"later\":{\"x\":[1]},\"seq\"", StringComparison.Ordinal);

        Assert.Equal(1, SessionFactCodec.DecodeEvent(1, Encoding.UTF8.GetBytes(newer)).Seq);
    }

    private static IEnumerable<string> Files(string prefix) => typeof(GoldenTests).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order();

    private static byte[] Read(string file)
    {
        using var stream = typeof(GoldenTests).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().TrimEnd('\n'));
    }
}
