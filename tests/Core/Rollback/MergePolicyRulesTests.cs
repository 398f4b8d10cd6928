using System.Collections.Immutable;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>The rules say what a list of merge policies may hold and when it may be replaced.</summary>
public sealed class MergePolicyRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly MergePolicyLimits Limits = new();
    private static readonly MergePolicy Any = new() { Match = "**", Strategy = MergePolicyStrategy.AskUser };

    public static TheoryData<string, MergePolicy, string> Wrong => new()
    {
        { "[0].match", Any with { Match = "" }, "is empty" },
        { "[0].match", Any with { Match = "[a" }, "" },
        { "[0].match", Any with { Match = new string('a', 1_025) }, "1024" },
        { "[0].path", Any with { Path = "spec" }, "must be empty or start with /" },
        { "[0].path", Any with { Path = "/a~2" }, "~" },
        { "[0].path", Any with { Path = "/" + new string('a', 1_024) }, "at most 1024" },
        { "[0].key", Any with { Key = [] }, "has 0 members; must name 1 to 4" },
        { "[0].key", Any with { Key = ["a", "b", "c", "d", "e"] }, "has 5 members" },
        { "[0].key[1]", Any with { Key = ["a", ""] }, "has 0 characters" },
        { "[0].key[0]", Any with { Key = [null!] }, "is null" },
        { "[0].key[0]", Any with { Key = [new string('a', 257)] }, "has 257 characters" },
        { "[0].key[1]", Any with { Key = ["a", "a"] }, "must be named once" },
        { "[0].key", Any with { Key = ["a"], As = MergePolicyAs.Text }, "a key is for arrays" },
        { "[0].strategy", Any with { Key = ["a"], Strategy = MergePolicyStrategy.Text }, "is text beside key" },
        { "[0].strategy", Any with { As = MergePolicyAs.Set, Strategy = MergePolicyStrategy.Text }, "is text beside as" },
        { "[0].strategy", Any with { As = MergePolicyAs.List, Strategy = MergePolicyStrategy.Max }, "is max beside as" },
        { "[0].strategy", Any with { As = MergePolicyAs.Text, Strategy = MergePolicyStrategy.Max }, "is max beside as" },
        { "[0].strategy", Any with { As = MergePolicyAs.Text, Strategy = MergePolicyStrategy.Union }, "is union beside as" },
        { "[0]", null!, "is null" },
        { "[0]", Any with { Strategy = null }, "says nothing about what matches" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Policy_that_breaks_a_rule_is_refused_by_its_field(string field, MergePolicy policy, string problem)
    {
        var refusal = Problem(policy);

        Assert.Equal((RefusalKind.Invalid, Codes.ValidationFailed), (refusal!.Kind, refusal.Code));
        var error = Assert.Single(refusal.Errors);
        Assert.Equal(field, error.Field);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Policies_that_keep_the_rules_are_accepted()
    {
        foreach (var strategy in Enum.GetValues<MergePolicyStrategy>()) Assert.Null(Problem(Any with { Path = "", Strategy = strategy }));
        foreach (var kind in Enum.GetValues<MergePolicyAs>())
            Assert.Null(Problem(Any with { Path = "/a/*/b~1c", As = kind, Strategy = MergePolicyStrategy.AskUser }));
        Assert.Null(Problem(Any with { Match = "{entity,file}/src/**", Key = ["name", "port", "host", "zone"], As = MergePolicyAs.List }));
        Assert.Null(Problem());
    }

    [Fact]
    public void All_policies_are_looked_at_and_each_fault_is_named()
    {
        ImmutableArray<MergePolicy> policies = [Any, Any with { Match = "" }, Any, Any with { Path = "x", Key = [] }];

        var refusal = MergePolicyRules.Problem(new() { Policies = policies, AgentId = "\n" }, Limits)!;

        Assert.Equal(["agentId", "[1].match", "[3].path", "[3].key"], refusal.Errors.Select(error => error.Field));
        Assert.Equal("policies", Assert.Single(MergePolicyRules.Problem(new() { Policies = default }, Limits)!.Errors).Field);
    }

    [Fact]
    public void Policies_beyond_the_bounds_are_too_large()
    {
        Assert.Null(Problem([.. Enumerable.Repeat(Any, 200)]));
        Assert.Equal((RefusalKind.TooLarge, Codes.TooLarge), Refused(Enumerable.Repeat(Any, 201)));
        Assert.Equal((RefusalKind.TooLarge, Codes.TooLarge), Refused(Enumerable.Repeat(Any with { Match = new string('a', 1_000) }, 66)));

        static (RefusalKind, string) Refused(IEnumerable<MergePolicy> policies) =>
            Problem([.. policies]) is { } refusal ? (refusal.Kind, refusal.Code) : default;
    }

    [Fact]
    public void Change_counts_the_version_and_replaces_the_whole_list()
    {
        var one = Set(MergePolicyState.Empty, new() { Policies = [Any], AgentId = "ada" });
        var two = Set(one, new() { Policies = [], IfMatch = "\"1\"" });

        Assert.Equal((1L, "ada", Now, 1), (one.Version, one.AgentId, one.UpdatedAt!.Value, one.Policies.Length));
        Assert.Equal((2L, null, 0), (two.Version, two.AgentId, two.Policies.Length));
    }

    [Theory]
    [InlineData(null, false, true)]
    [InlineData("*", false, true)]
    [InlineData("\"2\"", false, true)]
    [InlineData("2", false, true)]
    [InlineData("\"1\"", false, false)]
    [InlineData("\"3\"", false, false)]
    [InlineData("W/\"2\"", false, false)]
    [InlineData(null, true, false)]
    public void Version_that_is_expected_decides(string? ifMatch, bool ifAbsent, bool isAccepted)
    {
        var state = new MergePolicyState { Version = 2, Policies = [Any], UpdatedAt = Now };

        var decision = MergePolicyRules.Decide(state, new() { Policies = [], IfMatch = ifMatch, IfAbsent = ifAbsent }, Limits, Now);

        Assert.Equal(isAccepted ? null : Codes.VersionConflict, decision.Refusal?.Code);
        Assert.Equal(isAccepted ? 1 : 0, decision.Facts.Length);
    }

    [Theory]
    [InlineData("\"2\"", null)]
    [InlineData("\"1\"", null)]   // the change from 1 to 2 is repeated
    [InlineData("\"0\"", Codes.VersionConflict)]
    public void Equal_policies_change_nothing(string ifMatch, string? code)
    {
        var state = new MergePolicyState { Version = 2, Policies = [Any with { Key = ["a"] }], UpdatedAt = Now };

        var request = new SetMergePolicies { Policies = [Any with { Key = ["a"] }], IfMatch = ifMatch, AgentId = "bob" };

        var decision = MergePolicyRules.Decide(state, request, Limits, Now);

        Assert.Equal((code, 0), (decision.Refusal?.Code, decision.Facts.Length));
    }

    private static MergePolicyState Set(MergePolicyState state, SetMergePolicies request) =>
        MergePolicyRules.Apply(state, Assert.Single(MergePolicyRules.Decide(state, request, Limits, Now).Facts));

    private static Refusal? Problem(params ImmutableArray<MergePolicy> policies) =>
        MergePolicyRules.Problem(new() { Policies = policies }, Limits);
}
