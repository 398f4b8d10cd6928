using Memento.Agents;
using Memento.Audit;
using Memento.Journaling;
using Memento.Rollback;
using Memento.Tasks;
using Memento.Tests.Grains.Rollback;
using Memento.Tests.Grains.Tasks;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Audit;

public sealed class SqliteAuditTests(SessionClusterFixture<SqliteTestDatabase> fixture) : Audits(fixture.Cluster), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlAuditTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : Audits(fixture.Cluster), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>Who did what, and how it is found.</summary>
public abstract class Audits(SessionCluster cluster)
{
    private readonly RollbackRig _rig = new(cluster);

    [Fact]
    public async Task Everything_that_was_done_is_there_newest_first()
    {
        var (point, rolledBack) = await TellAsync();

        var entries = await ListAsync(new());

        Assert.Equal(
            [
                (AuditAction.PointRemoved, "zoe"), (AuditAction.PointChanged, "zoe"), (AuditAction.ConflictResolved, "eve"), (AuditAction.DocumentsChanged, "eve"), (AuditAction.RollbackFinished, "cid"),
                (AuditAction.ConflictsFound, "cid"), (AuditAction.RollbackRequested, "cid"), (AuditAction.DocumentsChanged, Bob), (AuditAction.DocumentsChanged, Ann), (AuditAction.PointCreated, null), (AuditAction.DocumentsChanged, Ann),
            ],
            entries.Where(e => e.Action is not (AuditAction.RollbackStarted or AuditAction.RollbackProgressed) && !(e.Action is AuditAction.PointCreated && e.OperationId is not null) && !(e.Action is AuditAction.DocumentsChanged && e.AgentId is "cid"))
                .Select(e => (e.Action, e.AgentId)));
        Assert.Equal(entries.Select(e => e.At).OrderDescending(), entries.Select(e => e.At));
        var first = entries[^1];
        Assert.Equal([new(DocumentKind.Entity, "a", DiffOperation.Create), new(DocumentKind.Entity, "b", DiffOperation.Create)], first.Documents.AsEnumerable());
        Assert.Equal((2L, 1L, "s1"), (first.DocumentCount, first.Seq, first.SessionId));
        Assert.Equal(rolledBack.RecoveryPointId, entries.First(e => e.Action is AuditAction.PointCreated).RollbackPointId);
        Assert.All(entries.Where(e => e.Action is AuditAction.PointRemoved), e => Assert.Equal(point.RollbackPointId, e.RollbackPointId));
    }

    [Fact]
    public async Task Each_filter_gives_what_fits_and_all_of_it()
    {
        var (point, rolledBack) = await TellAsync();
        var all = await ListAsync(new());
        var conflict = Assert.Single(await _rig.ConflictsAsync()).ConflictId;
        var middle = all[all.Count / 2].At;

        foreach (var query in (AuditQuery[])
        [
            new() { AgentId = Ann }, new() { AgentId = "cid" }, new() { AgentId = "nobody" }, new() { SessionId = "s1" }, new() { SessionId = "s1", AgentId = Bob },
            new() { OperationId = rolledBack.OperationId }, new() { OperationId = rolledBack.OperationId, AgentId = "eve" }, new() { OperationId = "op-never" },
            new() { RollbackPointId = point.RollbackPointId }, new() { RollbackPointId = rolledBack.RecoveryPointId }, new() { Since = middle }, new() { Until = middle }, new() { Since = middle, Until = middle },
            .. Enum.GetValues<AuditAction>().Select(action => new AuditQuery { Action = action }),
        ])
        {
            var expected = all.Where(query.Covers).Select(Text).ToArray();
            Assert.Equal(expected, (await ListAsync(query)).Select(Text));
            Assert.Equal(expected, (await ListAsync(query with { Limit = 1 })).Select(Text));   // page by page
        }

        Assert.Equal([AuditAction.ConflictResolved, AuditAction.ConflictsFound], (await ListAsync(new() { ConflictId = conflict })).Select(e => e.Action));
        Assert.Equal(
            [(AuditAction.ConflictResolved, null), (AuditAction.DocumentsChanged, DiffOperation.Update), (AuditAction.ConflictsFound, null), (AuditAction.DocumentsChanged, DiffOperation.Update), (AuditAction.DocumentsChanged, DiffOperation.Update), (AuditAction.DocumentsChanged, (DiffOperation?)DiffOperation.Create)],
            (await ListAsync(new() { Document = Key("a") })).Select(e => (e.Action, e.Documents.First(d => d.Id == "a").Operation)));
        Assert.Equal(all.Count(e => e.Documents.Any(d => d.Id == "b")), (await ListAsync(new() { Document = Key("b"), Limit = 1 })).Count);
    }

    [Fact]
    public async Task A_rare_agents_work_is_found_among_thousands_of_others_entries()
    {
        await _rig.WriteAsync(Ann, ("first", "{}"));
        for (var i = 0; i < 6_000; i += 500) await Task.WhenAll(Enumerable.Range(i, 500).Select(n => _rig.WriteAsync(Bob, ($"d{n}", "{}"))));
        await _rig.WriteAsync(Ann, ("last", "{}"));

        Assert.Equal(["last", "first"], (await ListAsync(new() { AgentId = Ann })).Select(e => Assert.Single(e.Documents).Id));
        Assert.Equal(6_000, (await ListAsync(new() { AgentId = Bob, Limit = 500 })).Count);
    }

