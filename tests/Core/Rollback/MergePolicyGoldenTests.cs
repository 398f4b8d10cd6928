using System.Text;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>The bytes that version 1 stores of merge policies; see <see cref="GoldenTests"/>.</summary>
public sealed class MergePolicyGoldenTests
{
    private const string FactPrefix = "merge-policies-fact.";
    private const string StatePrefix = "merge-policies-state.";

    public static TheoryData<string> Facts => [.. Files(FactPrefix)];

    public static TheoryData<string> States => [.. Files(StatePrefix)];

    [Theory]
    [MemberData(nameof(Facts))]
    public void Stored_change_is_read_and_written_the_same(string file)
    {
        var bytes = Read(file);

        var (kind, again) = MergePoliciesChanged.Codec.Encode(MergePoliciesChanged.Codec.Decode("merge_policies.changed", 1, bytes));

        Assert.Equal(("merge_policies.changed", Encoding.UTF8.GetString(bytes)), (kind, Encoding.UTF8.GetString(again)));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Stored_state_is_read_and_written_the_same(string file)
    {
        var bytes = Read(file);

        Assert.Equal(
            Encoding.UTF8.GetString(bytes),
            Encoding.UTF8.GetString(MergePoliciesChanged.Codec.EncodeState(MergePoliciesChanged.Codec.DecodeState(1, bytes))));
    }

    [Fact]
    public void Stored_members_mean_what_they_meant()
    {
        var changed = MergePoliciesChanged.Codec.Decode("merge_policies.changed", 1, Read("merge-policies-fact.changed.full.json"));
        var state = MergePoliciesChanged.Codec.DecodeState(1, Read("merge-policies-state.full.json"));

        Assert.Equal((3L, "ann", 2), (changed.Version, changed.AgentId, changed.Policies.Length));
        var policy = changed.Policies[0];
        Assert.Equal(
            ("entity/src/**", "/spec/containers", MergePolicyAs.Set, MergePolicyStrategy.PreferNewer),
            (policy.Match, policy.Path, policy.As, policy.Strategy));
        Assert.Equal(["name", "port"], policy.Key!.Value);
        Assert.Equal((3L, "ann", 1), (state.Version, state.AgentId, state.Policies.Length));
    }

    [Theory]
    [InlineData("merge_policies.changed", "{}", 1)]
    [InlineData("merge_policies.changed", "", 1)]
    [InlineData("merge_policies.changed", "{}", 2)]
    [InlineData("nonsense", "{}", 1)]
    public void What_cannot_be_read_is_refused(string kind, string payload, short version) =>
        Assert.Throws<FormatException>(() => MergePoliciesChanged.Codec.Decode(kind, version, Encoding.UTF8.GetBytes(payload)));

    private static IEnumerable<string> Files(string prefix) =>
        typeof(GoldenTests).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order();

    private static byte[] Read(string file)
    {
        using var stream = typeof(GoldenTests).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().TrimEnd('\n'));
    }
}
