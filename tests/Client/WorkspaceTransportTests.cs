using System.Text;
using Memento.Audit;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Client;

/// <summary>Documents and rollbacks over both transports against the real server: the same calls, the same answers.</summary>
public sealed class WorkspaceTransportTests(MementoServer server) : IClassFixture<MementoServer>
{
    private readonly string _workspace = "documents-" + Guid.NewGuid();

    public static TheoryData<string> Transports => ["http", "orleans"];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_document_comes_back_as_it_was_written(string transport)
    {
        var documents = Documents(transport);
        byte[] bytes = [0, 255, 13, 10, 34];
        var written = await documents.WriteAsync(new()
        {
            AgentId = "Ada Lövelace", SessionId = "s/1",
            Operations = [Put(DocumentKind.Entity, "a/b c", """{"ü":[1,2]}"""), new() { Op = DocumentOp.Put, Kind = DocumentKind.File, Id = "x/history", Value = DocumentValue.Bytes(bytes, "text/plain; charset=latin1") }],
        }, cancellationToken: Token);

        Assert.Equal([WriteOutcome.Created, WriteOutcome.Created], written.Documents.Select(d => d.Outcome));
        var json = await documents.GetDocumentAsync(new(DocumentKind.Entity, "a/b c"), cancellationToken: Token);
        var file = await documents.GetDocumentAsync(new(DocumentKind.File, "x/history"), cancellationToken: Token);
        Assert.Equal("""{"ü":[1,2]}""", Encoding.UTF8.GetString(json.Value.Content));
        Assert.Equal(bytes, file.Value.Content);
        Assert.Equal("text/plain; charset=latin1", file.Value.ContentType);
        Assert.Equal(("Ada Lövelace", "s/1", written.Seq), (file.View.AgentId, file.View.SessionId, file.View.Seq));

        // What a list says of a document, reading it says too.
        var listed = (await documents.ListAsync(new(), Token)).Items;
        Assert.Equal([json.View, file.View], listed);
        Assert.Equal([json.View with { Operation = WriteOutcome.Created }], (await documents.GetHistoryAsync(new(DocumentKind.Entity, "a/b c"), cancellationToken: Token)).Items);
        Assert.Equal(2, (await documents.GetAsync(Token)).Documents);
        Assert.Equal(["x/history"], (await documents.ListAsync(new() { Kind = DocumentKind.File, Prefix = "x/" }, Token)).Items.Select(d => d.Id));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Patches_deletes_and_expectations_do_what_they_say(string transport)
    {
        var documents = Documents(transport);
        var key = new DocumentKey(DocumentKind.Entity, "f");
        var etag = (await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", """{"a":1}""")), cancellationToken: Token)).Documents[0].Etag;

        var stale = await Assert.ThrowsAsync<MementoException>(() => documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", "2") with { IfMatch = "\"99\"" }), cancellationToken: Token));
        var exists = await Assert.ThrowsAsync<MementoException>(() => documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", "2") with { IfAbsent = true }), cancellationToken: Token));
        var malformed = await Assert.ThrowsAsync<MementoException>(() => documents.WriteAsync(Batch(Patch("{")), cancellationToken: Token));
        await documents.WriteAsync(Batch(Patch("""{"b":2}""") with { IfMatch = etag }), cancellationToken: Token);
        var patched = await documents.GetDocumentAsync(key, cancellationToken: Token);
        var deletion = Batch(new DocumentOperation { Op = DocumentOp.Delete, Kind = key.Kind, Id = key.Id });
        var deleted = await documents.WriteAsync(deletion, "delete", Token);
        var again = await documents.WriteAsync(deletion, "delete", Token);
        var gone = await Assert.ThrowsAsync<MementoException>(() => documents.GetDocumentAsync(key, cancellationToken: Token));

        Assert.Equal((Codes.VersionConflict, Codes.VersionConflict), (stale.Code, exists.Code));
        Assert.Equal(Codes.DocumentNotFound, gone.Code);
        Assert.Equal((new(key.Kind, key.Id, WriteOutcome.Deleted), deleted.Documents[0]), (deleted.Documents[0], again.Documents[0]));
        Assert.Contains("patch", malformed.Message, StringComparison.Ordinal);
        Assert.Equal("""{"a":1,"b":2}""", Encoding.UTF8.GetString(patched.Value.Content));
        Assert.Equal([WriteOutcome.Deleted, WriteOutcome.Updated, WriteOutcome.Created], (await documents.GetHistoryAsync(key, cancellationToken: Token)).Items.Select(v => v.Operation!.Value));

        static DocumentOperation Patch(string json) => new() { Op = DocumentOp.Patch, Kind = DocumentKind.Entity, Id = "f", Patch = Encoding.UTF8.GetBytes(json) };
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task The_same_key_is_written_once_and_another_body_under_it_is_refused(string transport)
    {
        var documents = Documents(transport);

        var first = await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", "1")), "once", Token);
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", "2")), cancellationToken: Token);
        var again = await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", "1")), "once", Token);
        var refused = await Assert.ThrowsAsync<MementoException>(() => documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", "3")), "once", Token));

        Assert.Equal((first.Seq, first.Documents[0], Codes.IdempotencyKeyReused), (again.Seq, again.Documents[0], refused.Code));
        Assert.Equal("2", Encoding.UTF8.GetString((await documents.GetDocumentAsync(new(DocumentKind.Entity, "f"), cancellationToken: Token)).Value.Content));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Points_are_made_read_changed_and_deleted(string transport)
    {
        var documents = Documents(transport);
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", "1")), cancellationToken: Token);
        var point = await documents.CreatePointAsync(new() { Name = "before", SessionId = "s", TtlSeconds = 0, Metadata = JsonText.Parse("""{"a":1}""") }, cancellationToken: Token);
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", "2")), cancellationToken: Token);

        Assert.Equal("1", Encoding.UTF8.GetString((await documents.GetDocumentAsync(new(DocumentKind.Entity, "f"), point.RollbackPointId, Token)).Value.Content));
        Assert.Equal(point.Root, (await documents.GetPointAsync(point.RollbackPointId, Token)).Root);
        Assert.True((await documents.ChangePointAsync(point.RollbackPointId, new() { Pinned = true }, Token)).Pinned);
        Assert.Equal([point.RollbackPointId], (await documents.ListPointsAsync("s", cancellationToken: Token)).Items.Select(p => p.RollbackPointId));
        Assert.Equal((true, 0L), (await documents.CompactAsync(new() { DryRun = true, HistorySeconds = 0 }, Token)) is var report ? (report.DryRun, report.Dropped) : default);
        Assert.True((await Rollbacks(transport).CheckAsync(point.RollbackPointId, Token)).Healthy);
        await documents.DeletePointAsync(point.RollbackPointId, cancellationToken: Token);
        Assert.Equal(Codes.RollbackNotFound, (await Assert.ThrowsAsync<MementoException>(() => documents.GetPointAsync(point.RollbackPointId, Token))).Code);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task One_agents_work_is_previewed_undone_and_brought_back(string transport)
    {
        var (documents, rollbacks) = (Documents(transport), Rollbacks(transport));
        var point = (await documents.CreatePointAsync(new() { Name = "before" }, cancellationToken: Token)).RollbackPointId;
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "a", "1")) with { AgentId = "ada" }, cancellationToken: Token);
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "b", "1")) with { AgentId = "bob" }, cancellationToken: Token);

        var selection = new Selection { Agents = ["bob"] };
        var diff = await rollbacks.DiffAsync(point, new() { Visual = true }, Token);
        var preview = await rollbacks.PreviewAsync(point, new() { Selection = selection }, Token);
        var started = await rollbacks.StartAsync(point, new() { Selection = selection, PreviewToken = preview.PreviewToken }, "once", Token);
        var again = await rollbacks.StartAsync(point, new() { Selection = selection, PreviewToken = preview.PreviewToken }, "once", Token);
        var done = await LastAsync(rollbacks, started.OperationId);

        Assert.Equal((2, 2), (diff.Summary.Created, diff.Documents!.Value.Length));
        Assert.Equal(1, preview.TotalChanges);
        Assert.Equal(started.OperationId, again.OperationId);
        Assert.Equal((RollbackStatus.Completed, 100, 1L), (done.Status, done.Progress, done.AppliedChanges));
        Assert.Equal(["a"], (await documents.ListAsync(new(), Token)).Items.Select(d => d.Id));
        Assert.Contains(started.OperationId, (await rollbacks.ListAsync(RollbackStatus.Completed, cancellationToken: Token)).Items.Select(r => r.OperationId));
        Assert.Equal(Codes.RollbackConflict, (await Assert.ThrowsAsync<MementoException>(() => rollbacks.CancelAsync(started.OperationId, cancellationToken: Token))).Code);

        var undo = await rollbacks.UndoAsync(started.OperationId, "ada", Token);
        Assert.Equal(RollbackStatus.Completed, (await LastAsync(rollbacks, undo.OperationId)).Status);
        var back = await documents.GetDocumentAsync(new(DocumentKind.Entity, "b"), cancellationToken: Token);
        Assert.Equal(("1", undo.OperationId), (Encoding.UTF8.GetString(back.Value.Content), back.View.Cause));
        Assert.Equal(started.OperationId, (await rollbacks.GetAsync(undo.OperationId, Token)).UndoOf);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_conflict_is_listed_shown_and_settled(string transport)
    {
        var (documents, rollbacks) = (Documents(transport), Rollbacks(transport));
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", """{"a":1}""")), cancellationToken: Token);
        var point = (await documents.CreatePointAsync(new() { Name = "before" }, cancellationToken: Token)).RollbackPointId;
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", """{"a":2}""")) with { AgentId = "bob" }, cancellationToken: Token);
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "f", """{"a":3}""")) with { AgentId = "ada" }, cancellationToken: Token);

        var started = await rollbacks.StartAsync(point, new() { Selection = new() { Agents = ["bob"] }, ConflictStrategy = ConflictStrategy.AskUser }, cancellationToken: Token);
        await LastAsync(rollbacks, started.OperationId);
        var conflict = Assert.Single((await rollbacks.ListConflictsAsync(ConflictStatus.Open, started.OperationId, cancellationToken: Token)).Items);
        var details = await rollbacks.GetConflictAsync(conflict.ConflictId, Token);
        var resolved = await rollbacks.ResolveAsync(conflict.ConflictId, new() { Choice = ConflictChoice.UseRollback }, Token);

        Assert.Equal(("""{"a":3}""", """{"a":1}"""), (details.CurrentValue!.Text, details.RollbackValue!.Text));
        Assert.Equal(ConflictStatus.Resolved, resolved.Status);
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString((await documents.GetDocumentAsync(conflict.Key, cancellationToken: Token)).Value.Content));
        Assert.Equal(Codes.ConflictNotFound, (await Assert.ThrowsAsync<MementoException>(() => rollbacks.GetConflictAsync("conf-none", Token))).Code);
        Assert.Equal(Codes.OperationNotFound, (await Assert.ThrowsAsync<MementoException>(() => LastAsync(rollbacks, "op-none"))).Code);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task The_audit_tells_who_did_what_and_a_session_comes_back_from_a_point(string transport)
    {
        var (documents, audit) = (Documents(transport), Client(transport).Audit(_workspace));
        await Client(transport).Sessions(_workspace).CreateAsync(new() { SessionId = "s", AgentId = "ada" }, cancellationToken: Token);
        var point = await documents.CreatePointAsync(new() { Name = "p", AgentId = "ada" }, cancellationToken: Token);
        await documents.WriteAsync(Batch(Put(DocumentKind.Entity, "a", "1"), Put(DocumentKind.Entity, "b", "1")) with { AgentId = "bob", SessionId = "s" }, cancellationToken: Token);
        await documents.DeletePointAsync((await documents.CreatePointAsync(new() { Name = "q" }, cancellationToken: Token)).RollbackPointId, "zoe", Token);

        Assert.Equal(["b", "a"], (await audit.ListAsync(new() { AgentId = "bob", SessionId = "s", Since = point.CreatedAt }, Token)).Items.Single().Documents.Select(d => d.Id).Reverse());
        Assert.Equal(AuditAction.PointRemoved, (await audit.ListAsync(new() { AgentId = "zoe" }, Token)).Items.Single().Action);
        Assert.Equal(point.RollbackPointId, (await audit.ListAsync(new() { Action = AuditAction.PointCreated, AgentId = "ada" }, Token)).Items.Single().RollbackPointId);
        Assert.Equal("bob", (await audit.ListAsync(new() { Document = new(DocumentKind.Entity, "b") }, Token)).Items.Single().AgentId);
        var page = await audit.ListAsync(new() { Limit = 1 }, Token);
        Assert.NotEqual(page.Items.Single(), (await audit.ListAsync(new() { Limit = 1, Cursor = page.NextCursor }, Token)).Items.Single());
        Assert.Equal("agent", Assert.Single((await Assert.ThrowsAsync<MementoException>(() => audit.ListAsync(new() { AgentId = "" }, Token))).Refusal.Errors).Field);

        var restored = await documents.RestoreSessionAsync(point.RollbackPointId, new() { SessionId = "s", AgentId = "eve" }, "once", Token);
        Assert.Equal(restored.SessionId, (await documents.RestoreSessionAsync(point.RollbackPointId, new() { SessionId = "s", AgentId = "eve" }, "once", Token)).SessionId);
        Assert.Equal("s", restored.Parent!.SessionId);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<RollbackView> LastAsync(IRollbackClient rollbacks, string operationId) => await rollbacks.WatchAsync(operationId, Token).LastAsync(Token);

    private static WriteDocuments Batch(params DocumentOperation[] operations) => new() { Operations = [.. operations] };

    private static DocumentOperation Put(DocumentKind kind, string id, string json) => new() { Op = DocumentOp.Put, Kind = kind, Id = id, Value = DocumentValue.Json(Encoding.UTF8.GetBytes(json)) };

    private IWorkspaceClient Documents(string transport) => Client(transport).Documents(_workspace);

    private IRollbackClient Rollbacks(string transport) => Client(transport).Rollbacks(_workspace);

    private IMementoClient Client(string transport) => transport == "http" ? MementoClient.Connect(new() { Url = server.Url }) : MementoClient.Over(server.Grains, new());
}