    [Fact]
    public async Task Of_a_large_change_the_first_documents_are_named_and_all_are_counted()
    {
        await _rig.ChangeManyAsync();

        var entry = (await ListAsync(new() { Action = AuditAction.DocumentsChanged }))[0];

        Assert.Equal((AuditEntry.MaxDocuments, Many), (entry.Documents.Length, entry.DocumentCount));
        Assert.All(entry.Documents, d => Assert.Equal(DiffOperation.Update, d.Operation));
    }

    [Fact, Trait(Needs.Trait, Needs.Slow)]
    public async Task What_is_older_than_the_audit_keeps_is_neither_told_nor_found()
    {
        await TellAsync();
        cluster.Clock.Advance(TimeSpan.FromDays(366));
        await _rig.WriteAsync(Ann, ("new", "{}"));

        Assert.Equal("new", Assert.Single(Assert.Single(await ListAsync(new())).Documents).Id);
        Assert.Equal("new", Assert.Single(Assert.Single(await ListAsync(new() { AgentId = Ann })).Documents).Id);
        await cluster.Services.GetRequiredService<HistorySweeper>().SweepAsync(SweepShare.All, CancellationToken.None);
        Assert.Equal("new", Assert.Single(Assert.Single(await ListAsync(new() { AgentId = Ann, Action = AuditAction.DocumentsChanged })).Documents).Id);
    }

    [Fact]
    public async Task An_empty_workspace_has_no_entries_and_a_foreign_cursor_is_refused()
    {
        Assert.Empty(await ListAsync(new()));
        foreach (var cursor in (string[])["x", "1-2-3", "1-2-3-x", "-1-2-3-4"]) await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Audit.ListAsync(new() { Cursor = cursor }));
    }

    [Fact]
    public async Task Calls_with_a_stale_token_are_told_among_all_else()
    {
        await _rig.WriteAsync(Ann, ("a", "{}"));
        var tasks = new TaskRig(cluster, _rig.Name);
        await tasks.RegisterAsync("a", instance: "one");
        var id = await tasks.SubmitAsync(new() { Type = "build", Queue = "night" });
        var old = Assert.Single(await tasks.ReceiveAsync("a"));
        await tasks.Agent("a").RegisterAsync(new() { Type = "test", InstanceId = "two", OnReturn = ReturnPolicy.Resume });
        Assert.Empty(await ListAsync(new() { Action = AuditAction.StaleCallRefused }));

        await TaskRig.RefusedAsync(Codes.StaleToken, tasks.SayAsync("a", TaskOperation.Complete, id, old.Token));
        cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        await _rig.WriteAsync(Bob, ("b", "{}"));

        Assert.Equal([AuditAction.DocumentsChanged, AuditAction.StaleCallRefused, AuditAction.DocumentsChanged], (await ListAsync(new())).Select(e => e.Action));
        var refused = Assert.Single(await ListAsync(new() { AgentId = "a" }));
        Assert.Equal((AuditAction.StaleCallRefused, $$"""{"queue":"night","calls":[{"taskId":"{{id}}","token":{{old.Token}},"operation":"complete"}]}"""), (refused.Action, refused.Detail!.Text));
        Assert.Empty(await ListAsync(new() { SessionId = "s1" }));
        Assert.Equal(AuditAction.StaleCallRefused, Assert.Single(await ListAsync(new() { Action = AuditAction.StaleCallRefused, Until = refused.At })).Action);
    }

    private IAuditGrain Audit => cluster.Client.GetGrain<IAuditGrain>(_rig.Name);

    /// <summary>Ann writes in s1, a point, Ann and Bob change the same document, Cid rolls Ann back, Eve settles the conflict, Zoe pins and deletes the point. A second passes between any two.</summary>
    private async Task<(RollbackPoint Point, RollbackView RolledBack)> TellAsync()
    {
        await _rig.WriteInAsync(Ann, "s1", ("a", """{"x":1}"""), ("b", """{"x":1}"""));
        Tick();
        var point = await _rig.PointAsync();
        Tick();
        await _rig.WriteAsync(Ann, ("a", """{"x":2}"""), ("b", """{"x":2}"""));
        Tick();
        await _rig.WriteAsync(Bob, ("a", """{"x":3}"""));
        Tick();
        var rolledBack = await _rig.RollBackAsync(point, new StartRollback { AgentId = "cid", Selection = Anns, ConflictStrategy = ConflictStrategy.AskUser });
        Assert.Equal(RollbackStatus.Completed, rolledBack.Status);
        Tick();
        await _rig.Rollback(rolledBack.OperationId).ResolveAsync(Assert.Single(rolledBack.Conflicts).ConflictId, new() { Choice = ConflictChoice.UseRollback, AgentId = "eve" });
        Tick();
        await _rig.Workspace.ChangePointAsync(point.RollbackPointId, new() { Pinned = true, AgentId = "zoe" });
        Tick();
        await _rig.Workspace.DeletePointAsync(point.RollbackPointId, "zoe");
        return (point, rolledBack);

        void Tick() => cluster.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    private async Task<List<AuditEntry>> ListAsync(AuditQuery query)
    {
        var (all, next) = (new List<AuditEntry>(), query);
        while (true)
        {
            var page = await Audit.ListAsync(next);
            Assert.True(page.Items.Length <= next.Limit);
            all.AddRange(page.Items);
            if (page.NextCursor is null) return all;
            next = next with { Cursor = page.NextCursor };
        }
    }

    private static string Text(AuditEntry entry) => $"{entry.At:O} {entry.Action} {entry.AgentId} {entry.OperationId} {entry.Seq} {entry.Detail}";
}
