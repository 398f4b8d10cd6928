using System.Text;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>The bytes that version 1 stores of rollbacks; see <see cref="GoldenTests"/>.</summary>
public sealed class RollbackGoldenTests
{
    private const string FactPrefix = "rollback-fact.";

    public static TheoryData<string> Facts => [.. Files(FactPrefix)];

    public static TheoryData<string> States => [.. Files("rollback-state.")];

    [Theory]
    [MemberData(nameof(Facts))]
    public void A_stored_fact_is_read_and_written_the_same(string file)
    {
        var (kind, bytes) = (file.Split('.')[1], Read(file));

        var (kindAgain, again) = RollbackFact.Codec.Encode(RollbackFact.Codec.Decode(kind, 1, bytes));

        Assert.Equal((kind, Encoding.UTF8.GetString(bytes)), (kindAgain, Encoding.UTF8.GetString(again)));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_stored_snapshot_is_read_and_written_the_same(string file)
    {
        var bytes = Read(file);

        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(RollbackFact.Codec.EncodeState(RollbackFact.Codec.DecodeState(1, bytes))));
    }

    [Fact]
    public void There_is_a_file_for_every_kind()
    {
        string[] kinds = ["cancel_requested", "conflict_resolved", "conflicts_found", "finished", "gave_up", "progressed", "requested", "started", "undone"];

        Assert.Equal(kinds, Files(FactPrefix).Select(file => file.Split('.')[1]).Distinct().Order());
        Assert.Equal(kinds.Length, typeof(RollbackFact).GetNestedTypes().Count(type => type.IsSubclassOf(typeof(RollbackFact))));
    }

    [Fact]
    public void The_stored_members_mean_what_they_meant()
    {
        var requested = Assert.IsType<RollbackFact.Requested>(RollbackFact.Codec.Decode("requested", 1, Read("rollback-fact.requested.full.json")));
        Assert.Equal(("op-1", "rp-1", 7L, RollbackType.Selective, "op-0"), (requested.OperationId, requested.RollbackPointId, requested.PointSeq, requested.Type, requested.UndoOf));
        Assert.Equal((RollbackStrategy.Gradual, ConflictStrategy.AskUser, 5, 250), (requested.Request.Strategy!.Value, requested.Request.ConflictStrategy!.Value, requested.Request.BatchSize!.Value, requested.Request.DelayMs!.Value));
        Assert.Equal("ann", Assert.Single(requested.Request.Selection!.Agents!.Value));
        Assert.Equal("src/**", Assert.Single(Assert.Single(requested.Request.Selection.Documents!.Value).Include!.Value));
        Assert.Null(requested.PoliciesVersion);   // older than merge policies
        var newer = RollbackFact.Codec.Decode("requested", 1, Read("rollback-fact.requested.policies.json"));
        Assert.Equal(3, Assert.IsType<RollbackFact.Requested>(newer).PoliciesVersion);
        var finished = Assert.IsType<RollbackFact.Finished>(RollbackFact.Codec.Decode("finished", 1, Read("rollback-fact.finished.failed.json")));
        Assert.Equal((RollbackStatus.Failed, "ROLLBACK_CONFLICT"), (finished.Status, finished.Error!.Code));
        var conflict = Assert.Single(Assert.IsType<RollbackFact.ConflictsFound>(RollbackFact.Codec.Decode("conflicts_found", 1, Read("rollback-fact.conflicts_found.json"))).Conflicts);
        Assert.Equal((ConflictType.Dependency, ConflictStatus.Open, 12L, 13L, 3L), (conflict.Type, conflict.Status, conflict.BaseSeq!.Value, conflict.CurrentSeq!.Value, conflict.RollbackSeq!.Value));
        var state = RollbackFact.Codec.DecodeState(1, Read("rollback-state.full.json"));
        Assert.Equal((7L, 20L, true, 1), (state.PointSeq, state.StartSeq, state.CancelRequested, state.Conflicts.Length));
    }

    [Theory]
    [InlineData("started", "{\"startSeq\":\"one\"}", 1)]
    [InlineData("started", "{}", 1)]
    [InlineData("finished", "", 1)]
    [InlineData("requested", "[]", 1)]
    [InlineData("nonsense", "{}", 1)]
    [InlineData("progressed", "{}", 2)]
    public void What_cannot_be_read_is_always_refused_in_the_same_way(string kind, string payload, short version) =>
        Assert.Throws<FormatException>(() => RollbackFact.Codec.Decode(kind, version, Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void A_snapshot_of_another_version_is_refused() => Assert.Throws<FormatException>(() => RollbackFact.Codec.DecodeState(2, "{}"u8));

    private static IEnumerable<string> Files(string prefix) => typeof(GoldenTests).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order();

    private static byte[] Read(string file)
    {
        using var stream = typeof(GoldenTests).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().TrimEnd('\n'));
    }
}
