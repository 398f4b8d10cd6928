using System.Net;
using System.Text.Json;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Client;

/// <summary>What the HTTP transport of documents and rollbacks sends, and what it makes of lost connections.</summary>
public sealed class HttpRollbackClientTests : IDisposable
{
    private readonly ScriptedServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_lost_batch_is_written_again_with_the_same_key()
    {
        _server.LosesTheConnection().Answers(HttpStatusCode.OK, """{"seq":1,"documents":[]}""");

        await Documents().WriteAsync(new()
        {
            AgentId = "a", SessionId = "s",
            Operations =
            [
                new() { Op = DocumentOp.Put, Kind = DocumentKind.SessionState, Id = "x", Value = DocumentValue.Json("{ \"b\": 1 }"u8), IfMatch = "\"3\"" },
                new() { Op = DocumentOp.Put, Kind = DocumentKind.File, Id = "y", Value = DocumentValue.Bytes([1, 2, 3], "image/png"), IfAbsent = true },
                new() { Op = DocumentOp.Patch, Kind = DocumentKind.Entity, Id = "z", Patch = "[]"u8.ToArray() },
                new() { Op = DocumentOp.Delete, Kind = DocumentKind.Entity, Id = "w" },
            ],
        }, cancellationToken: Token);

        var (sent, again) = (_server.Requests[0], _server.Requests[1]);
        Assert.Equal(("POST", "/v1/workspaces/w%2F1/documents/batch"), (sent.Method, sent.Url));
        Assert.Equal(sent, again);
        Assert.NotNull(sent.Key);
        Assert.Equal(
            """{"sessionId":"s","agentId":"a","operations":[{"op":"put","kind":"session_state","id":"x","value":{"b":1},"ifMatch":"\u00223\u0022"},{"op":"put","kind":"file","id":"y","base64":"AQID","contentType":"image/png","ifNoneMatch":"*"},{"op":"patch","kind":"entity","id":"z","patch":[]},{"op":"delete","kind":"entity","id":"w"}]}""",
            sent.Body);
    }

    [Fact]
    public async Task A_document_that_was_changed_on_the_way_is_not_believed()
    {
        _server.Answers(HttpStatusCode.OK, "2", ("Memento-Seq", "1"), ("Memento-At", "2026-01-31T12:00:00.0000000Z"), ("Memento-Hash", ContentHash.Of("1"u8).ToString()));

        await Assert.ThrowsAsync<InvalidDataException>(() => Documents().GetDocumentAsync(new(DocumentKind.Entity, "a"), cancellationToken: Token));
    }

    [Fact]
    public async Task A_broken_watch_goes_on_and_says_nothing_twice()
    {
        _server.Answers(HttpStatusCode.OK, Json(View(0)))
            .Streams(Items(View(0), View(30)) + "id: 3\nevent: in_pro", breaks: true)
            .LosesTheConnection()
            .Streams(Items(View(30), View(60)))   // the server stopped in order, and the rollback is not over
            .Streams(Items(View(60), View(100)) + "event: end\ndata: {}\n\n");

        var seen = await Rollbacks(_server.Options()).WatchAsync("op-1", Token).Select(view => view.Progress).ToListAsync(Token);

        Assert.Equal([0, 30, 60, 100], seen);
    }

    [Fact]
    public async Task A_rollback_that_is_over_is_told_once()
    {
        _server.Answers(HttpStatusCode.OK, Json(View(100)));

        Assert.Single(await Rollbacks(_server.Options()).WatchAsync("op-1", Token).ToListAsync(Token));
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up_after_the_patience()
    {
        _server.Answers(HttpStatusCode.OK, Json(View(0))).LosesTheConnection();
        var options = _server.Options();
        options.WatchPatience = TimeSpan.Zero;

        await Assert.ThrowsAsync<ServerUnreachableException>(async () => await Rollbacks(options).WatchAsync("op-1", Token).ToListAsync(Token));
    }

    [Fact]
    public async Task A_cancelling_whose_answer_was_lost_is_done()
    {
        _server.LosesTheConnection().Answers(HttpStatusCode.Conflict, """{"code":"ROLLBACK_CONFLICT","detail":"op-1 is over"}""").Answers(HttpStatusCode.OK, Json(View(0)));

        Assert.Equal("op-1", (await Rollbacks(_server.Options()).CancelAsync("op-1", cancellationToken: Token)).OperationId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    public async Task Ids_that_a_URL_would_swallow_are_not_sent(string id)
    {
        var rollbacks = Rollbacks(_server.Options());
        Func<Task>[] calls =
        [
            () => rollbacks.GetAsync(id), () => rollbacks.DiffAsync(id), () => rollbacks.GetConflictAsync(id), () => rollbacks.CancelAsync(id),
            () => Documents().GetDocumentAsync(new(DocumentKind.File, id)), () => Documents().GetPointAsync(id), () => Documents().DeletePointAsync(id),
        ];

        foreach (var call in calls) Assert.Equal(Codes.ValidationFailed, (await Assert.ThrowsAsync<MementoException>(call)).Code);
        Assert.Empty(_server.Requests);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RollbackView View(int progress) => new()
    {
        OperationId = "op-1", RollbackPointId = "rp-1", Type = RollbackType.Full, Strategy = RollbackStrategy.Gradual, ConflictStrategy = ConflictStrategy.Abort,
        Status = progress == 100 ? RollbackStatus.Completed : RollbackStatus.InProgress, Progress = progress, TotalChanges = 100, AppliedChanges = progress, CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static string Json(RollbackView view) => JsonSerializer.Serialize(view, MementoJson.Default.RollbackView);

    private static string Items(params RollbackView[] views) => string.Concat(views.Select(v => $"event: {NamedEnumConverter<RollbackStatus>.NameOf(v.Status)}\ndata: {Json(v)}\n\n"));

    private IWorkspaceClient Documents() => MementoClient.Connect(_server.Options()).Documents("w/1");

    private static IRollbackClient Rollbacks(MementoClientOptions options) => MementoClient.Connect(options).Rollbacks("w/1");
}
