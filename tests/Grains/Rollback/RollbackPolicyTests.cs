using System.Collections.Immutable;
using System.Text.Json;
using Memento.Rollback;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

/// <summary>
/// A rollback merges from its beginning to its end with one version of the merge policies: the previewed one, or the newest when it began.
/// </summary>
public abstract class RollbackPolicies(SessionCluster cluster)
{
    private const string Merged = """{"tags":["a","c"]}""";

    private static readonly MergePolicy Sets = new() { Match = "entity/**", Path = "/tags", As = MergePolicyAs.Set };

    private readonly RollbackRig _rig = new(cluster);

    [Fact]
    public async Task Rollback_merges_with_the_newest_policies()
    {
        var point = await TagAsync(1);
        var without = await _rig.RollBackAsync(point, Anns, ConflictStrategy.AskUser);
        await SetAsync(Sets);

        var with = await _rig.RollBackAsync(point, Anns);

        Assert.Equal((0L, 1L), (without.PoliciesVersion, without.ConflictCount));
        Assert.Equal((1L, RollbackStatus.Completed, 0L), (with.PoliciesVersion, with.Status, with.ConflictCount));
        Assert.Equal(Merged, await _rig.ReadAsync(Doc(0)));
    }

    [Theory]
    [InlineData(MergePolicyStrategy.Overwrite, """{"tags":["a"]}""")]
    [InlineData(MergePolicyStrategy.Skip, """{"tags":["c"]}""")]
    public async Task Strategy_of_a_policy_settles_what_would_be_a_conflict(MergePolicyStrategy strategy, string settled)
    {
        var point = await TagAsync(1);
        await SetAsync(new MergePolicy { Match = "entity/d*", Path = "/tags", Strategy = strategy });

        var view = await _rig.RollBackAsync(point, Anns);

        Assert.Equal((RollbackStatus.Completed, 0L), (view.Status, view.ConflictCount));
        Assert.Equal(settled, await _rig.ReadAsync(Doc(0)));
    }

    [Fact]
    public async Task Rollback_with_a_token_keeps_the_policies_that_were_previewed()
    {
        await SetAsync(Sets);
        var point = await TagAsync(1);
        var preview = await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new() { Selection = Anns });
        await SetAsync();
        var anew = await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new() { Selection = Anns });

        var view = await _rig.RollBackAsync(point, new StartRollback { Selection = Anns, PreviewToken = preview.PreviewToken });

        Assert.Equal((1L, 0L, 2L, 1L), (preview.PoliciesVersion, preview.ConflictCount, anew.PoliciesVersion, anew.ConflictCount));
        Assert.Equal((RollbackStatus.Completed, 1L), (view.Status, view.PoliciesVersion));
        Assert.Equal(Merged, await _rig.ReadAsync(Doc(0)));
    }

    [Fact]
    public async Task Conflict_is_explained_and_merged_with_the_policies_of_its_rollback()
    {
        var point = await TagAsync(1);
        var view = await _rig.RollBackAsync(point, Anns, ConflictStrategy.AskUser);
        var rollback = _rig.Rollback(view.OperationId);
        var before = await rollback.GetConflictAsync(view.Conflicts[0].ConflictId);
        await SetAsync(Sets);

        Assert.Equal(Options(before), Options(await rollback.GetConflictAsync(view.Conflicts[0].ConflictId)));

        static string Options(ConflictDetails details) => JsonSerializer.Serialize(details, MementoJson.Default.ConflictDetails);
    }

    [Fact]
    public async Task Token_that_names_policies_which_never_were_is_refused()
    {
        var point = await TagAsync(1);
        var forged = PreviewToken.Of(_rig.Name, point.RollbackPointId, Anns, (await _rig.Workspace.GetAsync()).ChangedSeq, 7);

        var request = new StartRollback { Selection = Anns, PreviewToken = forged };
        var rollback = _rig.Rollback();
        var refusal = await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => rollback.StartAsync(point.RollbackPointId, request));

        Assert.Equal("previewToken", refusal.Errors[0].Field);
    }

    [Fact]
    public async Task Running_rollback_keeps_its_policies_when_its_activation_ends()
    {
        await SetAsync(Sets);
        var point = await TagAsync(3);
        var rollback = await _rig.StartGradualAsync(point, Anns, batch: 1);
        await ReachAsync(rollback, view => view.AppliedChanges > 0);
        await SetAsync();
        await cluster.DeactivateAsync(rollback);
        await rollback.ResumeAsync();

        var view = await _rig.AdvanceUntilAsync(rollback, Pause, v => v.IsOver);

        Assert.Equal((RollbackStatus.Completed, 1L, 0L), (view.Status, view.PoliciesVersion, view.ConflictCount));
        await _rig.HasAsync([.. Enumerable.Range(0, 3).Select(i => (Doc(i), (string?)Merged))]);
    }

    [Fact]
    public async Task Undoing_begins_with_the_newest_policies()
    {
        await SetAsync(Sets);
        var point = await TagAsync(1);
        var rollback = await _rig.RollBackAsync(point, Anns);
        await SetAsync();

        var undo = await _rig.EndAsync((await _rig.Rollback(rollback.OperationId).UndoAsync()).OperationId);

        Assert.Equal((1L, 2L), (rollback.PoliciesVersion, undo.PoliciesVersion));
    }

    [Fact]
    public async Task Dry_run_tells_what_the_policies_of_its_beginning_do()
    {
        await SetAsync(Sets);
        var point = await TagAsync(1);

        var view = await _rig.RollBackAsync(point, new StartRollback { Type = RollbackType.DryRun, Selection = Anns });

        Assert.Equal((1L, 1L, 0L), (view.PoliciesVersion, view.Preview!.PoliciesVersion, view.Preview.ConflictCount));
    }

    /// <summary>Documents whose only tag Ann and then Bob replaced: in a list these changes touch, in a set they do not.</summary>
    private async Task<RollbackPoint> TagAsync(int documents)
    {
        await WriteAsync(null, """{"tags":["a"]}""");
        var point = await _rig.PointAsync();
        await WriteAsync(Ann, """{"tags":["b"]}""");
        await WriteAsync(Bob, """{"tags":["c"]}""");
        return point;

        Task WriteAsync(string? agent, string value) =>
            _rig.WriteAsync(agent, [.. Enumerable.Range(0, documents).Select(i => (Doc(i), (string?)value))]);
    }

    private Task<MergePolicyList> SetAsync(params ImmutableArray<MergePolicy> policies) =>
        cluster.Client.GetGrain<IMergePolicyGrain>(_rig.Name).SetAsync(new() { Policies = policies });
}

public sealed class SqliteRollbackPolicyTests(RollbackClusterFixture<SqliteTestDatabase> fixture)
    : RollbackPolicies(fixture.Cluster), IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRollbackPolicyTests(RollbackClusterFixture<PostgreSqlTestDatabase> fixture)
    : RollbackPolicies(fixture.Cluster), IClassFixture<RollbackClusterFixture<PostgreSqlTestDatabase>>;
