using Memento.Rollback;
using Memento.Tests.Storage;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

/// <summary>A smart merge is offered only where one merge of three values is what the rollback would do.</summary>
public sealed class RollbackMergeChoiceTests(RollbackClusterFixture<SqliteTestDatabase> fixture) : IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>
{
    private readonly RollbackRig _rig = new(fixture.Cluster);

    [Fact]
    public async Task It_is_not_offered_where_several_runs_are_undone()
    {
        await _rig.WriteAsync(null, ("v", """{"a":1,"b":1}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("v", """{"a":2,"b":1}"""));
        await _rig.WriteAsync(Bob, ("v", """{"a":3,"b":1}"""));
        await _rig.WriteAsync(Ann, ("v", """{"a":3,"b":5}"""));

        await OnlySidesAsync(await _rig.UndoAnnAsync(point, ConflictStrategy.AskUser));
    }

    [Fact]
    public async Task It_is_not_offered_where_something_outside_of_the_document_is_in_conflict()
    {
        await _rig.WriteAsync(null, ("a", "{}"));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("b", "{}"));
        await _rig.WriteAsync(Bob, ("relationship/r", """{"from":"a","to":"b"}"""));

        var view = await _rig.UndoAnnAsync(point, ConflictStrategy.Merge);

        Assert.Equal(ConflictType.Dependency, Assert.Single(view.Conflicts).Type);
        await OnlySidesAsync(view);
    }

    private async Task OnlySidesAsync(RollbackView view)
    {
        var conflict = Assert.Single(view.Conflicts);
        var details = await _rig.Rollback(view.OperationId).GetConflictAsync(conflict.ConflictId);
        Assert.Equal((ConflictStatus.Open, ConflictChoice.KeepCurrent), (conflict.Status, details.Recommended));
        Assert.DoesNotContain(details.Options, o => o.Choice is ConflictChoice.SmartMerge);
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.SmartMerge }));
    }
}
