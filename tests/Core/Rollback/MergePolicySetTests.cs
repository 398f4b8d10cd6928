using Memento.Rollback;
using Memento.Workspaces;
using Merging.Json;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>Merge policies become the options with which the merge library merges one document.</summary>
public sealed class MergePolicySetTests
{
    [Fact]
    public void Document_that_no_policy_matches_is_merged_without_options()
    {
        Assert.Null(MergePolicySet.Empty.OptionsFor(Entity("a")));
        Assert.Null(MergePolicySet.Of([new() { Match = "file/**" }, new() { Match = "entity/src/*" }]).OptionsFor(Entity("src/a/b")));
    }

    [Fact]
    public void Policies_that_match_keep_their_order_so_that_the_first_counts()
    {
        var policies = MergePolicySet.Of(
        [
            new() { Match = "entity/src/**", Path = "/x", Strategy = MergePolicyStrategy.Skip },
            new() { Match = "file/**", Strategy = MergePolicyStrategy.Text },
            new() { Match = "entity/**", Path = "/x", Strategy = MergePolicyStrategy.Overwrite },
            new() { Match = "*/src/**" },
        ]);

        Assert.Equal(
            [ConflictSettling.Ours, ConflictSettling.Theirs, null],
            policies.OptionsFor(Entity("src/a"))!.Rules.Select(rule => rule.Strategy));
        Assert.Equal([ConflictSettling.Theirs], policies.OptionsFor(Entity("other"))!.Rules.Select(rule => rule.Strategy));
    }

    [Fact]
    public void Policy_becomes_a_rule_with_its_path_key_and_kind()
    {
        var rule = RuleOf(new() { Match = "**", Path = "/spec/*/ports", Key = ["name", "port"], As = MergePolicyAs.Set });
        var bare = RuleOf(new() { Match = "**" });

        Assert.Equal(("/spec/*/ports", JsonMergeKind.Set, null), (rule.Path, rule.As, rule.Strategy));
        Assert.Equal(["name", "port"], rule.Key);
        Assert.Equal((null, null, null, true), (bare.Path, bare.As, bare.Strategy, bare.Key.IsEmpty));
    }

    [Theory]
    [InlineData("prefer-newer", ConflictSettling.Newer)]
    [InlineData("prefer-larger", ConflictSettling.Larger)]
    [InlineData("union", ConflictSettling.Union)]
    [InlineData("max", ConflictSettling.Max)]
    [InlineData("text", ConflictSettling.Text)]
    [InlineData("overwrite", ConflictSettling.Theirs)]
    [InlineData("skip", ConflictSettling.Ours)]
    [InlineData("ask_user", ConflictSettling.Nobody)]
    public void Strategy_is_a_settling_of_the_merge(string name, ConflictSettling settling)
    {
        Assert.True(NamedEnumConverter<MergePolicyStrategy>.TryParse(name, out var strategy));

        Assert.Equal(settling, RuleOf(new() { Match = "**", Strategy = strategy }).Strategy);
        Assert.Equal(8, NamedEnumConverter<MergePolicyStrategy>.KnownNames.Count);
    }

    [Theory]
    [InlineData("list", JsonMergeKind.List)]
    [InlineData("set", JsonMergeKind.Set)]
    [InlineData("text", JsonMergeKind.Text)]
    public void Kind_is_a_kind_of_the_merge(string name, JsonMergeKind expected)
    {
        Assert.True(NamedEnumConverter<MergePolicyAs>.TryParse(name, out var kind));

        Assert.Equal(expected, RuleOf(new() { Match = "**", As = kind }).As);
        Assert.Equal(3, NamedEnumConverter<MergePolicyAs>.KnownNames.Count);
    }

    private static JsonMergeRule RuleOf(MergePolicy policy) => Assert.Single(MergePolicySet.Of([policy]).OptionsFor(Entity("a"))!.Rules);

    private static DocumentKey Entity(string id) => new(DocumentKind.Entity, id);
}
