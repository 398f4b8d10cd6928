using Memento.Rollback;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

public sealed class SqliteRollbackConflictTests(RollbackClusterFixture<SqliteTestDatabase> fixture) : RollbackConflicts(fixture.Cluster), IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRollbackConflictTests(RollbackClusterFixture<PostgreSqlTestDatabase> fixture) : RollbackConflicts(fixture.Cluster), IClassFixture<RollbackClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>What becomes of documents on which a rollback and others' work do not agree, and what is recorded; and how somebody decides later.</summary>
public abstract class RollbackConflicts(SessionCluster cluster)
{
    private readonly RollbackRig _rig = new(cluster);

    public static TheoryData<ConflictType, ConflictStrategy> Cases
    {
        get
        {
            var cases = new TheoryData<ConflictType, ConflictStrategy>();
            foreach (var type in Enum.GetValues<ConflictType>())
                foreach (var strategy in Enum.GetValues<ConflictStrategy>()) cases.Add(type, strategy);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_conflict_ends_as_the_strategy_says(ConflictType type, ConflictStrategy strategy)
    {
        var (point, document, now, rolledBack) = await BringAboutAsync(type);
        var before = await _rig.RootAsync();

        var view = await _rig.RollBackAsync(point, Anns, strategy);

        var conflict = Assert.Single(view.Conflicts);
        Assert.Equal((type, document, 1L), (conflict.Type, conflict.Key.ToString(), view.ConflictCount));
        Assert.Contains(document, conflict.Reason, StringComparison.Ordinal);
        Assert.Equal(conflict with { Places = [] }, Assert.Single(await _rig.ConflictsAsync(view.OperationId)) with { Places = [] });
        if (strategy is ConflictStrategy.Abort)
        {
            Assert.Equal((RollbackStatus.Failed, Codes.RollbackConflict, 0L), (view.Status, view.Error!.Code, view.AppliedChanges));
            Assert.Contains(document, view.Error.Message, StringComparison.Ordinal);
            Assert.Equal(before, await _rig.RootAsync());
            Assert.Equal(ConflictStatus.Void, conflict.Status);
            return;
        }

        Assert.True(view.Status is RollbackStatus.Completed, view.Error?.Message);
        var (choice, value) = (type, strategy) switch
        {
            (ConflictType.PermissionDenied, _) or (_, ConflictStrategy.Skip) => (ConflictChoice.KeepCurrent, now),
            (_, ConflictStrategy.Overwrite) => (ConflictChoice.UseRollback, rolledBack),
            (ConflictType.ValueMismatch, ConflictStrategy.Merge) => (ConflictChoice.SmartMerge, rolledBack),
            _ => ((ConflictChoice?)null, now),
        };
        Assert.Equal((choice is null ? ConflictStatus.Open : ConflictStatus.Resolved, choice), (conflict.Status, conflict.Resolution));
        await _rig.HasAsync((document, value), ("bystander", """{"n":1}"""));
        Assert.Equal(choice is ConflictChoice.UseRollback or ConflictChoice.SmartMerge ? 2 : 1, view.AppliedChanges);
    }

    /// <summary>Ann and Bob do not agree about one document, and Ann changed another. Answers the point, the document, its value and the one that undoing Ann would give.</summary>
    private async Task<(RollbackPoint Point, string Document, string? Now, string? RolledBack)> BringAboutAsync(ConflictType type)
    {
        await _rig.WriteAsync(null, ("bystander", """{"n":1}"""), ("v", """{"x":1}"""), ("file/t", "one\n"), ("protected/p", """{"x":1}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("bystander", """{"n":2}"""));
        switch (type)
        {
            case ConflictType.ValueMismatch:
                await _rig.WriteAsync(Ann, ("v", """{"x":2}"""));
                await _rig.WriteAsync(Bob, ("v", """{"x":3}"""));
                return (point, "entity/v", """{"x":3}""", """{"x":1}""");
            case ConflictType.TypeMismatch:
                await _rig.WriteAsync(Ann, ("file/t", "two\n"));
                await _rig.WriteAsync(Bob, ("file/t", """{"x":3}"""));
                return (point, "file/t", """{"x":3}""", "one\n");
            case ConflictType.MissingTarget:
                await _rig.WriteAsync(Ann, ("v", """{"x":2}"""));
                await _rig.WriteAsync(Bob, ("v", null));
                return (point, "entity/v", null, """{"x":1}""");
            case ConflictType.PermissionDenied:
                await _rig.WriteAsync(Ann, ("protected/p", """{"x":2}"""));
                return (point, "entity/protected/p", """{"x":2}""", """{"x":1}""");
            default:
                await _rig.WriteAsync(Ann, ("e", """{"x":2}"""));
                await _rig.WriteAsync(Bob, ("relationship/r", """{"from":"e","to":"v"}"""));
                return (point, "entity/e", """{"x":2}""", null);
        }
    }

    [Fact]
    public async Task A_relationship_that_comes_back_while_its_entity_is_gone_is_in_conflict_and_the_entity_is_required()
    {
        await _rig.WriteAsync(null, ("e", "{}"), ("relationship/r", """{"from":"e","to":"e"}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("relationship/r", null));
        await _rig.WriteAsync(Bob, ("e", null));

        var preview = await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new() { Selection = Anns });
        Assert.Equal(["entity/e"], preview.Dependencies.Required);
        Assert.Equal((ConflictType.Dependency, "r"), (preview.Conflicts[0].Type, preview.Conflicts[0].Id));

        await _rig.UndoAnnAsync(point, ConflictStrategy.Overwrite);
        await _rig.HasAsync(("relationship/r", """{"from":"e","to":"e"}"""), ("e", null));
    }

    [Fact]
    public async Task An_entity_that_goes_while_a_relationship_stays_affects_it()
    {
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("e", "{}"), ("f", "{}"));
        await _rig.WriteAsync(Bob, ("relationship/r", """{"from":"e","to":"f"}"""));

        var preview = await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new() { Selection = Anns });

        Assert.Equal(["relationship/r"], preview.Dependencies.Affected);
        Assert.Equal(2, preview.ConflictCount);
        await _rig.RollBackAsync(point);   // all of it goes together
        Assert.Equal(point.Root, await _rig.RootAsync());
    }

