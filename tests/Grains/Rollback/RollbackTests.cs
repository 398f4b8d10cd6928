using System.Text.Json;
using Memento.Rollback;
using Memento.Tests.Storage;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

public sealed class SqliteRollbackTests(RollbackClusterFixture<SqliteTestDatabase> fixture) : RollbackRules(fixture.Cluster), IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRollbackTests(RollbackClusterFixture<PostgreSqlTestDatabase> fixture) : RollbackRules(fixture.Cluster), IClassFixture<RollbackClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>What a rollback does to documents.</summary>
public abstract class RollbackRules(SessionCluster cluster)
{
    private readonly RollbackRig _rig = new(cluster);

    [Fact]
    public async Task A_full_rollback_gives_exactly_the_documents_of_the_point()
    {
        await _rig.WriteAsync(Ann, ("a", """{"x":1}"""), ("b", """{"x":1}"""), ("file/src/f.txt", "one\ntwo\n"), ("relationship/r", """{"from":"a","to":"b"}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Bob, ("a", """{"x":2}"""), ("b", null), ("c", "{}"), ("file/src/f.txt", """{"now":"json"}"""), ("relationship/r", null));
        await _rig.WriteAsync(Ann, ("b", """{"x":9}"""));
        await _rig.WriteAsync(Ann, ("b", null));

        var view = await _rig.RollBackAsync(point, new StartRollback { AgentId = "zoe" });

        Assert.Equal((RollbackStatus.Completed, RollbackType.Full, 100, 5L, 5L), (view.Status, view.Type, view.Progress, view.TotalChanges, view.AppliedChanges));
        Assert.Equal(point.Root, await _rig.RootAsync());
        await _rig.HasAsync(("a", """{"x":1}"""), ("b", """{"x":1}"""), ("c", null), ("file/src/f.txt", "one\ntwo\n"), ("relationship/r", """{"from":"a","to":"b"}"""));
        var newest = (await _rig.HistoryAsync("a"))[0];
        Assert.Equal((view.OperationId, "zoe"), (newest.Cause, newest.AgentId));
        Assert.True(view.StartedAt is not null && view.CompletedAt is not null && view.RecoveryPointId is not null && view.Error is null);
        Assert.Empty(view.Conflicts);
    }

    [Fact]
    public async Task One_agents_work_goes_and_everybody_elses_stays()
    {
        await _rig.WriteAsync(Ann, ("a", """{"x":1}"""), ("b", """{"x":1}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("a", """{"x":2}"""), ("new", "{}"), ("b", null));
        await _rig.WriteAsync(Bob, ("c", """{"y":1}"""));

        var view = await _rig.UndoAnnAsync(point);

        Assert.Equal((RollbackType.Selective, 3L), (view.Type, view.AppliedChanges));
        await _rig.HasAsync(("a", """{"x":1}"""), ("b", """{"x":1}"""), ("new", null), ("c", """{"y":1}"""));
    }

    [Fact]
    public async Task One_sessions_work_goes_whoever_did_it()
    {
        var point = await _rig.PointAsync();
        await _rig.WriteInAsync(Ann, "s1", ("a", "{}"));
        await _rig.WriteInAsync(Bob, "s1", ("b", "{}"));
        await _rig.WriteInAsync(Ann, "s2", ("c", "{}"));
        await _rig.WriteAsync(Ann, ("d", "{}"));

        await _rig.RollBackAsync(point, new Selection { Sessions = ["s1"] });

        await _rig.HasAsync(("a", null), ("b", null), ("c", "{}"), ("d", "{}"));
    }

    [Fact]
    public async Task Some_documents_go_back_by_kind_pattern_namespace_and_component()
    {
        string[] names = ["file/src/a.cs", "file/src/gen/b.cs", "file/doc/c.md", "entity/src/a.cs", "configuration/app.db.url"];
        await _rig.WriteAsync(Ann, [.. names.Select(n => (n, (string?)"""{"v":1}"""))]);
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Bob, [.. names.Select(n => (n, (string?)"""{"v":2}"""))]);

        var first = await _rig.RollBackAsync(point, new Selection { Documents = [new() { Type = SelectedType.File, Include = ["src/**"], Exclude = ["**/gen/**"] }] });
        Assert.Equal((RollbackType.Partial, 1L), (first.Type, first.AppliedChanges));
        Assert.Equal(["file/src/a.cs"], await BackAsync());
        await _rig.RollBackAsync(point, new Selection { Documents = [new() { Type = SelectedType.Component, Identifiers = ["db"] }] });
        Assert.Equal(["file/src/a.cs", "configuration/app.db.url"], await BackAsync());
        await _rig.RollBackAsync(point, new Selection { Documents = [new() { Type = SelectedType.Namespace, Identifiers = ["src"] }] });
        Assert.Equal(names.Except(["file/doc/c.md"]), await BackAsync());
        await _rig.RollBackAsync(point, new Selection { Documents = [new() { Type = SelectedType.File, Identifiers = ["doc/c.md"] }] });
        Assert.Equal(point.Root, await _rig.RootAsync());

        async Task<List<string>> BackAsync()
        {
            var back = new List<string>();
            foreach (var name in names)
                if (await _rig.ReadAsync(name) == """{"v":1}""") back.Add(name);
            return back;
        }
    }

