using System.Net;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Client;

public sealed class HttpSessionClientTests : IDisposable
{
    private const string Problem =
        """{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"2 fields break a rule","code":"VALIDATION_FAILED","errors":{"actor":["must not be empty"],"impact.perfDelta":["is NaN"]}}""";

    private readonly ScriptedServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_lost_request_is_sent_again_with_the_same_key()
    {
        _server.LosesTheConnection().Answers(HttpStatusCode.ServiceUnavailable, "").Answers(HttpStatusCode.Created, """{"firstSeq":1,"lastSeq":1}""");

        var range = await Sessions().AppendAsync("s", [Modified], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(new SeqRange(1, 1), range);
        Assert.Equal(3, _server.Requests.Count);
        Assert.Single(_server.Requests.Select(r => (r.Key, r.Body)).Distinct());
        Assert.NotNull(_server.Requests[0].Key);
    }

    [Fact]
    public async Task The_callers_own_key_is_used()
    {
        _server.Answers(HttpStatusCode.Created, """{"firstSeq":1,"lastSeq":1}""");

        await Sessions().AppendAsync("s", [Modified], "mine", TestContext.Current.CancellationToken);

        Assert.Equal("mine", _server.Requests.Single().Key);
    }

    [Fact]
    public async Task Damaged_data_is_told_at_once_and_not_asked_for_again()
    {
        _server.Answers(HttpStatusCode.InternalServerError, """{"title":"Internal Server Error","status":500,"detail":"Entry 3 is damaged","code":"STORED_DATA_CORRUPTED"}""");

        var refused = await Assert.ThrowsAsync<MementoException>(() => Sessions().GetAsync("s", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((RefusalKind.Damaged, Codes.StoredDataCorrupted), (refused.Refusal.Kind, refused.Code));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Problem_details_become_the_refusal_that_they_were_made_of()
    {
        _server.Answers(HttpStatusCode.UnprocessableEntity, Problem);

        var refused = await Assert.ThrowsAsync<MementoException>(() => Sessions().AppendAsync("s", [Modified], cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((RefusalKind.Invalid, "VALIDATION_FAILED"), (refused.Refusal.Kind, refused.Code));
        Assert.Equal([new("actor", "must not be empty"), new("impact.perfDelta", "is NaN")], refused.Refusal.Errors);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task An_answer_that_is_not_Mementos_says_so()
    {
        _server.Answers(HttpStatusCode.NotFound, "<html>nginx</html>");

        var refused = await Assert.ThrowsAsync<MementoException>(() => Sessions().GetAsync("s", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal("HTTP_404", refused.Code);
    }

    [Fact]
    public async Task The_server_says_how_long_to_wait()
    {
        _server.Answers(HttpStatusCode.TooManyRequests, """{"code":"OVERLOADED","detail":"busy"}""", ("Retry-After", "0")).Answers(HttpStatusCode.OK, """{"items":[],"nextCursor":null}""");
        var options = _server.Options();
        options.RetryDelay = TimeSpan.FromMinutes(1);   // It would not be over before the test gives up.

        var page = await Sessions(options).ListAsync(new(), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Empty(page.Items);
    }

    [Fact]
    public async Task Attempts_are_bounded_and_the_last_failure_is_told()
    {
        _server.LosesTheConnection().LosesTheConnection().LosesTheConnection();

        var lost = await Assert.ThrowsAsync<ServerUnreachableException>(() => Sessions().GetStatsAsync(TestContext.Current.CancellationToken));

        Assert.Contains("http://memento.test", lost.Message, StringComparison.Ordinal);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task Overload_that_lasts_is_told_as_the_servers_refusal()
    {
        for (var i = 0; i < 3; i++) _server.Answers(HttpStatusCode.TooManyRequests, """{"code":"OVERLOADED","detail":"busy"}""");

        var refused = await Assert.ThrowsAsync<MementoException>(() => Sessions().GetStatsAsync(TestContext.Current.CancellationToken));

        Assert.Equal(Codes.Overloaded, refused.Code);
    }

    [Fact]
    public async Task A_delete_whose_answer_was_lost_is_done()
    {
        _server.LosesTheConnection().Answers(HttpStatusCode.NotFound, """{"code":"SESSION_NOT_FOUND","detail":"gone"}""");

        await Sessions().DeleteAsync("s", TestContext.Current.CancellationToken);

        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_delete_of_what_is_not_there_is_refused()
    {
        _server.Answers(HttpStatusCode.NotFound, """{"code":"SESSION_NOT_FOUND","detail":"gone"}""");

        await Assert.ThrowsAsync<MementoException>(() => Sessions().DeleteAsync("s", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Names_and_filters_are_escaped()
    {
        _server.Answers(HttpStatusCode.OK, """{"items":[],"nextCursor":null}""").Answers(HttpStatusCode.OK, """{"items":[],"nextCursor":null}""");

        await Sessions().ListAsync(new() { Agent = "Ada & Söhne", Entity = "src/a b.cs", State = WorkState.Broken, Since = DateTimeOffset.UnixEpoch }, TestContext.Current.CancellationToken);
        await Sessions().GetEventsAsync("a/b?c%d", new() { Order = EventOrder.Desc, Type = EventType.TestPass }, TestContext.Current.CancellationToken);

        Assert.Equal("/v1/workspaces/w%2F1/sessions?agent=Ada%20%26%20S%C3%B6hne&entity=src%2Fa%20b.cs&state=broken&since=1970-01-01T00%3A00%3A00.0000000Z&limit=50", _server.Requests[0].Url);
        Assert.Equal("/v1/workspaces/w%2F1/sessions/a%2Fb%3Fc%25d/events?type=test_pass&order=desc&limit=50", _server.Requests[1].Url);
    }

    [Theory]
    [InlineData("", "agent", "sessionId")]
    [InlineData(".", "agent", "sessionId")]
    [InlineData("..", "agent", "sessionId")]
    [InlineData("s", "..", "agent")]
    [InlineData("s", "", "agent")]
    public async Task Names_that_a_URL_would_swallow_are_not_sent(string session, string agent, string field)
    {
        Func<Task>[] calls = [() => Sessions().IsolateAsync(session, agent), () => Sessions().GetHandoffContextAsync(session, agent)];

        foreach (var call in calls)
        {
            var refused = await Assert.ThrowsAsync<MementoException>(call);
            Assert.Equal((Codes.ValidationFailed, field), (refused.Code, refused.Refusal.Errors.Single().Field));
        }

        Assert.Empty(_server.Requests);
    }

    private static NewEvent Modified => new() { Type = EventType.Modified, Actor = "a", ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = ["f"], Operation = Operation.Modified } };

    private ISessionClient Sessions(MementoClientOptions? options = null) => MementoClient.Connect(options ?? _server.Options()).Sessions("w/1");
}
