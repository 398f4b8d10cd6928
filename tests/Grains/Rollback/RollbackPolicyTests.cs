using Memento.Rollback;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

/// <summary>A rollback merges from its beginning to its end with one version of the merge policies: the previewed one, or the newest when it began.</summary>
public abstract class RollbackPolicies(SessionCluster cluster)
{
    private readonly RollbackRig _rig = new(cluster);

    [Fact]
    public async Task Rollback_begins_with_the_newest_policies()
    {
        var point = await ConflictAsync();
        var before = await _rig.RollBackAsync(point, Anns, ConflictStrategy.AskUser);
        await SetAsync("/a");
        await SetAsync("/b");

        var after = await _rig.RollBackAsync(point, Anns, ConflictStrategy.AskUser);

        Assert.Equal((0L, 2L), (before.PoliciesVersion, after.PoliciesVersion));
    }

    [Fact]
    public async Task Rollback_with_a_token_keeps_the_policies_that_were_previewed()
    {
        await SetAsync("/a");
        var point = await ConflictAsync();
        var preview = await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new() { Selection = Anns });
        await SetAsync("/b");

        var view = await _rig.RollBackAsync(point, new StartRollback { Selection = Anns, ConflictStrategy = ConflictStrategy.AskUser, PreviewToken = preview.PreviewToken });
        var anew = await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new() { Selection = Anns });

        Assert.Equal((1L, RollbackStatus.Completed, 1L, 2L), (preview.PoliciesVersion, view.Status, view.PoliciesVersion, anew.PoliciesVersion));
    }

    [Fact]
    public async Task Token_that_names_policies_which_never_were_is_refused()
    {
        var point = await ConflictAsync();
        var forged = PreviewToken.Of(_rig.Name, point.RollbackPointId, Anns, (await _rig.Workspace.GetAsync()).ChangedSeq, 7);

        var refusal = await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollback().StartAsync(point.RollbackPointId, new() { Selection = Anns, PreviewToken = forged }));

        Assert.Equal("previewToken", refusal.Errors[0].Field);
    }

    [Fact]
    public async Task Running_rollback_keeps_its_policies_when_its_activation_ends()
    {
        await SetAsync("/a");
        var point = await _rig.ChangeManyAsync();
        var rollback = await _rig.StartGradualAsync(point);
        await ReachAsync(rollback, view => view.AppliedChanges > 0);
        await SetAsync("/b");
        await cluster.DeactivateAsync(rollback);
        await rollback.ResumeAsync();

        var view = await _rig.AdvanceUntilAsync(rollback, Pause, v => v.IsOver);

        Assert.Equal((RollbackStatus.Completed, 1L, Many), (view.Status, view.PoliciesVersion, await _rig.CountOldAsync()));
    }

    [Fact]
    public async Task Undoing_begins_with_the_newest_policies()
    {
        await SetAsync("/a");
        var point = await _rig.ChangeManyAsync();
        var rollback = await _rig.RollBackAsync(point);
        await SetAsync("/b");

        var undo = await _rig.EndAsync((await _rig.Rollback(rollback.OperationId).UndoAsync()).OperationId);

        Assert.Equal((1L, 2L), (rollback.PoliciesVersion, undo.PoliciesVersion));
    }

    [Fact]
    public async Task Dry_run_tells_what_the_policies_of_its_beginning_do()
    {
        await SetAsync("/a");
        var point = await ConflictAsync();

        var view = await _rig.RollBackAsync(point, new StartRollback { Type = RollbackType.DryRun, Selection = Anns });

        Assert.Equal((1L, 1L), (view.PoliciesVersion, view.Preview!.PoliciesVersion));
    }

    /// <summary>A document that Ann and then Bob changed in the same place.</summary>
    private async Task<RollbackPoint> ConflictAsync()
    {
        await _rig.WriteAsync(null, ("d", """{"a":1}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("d", """{"a":2}"""));
        await _rig.WriteAsync(Bob, ("d", """{"a":3}"""));
        return point;
    }

    private Task<MergePolicyList> SetAsync(string path) => cluster.Client.GetGrain<IMergePolicyGrain>(_rig.Name).SetAsync(new() { Policies = [new() { Match = "**", Path = path, Strategy = MergePolicyStrategy.Overwrite }] });
}

public sealed class SqliteRollbackPolicyTests(RollbackClusterFixture<SqliteTestDatabase> fixture) : RollbackPolicies(fixture.Cluster), IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRollbackPolicyTests(RollbackClusterFixture<PostgreSqlTestDatabase> fixture) : RollbackPolicies(fixture.Cluster), IClassFixture<RollbackClusterFixture<PostgreSqlTestDatabase>>;