    [Fact]
    public async Task What_was_done_at_some_time_goes_with_both_ends()
    {
        var point = await _rig.PointAsync();
        var times = new List<DateTimeOffset>();
        for (var i = 0; i < 6; i++)
        {
            cluster.Clock.Advance(TimeSpan.FromMinutes(1));
            times.Add(cluster.Clock.GetUtcNow());
            await _rig.WriteAsync(Ann, ($"d{i}", "{}"));
        }

        var recent = await _rig.RollBackAsync(point, new Selection { MaxAgeSeconds = 60 });
        Assert.Equal((RollbackType.Selective, "d0 d1 d2 d3"), (recent.Type, await ThereAsync()));
        await _rig.RollBackAsync(point, new Selection { Since = times[1], Until = times[2] });
        Assert.Equal("d0 d3", await ThereAsync());
        await _rig.RollBackAsync(point, new Selection { Until = times[0] });
        Assert.Equal("d3", await ThereAsync());

        async Task<string> ThereAsync()
        {
            var there = new List<string>();
            for (var i = 0; i < 6; i++)
                if (await _rig.ReadAsync($"d{i}") is not null) there.Add($"d{i}");
            return string.Join(' ', there);
        }
    }

    [Fact]
    public async Task The_parts_of_a_selection_must_all_cover_a_change()
    {
        var point = await _rig.PointAsync();
        await _rig.WriteInAsync(Ann, "s1", ("early", "{}"));
        cluster.Clock.Advance(TimeSpan.FromMinutes(1));
        var since = cluster.Clock.GetUtcNow();
        await _rig.WriteInAsync(Ann, "s1", ("file/a", "{}"), ("a", "{}"));
        await _rig.WriteInAsync(Ann, "s2", ("b", "{}"));
        await _rig.WriteInAsync(Bob, "s1", ("c", "{}"));

        var view = await _rig.RollBackAsync(point, new Selection { Agents = [Ann], Sessions = ["s1"], Since = since, Documents = [new() { Type = SelectedType.Entity }] });

        Assert.Equal(1, view.AppliedChanges);
        await _rig.HasAsync(("a", null), ("early", "{}"), ("file/a", "{}"), ("b", "{}"), ("c", "{}"));
    }

    [Fact]
    public async Task Work_on_the_same_document_is_merged_by_members_elements_and_lines()
    {
        await _rig.WriteAsync(null,
            ("members", """{"a":1,"b":{"c":1,"d":1}}"""), ("list", """{"items":[{"id":"x","n":1},{"id":"y","n":1}]}"""), ("file/text", "one\ntwo\nthree\nfour\nfive\nsix\n"));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann,
            ("members", """{"a":2,"b":{"c":2,"d":1}}"""), ("list", """{"items":[{"id":"x","n":2},{"id":"y","n":1},{"id":"anns","n":1}]}"""), ("file/text", "one, by ann\ntwo\nthree\nfour\nfive\nsix\n"));
        await _rig.WriteAsync(Bob,
            ("members", """{"a":2,"b":{"c":2,"d":2},"e":5}"""), ("list", """{"items":[{"id":"x","n":2},{"id":"y","n":7},{"id":"anns","n":1},{"id":"bobs","n":1}]}"""), ("file/text", "one, by ann\ntwo\nthree\nfour\nfive, by bob\nsix\n"));

