using System.Collections.Immutable;
using Memento.Cli;
using Memento.Cli.Rollback;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>Previews of rollbacks on the terminal.</summary>
public sealed class PreviewRenderingTests
{
    [Fact]
    public void Policies_without_effect_are_named_with_the_reason()
    {
        var written = Written(
            new UnusedPolicy(1, "entity/scr/**", null, UnusedPolicyReason.NoDocument),
            new UnusedPolicy(4, "entity/**", "/limts/\u202E", UnusedPolicyReason.NoPlace));

        Assert.EndsWith(
            "\nMerge policies without effect here:\n  #2 entity/scr/**: no merged document has such a name\n"
            + "  #5 entity/**: no merged document has a value at /limts/\\u202E\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Policies_are_not_mentioned_if_all_have_an_effect() =>
        Assert.DoesNotContain("policies", Written(), StringComparison.OrdinalIgnoreCase);

    private static string Written(params UnusedPolicy[] unused)
    {
        var preview = new RollbackPreview
        {
            PreviewToken = "pv", TotalChanges = 0, ChangesByType = ImmutableSortedDictionary<string, long>.Empty, ConflictCount = 0,
            AffectedItems = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, Dependencies = new(), Conflicts = [],
            RecommendedStrategy = RollbackStrategy.Safe, Reason = "small", EstimatedDurationMs = 1,
            UnusedPolicies = unused.Length == 0 ? default : [.. unused],
        };
        var output = new StringWriter();
        PreviewRendering.Write(new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System), preview);
        return output.ToString();
    }
}
