using System.Globalization;
using System.Text.Json;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;
using static Memento.Tests.Grains.WorkspaceActs;

namespace Memento.Tests.Grains;

public sealed class SqliteWorkspaceWriteTests(SessionClusterFixture<SqliteTestDatabase> fixture) : WorkspaceWrites(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlWorkspaceWriteTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : WorkspaceWrites(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>Many may write at the same time, again, and across restarts: each change is there once.</summary>
public abstract class WorkspaceWrites(SessionCluster cluster, TestDatabase database)
{
    private readonly string _name = NewName();

    private IWorkspaceGrain Workspace => cluster.Workspace(_name);

    private IWorkspaceQueryGrain Documents => cluster.Documents(_name);

    [Fact]
    public async Task Many_writers_of_many_documents_leave_each_change_once_and_no_gap()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Workspace.DoAsync(Put($"d{i % 37}", $"{i}"), Put($"own{i}", "1"))));

        Assert.Equal(SessionCluster.Seqs(1, 400), results.Select(r => r.Seq).Order());
        Assert.Equal(400, (await Workspace.GetAsync()).Seq);
        Assert.Equal(800L, await VersionsAsync());
        Assert.Equal(437, (await cluster.AddsUpAsync(_name)).Count);
        for (var d = 0; d < 37; d++)
        {
            var mine = results.Select((r, i) => (r.Seq, i)).Where(x => x.i % 37 == d).Order().ToArray();
            Assert.Equal($"{mine[^1].i}", await Documents.TextAsync($"d{d}"));
            Assert.Equal(mine.Select(x => x.Seq).Reverse(), (await Documents.GetHistoryAsync(Entity($"d{d}"), 500)).Items.Select(v => v.Seq));
        }
    }

    [Fact]
    public async Task Patches_of_one_document_at_the_same_time_all_count()
    {
        await Workspace.DoAsync(Put("list", "[]"), Put("other", "[]"));
        await cluster.DeactivateAsync(Workspace);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Workspace.DoAsync(Append(i % 3 == 0 ? "other" : "list", i))));

        Assert.Equal(Enumerable.Range(0, 200).Where(i => i % 3 > 0), (await NumbersAsync("list")).Order());
        Assert.Equal(Enumerable.Range(0, 200).Where(i => i % 3 == 0), (await NumbersAsync("other")).Order());
        await cluster.AddsUpAsync(_name);
    }

    [Fact]
    public async Task Of_many_that_create_or_change_the_same_version_one_wins()
    {
        for (var round = 0; round < 10; round++)
        {
            await cluster.DeactivateAsync(Workspace);
            var id = $"d{round}";
            Assert.Single(await Task.WhenAll(Enumerable.Range(0, 20).Select(i => OutcomeAsync(Put(id, $"{i}") with { IfAbsent = true }))), "");
            var etag = (await Documents.GetAsync(Entity(id))).View.Etag;
            Assert.Single(await Task.WhenAll(Enumerable.Range(0, 20).Select(i => OutcomeAsync(Put(id, $"{100 + i}") with { IfMatch = etag }))), "");
            Assert.Single(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OutcomeAsync(Delete(id)))), "");
        }

        Assert.Equal(30, (await Workspace.GetAsync()).Seq);
        Assert.Empty(await cluster.AddsUpAsync(_name));

        async Task<string> OutcomeAsync(DocumentOperation operation)
        {
            try
            {
                await Workspace.DoAsync(operation);
                return "";
            }
            catch (MementoException e) when (e.Code is Codes.VersionConflict or Codes.DocumentNotFound)
            {
                return e.Code;
            }
        }
    }

    [Fact]
    public async Task A_refused_batch_leaves_nothing()
    {
        await Workspace.DoAsync(Put("a", "1"));

        await SessionCluster.RefusedAsync(Codes.VersionConflict, () => Workspace.DoAsync(Put("b", "1"), Put("a", "2") with { IfMatch = "9" }));
        await SessionCluster.RefusedAsync(Codes.DocumentNotFound, () => Workspace.DoAsync(Put("b", "1"), Delete("never")));
        await SessionCluster.RefusedAsync(Codes.SnapshotTooLarge, () => Workspace.DoAsync(Put("b", "1"), PutFile("f", new byte[11 * 1024 * 1024])));
        await SessionCluster.RefusedAsync(Codes.TooLarge, () => Workspace.DoAsync([.. Enumerable.Range(0, 1_001).Select(i => Put($"b{i}", "1"))]));
        foreach (var bad in (string[])["", "a\0b", "\ud800", "a//b"]) await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Workspace.DoAsync(Put("b", "1"), Put(bad, "1")));
        foreach (var bad in (string[])["", "a\0b", "\ud800"])
        {
            await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Workspace.WriteAsync(new() { AgentId = bad, Operations = [Put("b", "1")] }, "key"));
            await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Workspace.CreatePointAsync(new() { Name = "p", SessionId = bad }));
            await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Documents.GetPointAsync(bad));
        }

        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Workspace.WriteAsync(new() { Operations = default }));
        Assert.Equal(1, (await Workspace.GetAsync()).Seq);
        Assert.Equal(1L, await VersionsAsync());
    }

    [Fact]
    public async Task The_same_key_is_done_once_and_answered_alike()
    {
        await Workspace.DoAsync(Put("list", "[]"));
        var request = new WriteDocuments { Operations = [Append("list", 1), PutFile("f", [1, 2], "text/plain")] };

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Workspace.WriteAsync(request, "key")));
        await Workspace.DoAsync(PutFile("f", [3], "text/plain"));
        await cluster.DeactivateAsync(Workspace);
        results = [.. results, await Workspace.WriteAsync(request, "key")];

        Assert.All(results, r => Assert.Equal(JsonSerializer.Serialize(results[0], MementoJson.Default.WriteResult), JsonSerializer.Serialize(r, MementoJson.Default.WriteResult)));
        Assert.Equal([1], await NumbersAsync("list"));
        Assert.Equal(3, (await Workspace.GetAsync()).Seq);
        WriteDocuments[] others =
        [
            request with { AgentId = "bob" }, request with { Operations = [Append("list", 2), PutFile("f", [1, 2], "text/plain")] }, request with { Operations = [Append("list", 1), PutFile("f", [1, 3], "text/plain")] },
            request with { Operations = [Append("list", 1), PutFile("f", [1, 2], "image/png")] }, request with { Operations = [Append("list", 1)] }, request with { Operations = [Append("list", 1) with { IfMatch = "*" }, PutFile("f", [1, 2], "text/plain")] },
        ];
        foreach (var other in others) Assert.Equal(RefusalKind.Conflict, (await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => Workspace.WriteAsync(other, "key"))).Kind);
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => Workspace.CreatePointAsync(new() { Name = "p" }, "key"));
        await cluster.Workspace(_name + "2").WriteAsync(new() { Operations = [Put("list", "[]")] }, "key");
    }

    [Fact]
    public async Task The_same_key_at_the_same_moment_gives_the_same_answer_though_the_second_changes_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            var id = $"d{i}";
            var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Workspace.WriteAsync(new() { Operations = [Put(id, "1")] }, id)));
            Assert.All(results, r => Assert.Equal(WriteOutcome.Created, r.Documents[0].Outcome));
        }
    }

    [Fact]
    public async Task A_restart_keeps_everything_and_snapshots_change_nothing()
    {
        await using var other = await database.AnotherAsync();
        WorkspaceView before;
        RollbackPoint point;
        await using (var first = await SessionCluster.StartAsync(other, storage: o => o.Journal.SnapshotInterval = 10))
        {
            for (var i = 0; i < 25; i++) await first.Workspace(_name).DoAsync(Put($"d{i % 7}", $"{i}"), Put($"x{i}", "1"));
            point = await first.Workspace(_name).CreatePointAsync(new() { Name = "p", Metadata = JsonText.Parse("""{"x":1.50}""") });
            await first.Workspace(_name).DoAsync(Delete("d1"));
            before = await first.Workspace(_name).GetAsync();
        }

        await using var second = await SessionCluster.StartAsync(other, storage: o => o.Journal.SnapshotInterval = 10);
        Assert.Equal(before, await second.Workspace(_name).GetAsync());
        Assert.Equal(31, (await second.AddsUpAsync(_name)).Count);
        Assert.Equal(JsonSerializer.Serialize(point, MementoJson.Default.RollbackPoint), JsonSerializer.Serialize(await second.Documents(_name).GetPointAsync(point.RollbackPointId), MementoJson.Default.RollbackPoint));
        Assert.Equal("22", await second.Documents(_name).TextAsync("d1", point.RollbackPointId));
        Assert.Equal(28, (await second.Workspace(_name).DoAsync(Put("d1", "1"))).Seq);
        await second.AddsUpAsync(_name);
    }

    [Fact]
    public async Task A_small_cache_serves_batches_and_workspaces_that_are_larger_than_it()
    {
        await using var other = await database.AnotherAsync();
        await using var small = await SessionCluster.StartAsync(other, workspaces: o => o.CachedDocuments = 100);
        var workspace = small.Workspace(_name);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(batch => workspace.DoAsync([.. Enumerable.Range(batch * 500, 1_000).Select(i => Put($"d{i}", "[]"))]))).WaitAsync(SessionCluster.Patience, TestContext.Current.CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => workspace.DoAsync([.. Enumerable.Range(n * 300, 600).Select(i => Append($"d{i}", n))]))).WaitAsync(SessionCluster.Patience, TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => workspace.DoAsync(Append($"d{i}", 100 + i)))).WaitAsync(SessionCluster.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(3_500, (await small.AddsUpAsync(_name)).Count);
        foreach (var i in (int[])[0, 299, 300, 599, 2_399, 2_699, 2_700, 3_499])
        {
            var expected = Enumerable.Range(0, 8).Where(n => i >= n * 300 && i < (n * 300) + 600).Concat(i < 300 ? [100 + i] : []);
            Assert.Equal(expected, (await NumbersAsync($"d{i}", small)).Order());
        }
    }

    [Fact]
    public async Task Patches_read_no_more_than_a_batch_may_have()
    {
        await using var other = await database.AnotherAsync();
        await using var small = await SessionCluster.StartAsync(other, workspaces: o => (o.MaxBatchBytes, o.MaxDocumentBytes) = (3_000, 2_000));
        var workspace = small.Workspace(_name);
        foreach (var id in (string[])["a", "b"]) await workspace.DoAsync(Put(id, $"\"{new string('x', 1_900)}\""));

        await SessionCluster.RefusedAsync(Codes.TooLarge, () => workspace.DoAsync(Patch("a", "1"), Patch("b", "1")));
        await workspace.DoAsync(Patch("a", "1"));
        await workspace.DoAsync(Patch("a", "2"), Patch("b", "2"));
    }

    private static DocumentOperation Append(string id, int number) => Patch(id, string.Create(CultureInfo.InvariantCulture, $$"""[{"op":"add","path":"/-","value":{{number}}}]"""));

    private async Task<IEnumerable<int>> NumbersAsync(string id, SessionCluster? where = null) =>
        JsonDocument.Parse(await (where ?? cluster).Documents(_name).TextAsync(id)).RootElement.EnumerateArray().Select(e => e.GetInt32()).ToArray();

    private Task<long> VersionsAsync() => database.AskAsync<long>("SELECT count(*) FROM document_version v JOIN stream s ON s.stream_id = v.stream_id WHERE s.name = @name", ("name", $"workspace/{_name}"));
}