    [Fact]
    public async Task A_merged_relationship_whose_entity_is_gone_keeps_its_merged_value_when_it_is_overwritten()
    {
        await _rig.WriteAsync(null, ("e", "{}"), ("relationship/r", """{"a":1,"b":1,"from":"e"}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("relationship/r", """{"a":2,"b":1,"from":"e"}"""));
        await _rig.WriteAsync(Bob, ("relationship/r", """{"a":2,"b":2,"from":"e"}"""), ("e", null));

        await _rig.UndoAnnAsync(point, ConflictStrategy.Overwrite);

        await _rig.HasAsync(("relationship/r", """{"a":1,"b":2,"from":"e"}"""));
    }

    [Fact]
    public async Task Dependencies_that_are_given_count_and_circles_are_reported()
    {
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("a", "{}"), ("b", "{}"), ("c", "{}"));
        await _rig.WriteAsync(Bob, ("metadata/m", "{}"));
        var request = new PreviewRollback { Selection = Anns, Dependencies = [new("metadata/m", ["entity/a"]), new("entity/b", ["entity/c"]), new("entity/c", ["entity/b"])] };

        var preview = await _rig.Rollbacks.PreviewAsync(point.RollbackPointId, request);

        Assert.Equal(["metadata/m"], preview.Dependencies.Affected);
        Assert.Equal((ConflictType.Dependency, "a"), (Assert.Single(preview.Conflicts).Type, preview.Conflicts[0].Id));
        Assert.Equal(["entity/b", "entity/c"], Assert.Single(preview.Dependencies.Circular).Order());
        var view = await _rig.RollBackAsync(point, new StartRollback { Selection = Anns, Dependencies = request.Dependencies, ConflictStrategy = ConflictStrategy.Skip });
        Assert.Equal((RollbackStatus.Completed, 2L), (view.Status, view.AppliedChanges));
        await _rig.HasAsync(("a", "{}"), ("b", null), ("c", null));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollback().StartAsync(point.RollbackPointId, new() { Dependencies = [new("nothing", [])] }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new() { Dependencies = [new("entity/a", [null!])] }));
    }

    [Theory]
    [InlineData(ConflictChoice.KeepCurrent, """{"x":3,"y":3}""")]
    [InlineData(ConflictChoice.UseRollback, """{"x":1,"y":1}""")]
    [InlineData(ConflictChoice.SmartMerge, """{"x":1,"y":3}""")]
    [InlineData(ConflictChoice.Value, """{"x":9}""")]
    public async Task A_conflict_is_resolved_later_by_each_choice(ConflictChoice choice, string becomes)
    {
        var (view, conflict) = await AskAsync();
        var details = await _rig.Rollback(view.OperationId).GetConflictAsync(conflict.ConflictId);
        Assert.Equal(("""{"x":2,"y":1}""", """{"x":3,"y":3}""", """{"x":1,"y":1}"""), (details.BaseValue!.Text, details.CurrentValue!.Text, details.RollbackValue!.Text));
        Assert.Equal(["/x"], conflict.Places);
        Assert.Equal(4, details.Options.Length);
        Assert.All(details.Options, o => Assert.InRange(o.Confidence, 0, 100));
        if (choice is not ConflictChoice.Value) Assert.Equal(becomes, details.Options.Single(o => o.Choice == choice).Preview!.Text);

        var resolved = await _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = choice, AgentId = "zoe", Value = choice is ConflictChoice.Value ? new(becomes) : null });

        Assert.Equal((ConflictStatus.Resolved, choice, "zoe"), (resolved.Status, resolved.Resolution, resolved.ResolvedBy));
        await _rig.HasAsync(("v", becomes));
        Assert.Empty(await _rig.ConflictsAsync(status: ConflictStatus.Open));
        Assert.Equal(conflict.ConflictId, Assert.Single(await _rig.ConflictsAsync(status: ConflictStatus.Resolved)).ConflictId);
        if (choice is not ConflictChoice.KeepCurrent) Assert.Equal(("zoe", view.OperationId), ((await _rig.HistoryAsync("v"))[0].AgentId, (await _rig.HistoryAsync("v"))[0].Cause));
    }

    [Fact]
    public async Task A_resolution_is_taken_once_and_may_be_repeated()
    {
        var (view, conflict) = await AskAsync();
        var rollback = _rig.Rollback(view.OperationId);
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => rollback.ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.Value }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => rollback.ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.Value, Base64 = "!" }));
        await SessionCluster.RefusedAsync(Codes.ConflictNotFound, () => rollback.ResolveAsync("conf-none", new() { Choice = ConflictChoice.KeepCurrent }));
        await SessionCluster.RefusedAsync(Codes.ConflictNotFound, () => _rig.Rollbacks.GetConflictAsync("conf-none"));
        await rollback.ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.UseRollback });

        Assert.Equal(ConflictStatus.Resolved, (await rollback.ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.UseRollback })).Status);
        await SessionCluster.RefusedAsync(Codes.RollbackConflict, () => rollback.ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.KeepCurrent }));
        await _rig.HasAsync(("v", """{"x":1,"y":1}"""));
    }

    [Fact]
    public async Task A_resolution_works_on_the_document_as_it_is_by_then_if_that_was_looked_at()
    {
        var (view, conflict) = await AskAsync();
        await _rig.WriteAsync(Bob, ("v", """{"x":4,"y":3,"z":5}"""));

        var details = await _rig.Rollback(view.OperationId).GetConflictAsync(conflict.ConflictId);
        Assert.Equal("""{"x":4,"y":3,"z":5}""", details.CurrentValue!.Text);
        await SessionCluster.RefusedAsync(Codes.VersionConflict, () => _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.SmartMerge }));
        await SessionCluster.RefusedAsync(Codes.VersionConflict, () => _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.UseRollback, IfMatch = "1" }));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.UseRollback, IfMatch = "x" }));
        await _rig.HasAsync(("v", """{"x":4,"y":3,"z":5}"""));
        await _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.SmartMerge, IfMatch = details.CurrentEtag });

        await _rig.HasAsync(("v", """{"x":1,"y":3,"z":5}"""));
    }

    [Fact]
    public async Task A_conflict_over_a_document_that_is_gone_by_then_can_be_resolved()
    {
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("v", """{"x":2}"""));
        await _rig.WriteAsync(Bob, ("v", """{"x":3}"""));
        var view = await _rig.UndoAnnAsync(point, ConflictStrategy.AskUser);
        await _rig.WriteAsync(Bob, ("v", null));

        var conflict = Assert.Single(view.Conflicts).ConflictId;
        var details = await _rig.Rollback(view.OperationId).GetConflictAsync(conflict);
        var resolved = await _rig.Rollback(view.OperationId).ResolveAsync(conflict, new() { Choice = ConflictChoice.UseRollback, IfMatch = details.CurrentEtag });

        Assert.Equal(ConflictStatus.Resolved, resolved.Status);
        await _rig.HasAsync(("v", null));
    }

    [Fact]
    public async Task What_no_rule_can_tell_is_said()
    {
        var (point, _, now, _) = await BringAboutAsync(ConflictType.TypeMismatch);
        var view = await _rig.UndoAnnAsync(point, ConflictStrategy.Merge);
        var conflict = Assert.Single(view.Conflicts);
        var details = await _rig.Rollback(view.OperationId).GetConflictAsync(conflict.ConflictId);

        Assert.Equal((ConflictStatus.Open, ConflictChoice.KeepCurrent), (conflict.Status, details.Recommended));
        Assert.DoesNotContain(details.Options, o => o.Choice is ConflictChoice.SmartMerge);
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.SmartMerge }));
        await _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.Value, Base64 = Convert.ToBase64String("own\n"u8) });
        await _rig.HasAsync(("file/t", "own\n"));
        Assert.NotNull(now);
    }

    [Fact]
    public async Task Conflicts_are_paged_and_none_is_missed_though_those_before_are_resolved_meanwhile()
    {
        await _rig.WriteAsync(null, [.. Enumerable.Range(0, 23).Select(i => ($"d{i}", (string?)"""{"x":1}"""))]);
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, [.. Enumerable.Range(0, 23).Select(i => ($"d{i}", (string?)"""{"x":2}"""))]);
        await _rig.WriteAsync(Bob, [.. Enumerable.Range(0, 23).Select(i => ($"d{i}", (string?)"""{"x":3}"""))]);
        var view = await _rig.UndoAnnAsync(point, ConflictStrategy.AskUser);
        Assert.Equal(23, view.ConflictCount);

        var (seen, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = await _rig.Rollbacks.ListConflictsAsync(ConflictStatus.Open, view.OperationId, 5, cursor);
            foreach (var conflict in page.Items) await _rig.Rollback(view.OperationId).ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.UseRollback });
            seen.AddRange(page.Items.Select(c => c.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(23, seen.Distinct().Count());
        Assert.Equal(point.Root, await _rig.RootAsync());
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollbacks.ListConflictsAsync(cursor: "nonsense"));
    }

    /// <summary>A rollback that leaves one conflict: x is 2 by Ann, 3 by Bob and was 1; y is 3 by Bob and was 1.</summary>
    private async Task<(RollbackView View, ConflictView Conflict)> AskAsync()
    {
        await _rig.WriteAsync(null, ("v", """{"x":1,"y":1}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("v", """{"x":2,"y":1}"""));
        await _rig.WriteAsync(Bob, ("v", """{"x":3,"y":3}"""));
        var view = await _rig.UndoAnnAsync(point, ConflictStrategy.AskUser);
        return (view, Assert.Single(view.Conflicts));
    }
}
