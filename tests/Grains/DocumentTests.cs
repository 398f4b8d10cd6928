using System.Text;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;
using static Memento.Tests.Grains.WorkspaceActs;

namespace Memento.Tests.Grains;

public sealed class SqliteDocumentTests(SessionClusterFixture<SqliteTestDatabase> fixture) : DocumentConformance(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlDocumentTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : DocumentConformance(fixture.Cluster, fixture.Database), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>What was written is read again, of now and of any named moment, and nothing else is.</summary>
public abstract class DocumentConformance(SessionCluster cluster, TestDatabase database)
{
    private static readonly string[] Ids =
    [
        "a", "a/b", "a/b/c", "a%b", "a%", "a_b", "axb", "a'b", "a\"b", "a\\b", "é", "e\u0301", "\ue000", "\ufffc", "😀", "😀x", "😁", "Z", "z", "a b", "[\"x\"]", "null", "1", "01", "1.0", "true", "--", "a;b", "\u00ff", "(a)",
    ];

    private readonly string _name = $"w/{NewName()}%";

    private IWorkspaceGrain Workspace => cluster.Workspace(_name);

    private IWorkspaceQueryGrain Documents => cluster.Documents(_name);

    [Fact]
    public async Task A_workspace_that_was_never_written_to_is_empty()
    {
        var view = await Workspace.GetAsync();

        Assert.Equal((0L, 0L, 0L, 0L, null), (view.Seq, view.Documents, view.Bytes, view.RollbackPoints, view.UpdatedAt));
        Assert.Empty(await Documents.AllAsync());
        Assert.Empty(await Documents.PointsAsync());
        await SessionCluster.RefusedAsync(Codes.DocumentNotFound, () => Documents.GetAsync(Entity("a")));
        await SessionCluster.RefusedAsync(Codes.DocumentNotFound, () => Documents.GetHistoryAsync(Entity("a")));
        await SessionCluster.RefusedAsync(Codes.RollbackNotFound, () => Documents.GetPointAsync("rp-1"));
    }

    [Fact]
    public async Task What_was_written_is_read_with_who_and_when()
    {
        var written = await Workspace.DoAsync(Put("a", """{ "x": 1e400 }"""), PutFile("f", [0, 255], "image/png"), PutFile("empty", []));

        Assert.Equal([WriteOutcome.Created, WriteOutcome.Created, WriteOutcome.Created], written.Documents.Select(d => d.Outcome));
        var document = await Documents.GetAsync(Entity("a"));
        Assert.Equal("""{"x":1e+400}""", Text(document.Value));
        Assert.Equal(("ada", "s1", "\"1\"", 1L, cluster.Clock.GetUtcNow()), (document.View.AgentId, document.View.SessionId, document.View.Etag, document.View.Seq, document.View.At));
        var file = await Documents.GetAsync(new(DocumentKind.File, "f"));
        Assert.Equal([0, 255], file.Value.Content);
        Assert.Equal("image/png", file.Value.ContentType);
        Assert.Empty((await Documents.GetAsync(new(DocumentKind.File, "empty"))).Value.Content);
        await SessionCluster.RefusedAsync(Codes.DocumentNotFound, () => Documents.GetAsync(new(DocumentKind.File, "a")));
        await cluster.AddsUpAsync(_name);
    }

    [Fact]
    public async Task Every_outcome_is_told_in_the_order_of_the_operations()
    {
        await Workspace.DoAsync(Put("same", "1"), Put("other", "1"), Put("gone", "1"));

        var result = await Workspace.DoAsync(Put("new", "1"), Put("same", "1"), Put("other", "2"), Delete("gone"));

        Assert.Equal(2, result.Seq);
        Assert.Equal(
            [("new", WriteOutcome.Created, "\"2\""), ("same", WriteOutcome.Unchanged, "\"1\""), ("other", WriteOutcome.Updated, "\"2\""), ("gone", WriteOutcome.Deleted, null)],
            result.Documents.Select(d => (d.Id, d.Outcome, d.Etag)));
        var unchanged = await Workspace.DoAsync(Put("same", "1"));
        Assert.Equal((2L, WriteOutcome.Unchanged), (unchanged.Seq, unchanged.Documents[0].Outcome));
        await cluster.AddsUpAsync(_name);
    }

    [Fact]
    public async Task A_document_is_read_as_it_was_at_any_point()
    {
        var points = new List<RollbackPoint>();
        for (var i = 0; i < 6; i++)
        {
            await Workspace.DoAsync(i == 3 ? Delete("a") : Put("a", $"{i}"), Put("other", $"{i}"));
            points.Add(await Workspace.CreatePointAsync(new() { Name = $"p{i}" }));
        }

        await Workspace.DoAsync(Delete("a"));
        for (var i = 0; i < 6; i++)
        {
            var at = points[i].RollbackPointId;
            if (i == 3) await SessionCluster.RefusedAsync(Codes.DocumentNotFound, () => Documents.GetAsync(Entity("a"), at));
            else Assert.Equal($"{i}", await Documents.TextAsync("a", at));
        }

        await SessionCluster.RefusedAsync(Codes.DocumentNotFound, () => Documents.GetAsync(Entity("a")));
        await SessionCluster.RefusedAsync(Codes.RollbackNotFound, () => Documents.GetAsync(Entity("a"), "rp-never"));
    }

    [Fact]
    public async Task Any_id_is_listed_in_the_order_of_its_bytes_and_found_by_its_beginning()
    {
        await Workspace.DoAsync([.. Ids.Select(id => Put(id, "1")), .. Ids.Take(5).Select(id => Put(id, "2", DocumentKind.Metadata)), PutFile("b", [1])]);
        var ordered = Ids.OrderBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))).ToArray();

        Assert.Equal(ordered, (await Documents.AllAsync(new() { Kind = DocumentKind.Entity })).Select(d => d.Id));
        foreach (var limit in (int[])[1, 2, 7, Ids.Length, Ids.Length + 6])
            Assert.Equal([.. ordered.Select(id => $"Entity/{id}"), "File/b", .. ordered.Where(Ids.Take(5).Contains).Select(id => $"Metadata/{id}")], (await Documents.AllAsync(new() { Limit = limit })).Select(d => $"{d.Kind}/{d.Id}"));
        foreach (var prefix in Ids.SelectMany(id => Enumerable.Range(1, id.Length).Select(length => id[..length])).Where(p => !char.IsHighSurrogate(p[^1])).Concat(["a/", ".", " ", "q"]).Distinct())
            Assert.Equal(ordered.Where(id => id.StartsWith(prefix, StringComparison.Ordinal)), (await Documents.AllAsync(new() { Kind = DocumentKind.Entity, Prefix = prefix, Limit = 3 })).Select(d => d.Id));
        foreach (var id in Ids) Assert.Equal("1", await Documents.TextAsync(id));
        foreach (var prefix in (string[])["a\0", "\ud83d", "a\u0001b", new string('x', 257)]) await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Documents.ListAsync(new() { Prefix = prefix }));
        foreach (var cursor in (string[])["", "nonsense", "entity", "planet/x", "entity/"]) await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Documents.ListAsync(new() { Cursor = cursor }));
        foreach (var limit in (int[])[0, 501]) await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Documents.ListAsync(new() { Limit = limit }));
    }

    [Fact]
    public async Task A_list_shows_what_there_is_and_as_of_a_point_what_there_was()
    {
        await Workspace.DoAsync([.. Enumerable.Range(0, 130).Select(i => Put($"d{i:000}", $"{i}"))]);
        var point = (await Workspace.CreatePointAsync(new() { Name = "p" })).RollbackPointId;
        await Workspace.DoAsync([.. Enumerable.Range(0, 125).Select(i => Delete($"d{i:000}")), Put("d128", "\"new\""), Put("e", "1")]);

        Assert.Equal(["d125", "d126", "d127", "d128", "d129", "e"], (await Documents.AllAsync(new() { Limit = 2 })).Select(d => d.Id));
        var then = await Documents.AllAsync(new() { RollbackPointId = point, Limit = 50 });
        Assert.Equal(Enumerable.Range(0, 130).Select(i => $"d{i:000}"), then.Select(d => d.Id));
        Assert.All(then, d => Assert.Equal("\"1\"", d.Etag));
        Assert.Equal(["d120"], (await Documents.AllAsync(new() { RollbackPointId = point, Prefix = "d120" })).Select(d => d.Id));
        await SessionCluster.RefusedAsync(Codes.RollbackNotFound, () => Documents.ListAsync(new() { RollbackPointId = "rp-never" }));
        await cluster.AddsUpAsync(_name);
    }

    [Fact]
    public async Task A_history_has_every_version_newest_first()
    {
        await Workspace.DoAsync(Put("a", "1"));
        await Workspace.WriteAsync(new() { AgentId = "bob", Operations = [Put("a", "22"), Put("b", "1")] });
        await Workspace.DoAsync(Delete("a"));
        await Workspace.DoAsync(Put("b", "2"));
        await Workspace.DoAsync(Put("a", "3"));
        await Workspace.DoAsync(Patch("a", "4"));

        foreach (var limit in (int[])[1, 2, 3, 10])
        {
            var (views, cursor) = (new List<DocumentView>(), (string?)null);
            do
            {
                var page = await Documents.GetHistoryAsync(Entity("a"), limit, cursor);
                views.AddRange(page.Items);
                cursor = page.NextCursor;
            }
            while (cursor is not null);

            Assert.Equal(
                [(6L, WriteOutcome.Updated, "\"6\"", "ada", 1L), (5L, WriteOutcome.Created, "\"5\"", "ada", 1L), (3L, WriteOutcome.Deleted, null, "ada", 0L), (2L, WriteOutcome.Updated, "\"2\"", "bob", 2L), (1L, WriteOutcome.Created, "\"1\"", "ada", 1L)],
                views.Select(v => (v.Seq, v.Operation!.Value, v.Etag, v.AgentId, v.Length)));
        }

        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => Documents.GetHistoryAsync(Entity("a"), cursor: "x"));
    }

    [Fact]
    public async Task Large_values_are_stored_once_and_small_ones_beside_their_version()
    {
        var (large, small) = (Encoding.UTF8.GetBytes($"{Guid.NewGuid()}{new string('x', 50_000)}"), Guid.NewGuid().ToByteArray());
        await Workspace.DoAsync(PutFile("l1", large), PutFile("l2", large), PutFile("s1", small));
        await cluster.Workspace(_name + "2").DoAsync(PutFile("l3", large), PutFile("s2", small));

        Assert.Equal(1L, await database.AskAsync<long>("SELECT count(*) FROM blob WHERE hash = @hash", ("hash", ContentHash.Of(large).ToBytes())));
        Assert.Equal(0L, await database.AskAsync<long>("SELECT count(*) FROM blob WHERE hash = @hash", ("hash", ContentHash.Of(small).ToBytes())));
        Assert.Equal(large, (await Documents.GetAsync(new(DocumentKind.File, "l2"))).Value.Content);
        Assert.Equal(large, (await cluster.Documents(_name + "2").GetAsync(new(DocumentKind.File, "l3"))).Value.Content);
        await Workspace.DoAsync(PutFile("l1", small), Put("long", $"\"{new string('y', 2_000)}\""));
        Assert.Equal(large, (await Documents.GetAsync(new(DocumentKind.File, "l2"))).Value.Content);
        Assert.Equal(2002, (await Documents.GetAsync(Entity("long"))).Value.Content.Length);
    }

    [Theory]
    [InlineData(10, "UPDATE document_version SET value = @other WHERE id = @id")]
    [InlineData(10, "UPDATE document_version SET content_type = NULL, value = @other WHERE id = @id")]
    [InlineData(10, "UPDATE document_version SET length = 3 WHERE id = @id")]
    [InlineData(10, "UPDATE document_version SET hash = @other WHERE id = @id")]
    [InlineData(5_000, "UPDATE blob SET content = @other WHERE hash = (SELECT hash FROM document_version WHERE id = @id)")]
    [InlineData(5_000, "UPDATE blob SET encoding = 0 WHERE hash = (SELECT hash FROM document_version WHERE id = @id)")]
    [InlineData(5_000, "DELETE FROM blob WHERE hash = (SELECT hash FROM document_version WHERE id = @id)")]
    [InlineData(5_000, "UPDATE document_version SET length = -1 WHERE id = @id")]
    [InlineData(5_000, "UPDATE document_version SET length = 4999 WHERE id = @id")]
    public async Task A_damaged_value_is_named_and_not_used(int size, string damage)
    {
        var id = Guid.NewGuid().ToString("N");
        var value = $"{id}{new string('x', size)}"[..size];
        await Workspace.DoAsync(Put(id, $"\"{value}\""), Put("sound", "1"));
        var point = (await Workspace.CreatePointAsync(new() { Name = "p" })).RollbackPointId;
        Assert.Equal(1, await database.ExecuteAsync(damage, damage.Contains("@other", StringComparison.Ordinal) ? [("id", id), ("other", new byte[] { 1, 2, 3 })] : [("id", (object?)id)]));

        foreach (var at in (string?[])[null, point])
        {
            var refusal = await SessionCluster.RefusedAsync(Codes.SnapshotCorrupted, () => Documents.GetAsync(Entity(id), at));
            Assert.Contains(id, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("..", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(RefusalKind.Damaged, refusal.Kind);
        }

        await cluster.DeactivateAsync(Workspace);
        await SessionCluster.RefusedAsync(Codes.SnapshotCorrupted, () => Workspace.DoAsync(Patch(id, "{}")));
        Assert.Equal("1", await Documents.TextAsync("sound"));
    }

    [Fact]
    public async Task People_can_look()
    {
        await Workspace.DoAsync(Put("a", """{"x":"ü"}"""), PutFile("f", [0xff], "text/plain"));
        await Workspace.DoAsync(Delete("a"));

        const string look = "FROM look_documents WHERE workspace = @ws";
        Assert.Equal(3L, await database.AskAsync<long>($"SELECT count(*) {look}", ("ws", _name)));
        Assert.Equal("""{"x":"ü"}""", await database.AskAsync<string>($"SELECT value {look} AND kind = 'entity' AND seq = 1 AND agent = 'ada'", ("ws", _name)));
        Assert.Equal(1L, await database.AskAsync<long>($"SELECT count(*) {look} AND deleted{(database.IsSqlite ? " = 1" : "")} AND id = 'a' AND seq = 2", ("ws", _name)));
    }
}