        await _rig.UndoAnnAsync(point);

        await _rig.HasAsync(
            ("members", """{"a":1,"b":{"c":1,"d":2},"e":5}"""), ("list", """{"items":[{"id":"x","n":1},{"id":"y","n":7},{"id":"bobs","n":1}]}"""), ("file/text", "one\ntwo\nthree\nfour\nfive, by bob\nsix\n"));
    }

    [Fact]
    public async Task A_selection_that_matches_nothing_completes_and_changes_nothing()
    {
        await _rig.WriteAsync(Bob, ("a", "{}"));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Bob, ("a", """{"x":1}"""));
        var before = await _rig.Workspace.GetAsync();

        var view = await _rig.RollBackAsync(point, Anns, strategy: RollbackStrategy.Safe);

        Assert.Equal((RollbackStatus.Completed, 0L, 0L, 100), (view.Status, view.TotalChanges, view.AppliedChanges, view.Progress));
        Assert.Equal((before.Root, before.ChangedSeq), ((await _rig.Workspace.GetAsync()).Root, (await _rig.Workspace.GetAsync()).ChangedSeq));
    }

    [Fact]
    public async Task A_workspace_without_documents_can_be_rolled_back_to_its_beginning()
    {
        var point = await _rig.PointAsync();

        Assert.Equal(RollbackStatus.Completed, (await _rig.RollBackAsync(point)).Status);
        await _rig.WriteAsync(Ann, ("a", "{}"));
        Assert.Equal(RollbackStatus.Completed, (await _rig.RollBackAsync(point)).Status);
        Assert.Equal(0, (await _rig.Workspace.GetAsync()).Documents);
    }

    [Fact]
    public async Task A_rollback_can_be_rolled_back_as_any_other_change()
    {
        await _rig.WriteAsync(Ann, ("a", """{"x":1}"""));
        var first = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("a", """{"x":2}"""), ("b", "{}"));
        var second = await _rig.PointAsync();
        await _rig.RollBackAsync(first);
        Assert.Equal(first.Root, await _rig.RootAsync());

        await _rig.RollBackAsync(second);
        Assert.Equal(second.Root, await _rig.RootAsync());
        await _rig.RollBackAsync(first);
        Assert.Equal(first.Root, await _rig.RootAsync());
    }

    [Fact]
    public async Task Two_rollbacks_at_once_do_both_what_they_should()
    {
        for (var round = 0; round < 5; round++)
        {
            var rig = new RollbackRig(cluster);
            await rig.WriteAsync(null, [.. Enumerable.Range(0, 20).Select(i => ($"d{i}", (string?)"""{"a":0,"b":0}"""))]);
            var point = await rig.PointAsync();
            await rig.WriteAsync(Ann, [.. Enumerable.Range(0, 20).Select(i => ($"d{i}", (string?)"""{"a":1,"b":0}"""))]);
            await rig.WriteAsync(Bob, [.. Enumerable.Range(0, 20).Select(i => ($"d{i}", (string?)"""{"a":1,"b":1}"""))]);
            StartRollback Of(string agent) => new() { Selection = new() { Agents = [agent] }, Strategy = RollbackStrategy.Gradual, BatchSize = 3, DelayMs = 0, ConflictStrategy = ConflictStrategy.AskUser };

            var views = await Task.WhenAll(rig.RollBackAsync(point, Of(Ann)), rig.RollBackAsync(point, Of(Bob)));

            Assert.All(views, view => Assert.True(view is { Status: RollbackStatus.Completed, ConflictCount: 0 }, view.Error?.Message));
            Assert.Equal(point.Root, await rig.RootAsync());
        }
    }

    [Fact]
    public async Task The_same_full_rollback_twice_at_once_gives_the_point()
    {
        await _rig.WriteAsync(Ann, ("a", """{"x":1}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, [.. Enumerable.Range(0, 30).Select(i => ($"d{i}", (string?)"{}"))]);

        var views = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _rig.RollBackAsync(point, conflicts: ConflictStrategy.Overwrite)));

        Assert.All(views, view => Assert.True(view.Status is RollbackStatus.Completed, view.Error?.Message));
        Assert.Equal(point.Root, await _rig.RootAsync());
    }

    [Fact]
    public async Task A_point_that_is_not_there_or_whose_time_is_up_is_refused()
    {
        await _rig.WriteAsync(Ann, ("a", "{}"));
        var point = await _rig.PointAsync(ttl: 10);
        cluster.Clock.Advance(TimeSpan.FromSeconds(10));

        await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => _rig.Rollback().StartAsync(point.RollbackPointId, new()));
        await SessionCluster.RefusedAsync(Codes.RollbackExpired, () => _rig.Rollbacks.PreviewAsync(point.RollbackPointId, new()));
        await SessionCluster.RefusedAsync(Codes.RollbackNotFound, () => _rig.Rollback().StartAsync("rp-none", new()));
        var unused = _rig.Rollback();
        await SessionCluster.RefusedAsync(Codes.OperationNotFound, () => unused.GetAsync());
        await SessionCluster.RefusedAsync(Codes.OperationNotFound, () => unused.CancelAsync());
        await SessionCluster.RefusedAsync(Codes.OperationNotFound, () => unused.UndoAsync());
        Assert.Empty((await _rig.Rollbacks.ListAsync()).Items);
    }

    [Fact]
    public async Task Asking_again_with_the_same_name_or_key_is_the_same_rollback()
    {
        await _rig.WriteAsync(Ann, ("a", "{}"));
        var point = await _rig.PointAsync();
        var request = new StartRollback { Selection = Anns };
        var rollback = _rig.Rollback();

        var first = await rollback.StartAsync(point.RollbackPointId, request, "key");
        Assert.Equal(first.OperationId, (await rollback.StartAsync(point.RollbackPointId, request)).OperationId);
        Assert.Equal(first.OperationId, (await _rig.Rollback().StartAsync(point.RollbackPointId, request, "key")).OperationId);
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => _rig.Rollback().StartAsync(point.RollbackPointId, new(), "key"));
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _rig.Rollback().StartAsync(point.RollbackPointId, request, "another key")));
        Assert.Single(atOnce.Select(view => view.OperationId).Distinct());
        Assert.Equal(2, (await _rig.Rollbacks.ListAsync()).Items.Length);
    }

    [Fact]
    public async Task Lists_are_newest_first_by_status_and_paged()
    {
        await _rig.WriteAsync(Ann, ("a", """{"x":1}"""));
        var point = await _rig.PointAsync();
        await _rig.WriteAsync(Ann, ("a", """{"x":2}"""));
        await _rig.WriteAsync(Bob, ("a", """{"x":3}"""));
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            if (i % 2 == 0) cluster.Clock.Advance(TimeSpan.FromSeconds(1));   // some at the same moment
            ids.Insert(0, (await _rig.RollBackAsync(point, i == 3 ? Anns : new Selection { Agents = ["nobody"] })).OperationId);
        }

        foreach (var limit in (int[])[1, 2, 3, 50]) Assert.Equal(ids, await ListAsync(null, limit));
        Assert.Equal([ids[3]], await ListAsync(RollbackStatus.Failed, 50));
        Assert.Equal(ids.Where(id => id != ids[3]), await ListAsync(RollbackStatus.Completed, 2));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Rollbacks.ListAsync(cursor: "nonsense"));
        Assert.Equal(Json(await _rig.Rollback(ids[0]).GetAsync() with { Log = [] }), Json((await _rig.Rollbacks.ListAsync(limit: 1)).Items[0]));

        static string Json(RollbackView view) => JsonSerializer.Serialize(view, MementoJson.Default.RollbackView);

        async Task<List<string>> ListAsync(RollbackStatus? status, int limit)
        {
            var (listed, cursor) = (new List<string>(), (string?)null);
            do
            {
                var page = await _rig.Rollbacks.ListAsync(status, limit, cursor);
                Assert.InRange(page.Items.Length, 0, limit);
                listed.AddRange(page.Items.Select(view => view.OperationId));
                cursor = page.NextCursor;
            }
            while (cursor is not null);
            return listed;
        }
    }
}
