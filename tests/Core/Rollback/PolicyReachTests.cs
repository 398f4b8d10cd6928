using System.Collections.Immutable;
using System.Text;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>Policies that fit nothing that is merged are named with the reason.</summary>
public sealed class PolicyReachTests
{
    private static readonly DocumentKey Key = new(DocumentKind.Entity, "src/web");

    [Theory]
    [InlineData("entity/src/*", null, null)]
    [InlineData("entity/src/*", "", null)]
    [InlineData("**", "/spec/containers", null)]
    [InlineData("**", "/spec/containers/*/name", null)]
    [InlineData("**", "/spec/containers/1/name", null)]
    [InlineData("**", "/*/containers", null)]
    [InlineData("**", "/a~1b", null)]
    [InlineData("**", "/onlyBefore", null)]
    [InlineData("entity/scr/*", "/spec", UnusedPolicyReason.NoDocument)]
    [InlineData("file/**", null, UnusedPolicyReason.NoDocument)]
    [InlineData("**", "/spec/container", UnusedPolicyReason.NoPlace)]
    [InlineData("**", "/spec/containers/name", UnusedPolicyReason.NoPlace)]
    [InlineData("**", "/spec/containers/2", UnusedPolicyReason.NoPlace)]
    [InlineData("**", "/spec/containers/*/name/x", UnusedPolicyReason.NoPlace)]
    public void Policy_is_unused_if_no_document_or_no_place_fits(string match, string? path, UnusedPolicyReason? reason)
    {
        var set = MergePolicySet.Of([new() { Match = match, Path = path }]);
        DocumentValue?[] versions =
        [
            null, Json("""{"spec":{"containers":[{"name":"a"},{"name":"b"}]},"a/b":1}"""), Json("""{"onlyBefore":null}"""),
            DocumentValue.Bytes("no JSON"u8.ToArray(), "text/plain"),
        ];

        var unused = set.Unused([set.ReachOf(Key, versions)]);

        Assert.Equal(reason is { } why ? [new UnusedPolicy(0, match, path, why)] : [], unused);
    }

    [Fact]
    public void Policy_that_fits_one_of_the_documents_is_used()
    {
        var set = MergePolicySet.Of([new() { Match = "entity/src/**", Path = "/a" }, new() { Match = "**", Path = "/b" }]);
        ImmutableArray<PolicyReach> merged = [set.ReachOf(Key, [Json("""{"a":1}""")]), set.ReachOf(new(DocumentKind.File, "f"), [Json("{}")])];

        Assert.Equal([1], set.Unused(merged).Select(policy => policy.Index));
    }

    [Fact]
    public void Nothing_is_told_if_nothing_is_merged() => Assert.Empty(MergePolicySet.Of([new() { Match = "x/*" }]).Unused([]));

    private static DocumentValue Json(string json) => DocumentValue.Json(Encoding.UTF8.GetBytes(json));
}
