using System.Text;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

/// <summary>
/// The bytes that version 1 stores of a workspace, one file or more per kind. They must be readable for ever, and what is read must be written the same.
/// A file here is never edited: a new version of a stored form gets new files beside these.
/// </summary>
public sealed class WorkspaceGoldenTests
{
    public static TheoryData<string> Facts => [.. Files("workspace-fact.")];

    public static TheoryData<string> States => [.. Files("workspace-state.")];

    [Theory]
    [MemberData(nameof(Facts))]
    public void A_stored_fact_is_read_and_written_the_same(string file)
    {
        var (kind, bytes) = (file.Split('.')[1], Read(file));

        var (kindAgain, again) = WorkspaceFact.Codec.Encode(WorkspaceFact.Codec.Decode(kind, 1, bytes));

        Assert.Equal((kind, Encoding.UTF8.GetString(bytes)), (kindAgain, Encoding.UTF8.GetString(again)));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_stored_snapshot_is_read_and_written_the_same(string file)
    {
        var bytes = Read(file);

        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(WorkspaceFact.Codec.EncodeState(WorkspaceFact.Codec.DecodeState(1, bytes))));
    }

    [Fact]
    public void There_is_a_file_for_every_kind() =>
        Assert.Equal(["compacted", "documents", "point_changed", "point_created", "point_removed"], Files("workspace-fact.").Select(file => file.Split('.')[1]).Distinct().Order());

    [Fact]
    public void The_stored_members_mean_what_they_meant()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        var changed = Assert.IsType<WorkspaceFact.DocumentsChanged>(WorkspaceFact.Codec.Decode("documents", 1, Read("workspace-fact.documents.full.json")));
        Assert.Equal((at, "ada", "sess-1", "op-019b7c8a-7e2e-7c34-8d56-0123456789ab"), (changed.At, changed.AgentId, changed.SessionId, changed.Cause));
        Assert.Equal((0xf7c3bd6f413b9f2aUL, 2L, 1234567890123L), (changed.Root.A, changed.Documents, changed.Bytes));
        Assert.Empty(changed.Changes);

        var point = Assert.IsType<WorkspaceFact.PointCreated>(WorkspaceFact.Codec.Decode("point_created", 1, Read("workspace-fact.point_created.full.json")));
        Assert.Equal(("before ü", "a\nb", "sess-1", "ada", true, true), (point.Name, point.Description, point.SessionId, point.AgentId, point.Pinned, point.SessionsTruncated));
        Assert.Equal([new("sess-1", 42), new SessionPosition("sess-0", 0)], point.Sessions);
        Assert.Equal((0x4c3dabf70c51450fUL, at.AddDays(30)), (point.Chain.A, point.ExpiresAt));

        var state = WorkspaceFact.Codec.DecodeState(1, Read("workspace-state.full.json"));
        Assert.Equal((42L, 41L, at, 2L, 3L, 0x4c3dabf70c51450fUL), (state.Seq, state.ChangedSeq, state.UpdatedAt, state.Documents, state.Points, state.Chain.A));
    }

    [Theory]
    [InlineData("documents", 2, "{}")]
    [InlineData("nonsense", 1, "{}")]
    [InlineData("documents", 1, "{}")]
    [InlineData("documents", 1, "[]")]
    [InlineData("documents", 1, "")]
    [InlineData("point_removed", 1, """{"at":"2026-01-02T03:04:05.678Z","rollbackPointId":"rp-1","reason":"bored"}""")]
    [InlineData("documents", 1, """{"at":"2026-01-02T03:04:05.678Z","root":"00","documents":0,"bytes":0}""")]
    public void What_cannot_be_read_is_always_refused_in_the_same_way(string kind, short version, string payload) =>
        Assert.Throws<FormatException>(() => WorkspaceFact.Codec.Decode(kind, version, Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void A_snapshot_of_another_version_is_refused() => Assert.Throws<FormatException>(() => WorkspaceFact.Codec.DecodeState(2, "{}"u8));

    [Fact]
    public void Members_that_a_later_version_adds_do_not_stop_this_one()
    {
        var newer = Encoding.UTF8.GetString(Read("workspace-fact.documents.json")).Replace("{\"root\"", "{\"later\":{\"x\":[1]},\"root\"", StringComparison.Ordinal);

        Assert.IsType<WorkspaceFact.DocumentsChanged>(WorkspaceFact.Codec.Decode("documents", 1, Encoding.UTF8.GetBytes(newer)));
    }

    private static IEnumerable<string> Files(string prefix) => typeof(WorkspaceGoldenTests).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order();

    private static byte[] Read(string file)
    {
        using var stream = typeof(WorkspaceGoldenTests).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().TrimEnd('\n'));
    }
}
