using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class EventStreamTests(MementoFixture memento)
{
    [Fact]
    public async Task A_stream_gives_what_is_there_then_what_comes_and_ends_with_the_session()
    {
        var session = await memento.SessionAsync();
        await memento.PostAsync($"{session}/events", Bodies.Many(2));
        await using var stream = await OpenAsync($"{session}/events/stream");

        Assert.Equal(1, (await stream.NextAsync()).Seq);
        Assert.Equal(2, (await stream.NextAsync()).Seq);
        await memento.PostAsync($"{session}/events", Bodies.Breaking());
        var live = await stream.NextAsync();
        Assert.Equal((3, "broke"), (live.Seq, live.Name));
        Assert.Equal(3, (long)JsonNode.Parse(live.Data)!["seq"]!);
        await memento.DeleteAsync(session);

        Assert.Equal("end", (await stream.NextAsync()).Name);
        Assert.Null(await stream.FindAsync());
    }

    [Fact]
    public async Task A_stream_resumes_where_it_was_left_with_no_gap_and_no_double()
    {
        var session = await memento.SessionAsync();
        await memento.PostAsync($"{session}/events", Bodies.Many(300));
        var seen = new List<long>();
        var writing = WriteAsync(session, 20);
        while (seen.Count < 320)
        {
            await using var stream = await OpenAsync($"{session}/events/stream", seen.Count == 0 ? null : seen[^1]);
            for (var i = 0; i < 45 && seen.Count < 320; i++) seen.Add((await stream.NextAsync()).Seq);
        }

        await writing;
        Assert.Equal(Enumerable.Range(1, 320).Select(i => (long)i), seen);
    }

    [Fact]
    public async Task The_last_event_id_wins_over_from_because_a_browser_repeats_the_address()
    {
        var session = await memento.SessionAsync();
        await memento.PostAsync($"{session}/events", Bodies.Many(5));

        await using var from = await OpenAsync($"{session}/events/stream?from=4");
        await using var resumed = await OpenAsync($"{session}/events/stream?from=1", lastEventId: 4);

        Assert.Equal(4, (await from.NextAsync()).Seq);
        Assert.Equal(5, (await resumed.NextAsync()).Seq);
    }

    [Fact]
    public async Task A_silent_stream_sends_comments()
    {
        var session = await memento.SessionAsync();
        await using var stream = await OpenAsync($"{session}/events/stream");

        await stream.HeartbeatAsync();
        await stream.HeartbeatAsync();
        await memento.PostAsync($"{session}/events", Bodies.Event());
        Assert.Equal(1, (await stream.NextAsync()).Seq);
    }

    [Fact]
    public async Task A_stream_ends_when_its_session_expires()
    {
        var session = await memento.SessionAsync(""","ttlSeconds":30""");
        await using var stream = await OpenAsync($"{session}/events/stream");

        memento.Clock.PutForward(TimeSpan.FromSeconds(31));

        Assert.Equal("end", (await stream.NextAsync()).Name);
    }

    [Fact]
    public async Task A_workspace_is_followed_through_all_its_sessions_and_resumed()
    {
        var session = await memento.SessionAsync();
        var feed = $"{session[..^11]}/events/stream";
        await memento.PostAsync($"{session[..^2]}", """{"agentId":"bob","sessionId":"t"}""");
        await memento.PostAsync($"{session}/events", Bodies.Event());
        await using (var stream = await OpenAsync($"{feed}?after="))
        {
            await memento.PostAsync($"{session[..^2]}/t/events", Bodies.Breaking("bob"));
            Assert.Equal("s", (string?)JsonNode.Parse((await stream.NextAsync()).Data)!["sessionId"]);
            var second = await stream.NextAsync();
            Assert.Equal(("broke", "t"), (second.Name, (string?)JsonNode.Parse(second.Data)!["sessionId"]));
            await memento.PostAsync($"{session}/events", Bodies.Event());
            await using var resumed = await OpenAsync($"{feed}?after={JsonNode.Parse(second.Data)!["cursor"]}");
            Assert.Equal(2, (long)JsonNode.Parse((await resumed.NextAsync()).Data)!["event"]!["seq"]!);
        }

        (await memento.GetAsync($"{feed}?after=junk")).Refused(422, "VALIDATION_FAILED", "after");
    }

    [Fact]
    public async Task A_stream_that_cannot_be_opened_is_refused_with_a_status()
    {
        var session = await memento.SessionAsync();

        (await memento.GetAsync($"{session}/events/stream?from=3")).Refused(404, "SEQ_NOT_FOUND", "from");
        (await memento.GetAsync($"{session}/events/stream", ("Last-Event-ID", "x"))).Refused(400, "MALFORMED_REQUEST", "Last-Event-ID");
        (await memento.GetAsync($"{session}/events/stream?from=-1")).Refused(422, "VALIDATION_FAILED", "from");
        (await memento.GetAsync($"{MementoFixture.NewSessions()}/none/events/stream")).Refused(404, "SESSION_NOT_FOUND");
    }

    [Fact]
    public async Task A_client_that_stops_reading_holds_nobody_up()
    {
        var session = await memento.SessionAsync();
        using var deaf = new TcpClient();
        var address = memento.Http.BaseAddress!;
        await deaf.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await deaf.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {session}/events/stream HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"), TestContext.Current.CancellationToken);
        await using var other = await OpenAsync($"{session}/events/stream");

        for (var i = 0; i < 10; i++) (await memento.PostAsync($"{session}/events", Bodies.Many(1_000))).Ok(201);

        for (var seq = 1; seq <= 10_000; seq++) Assert.Equal(seq, (await other.NextAsync()).Seq);
    }

    private async Task WriteAsync(string session, int count)
    {
        for (var i = 0; i < count; i++) (await memento.PostAsync($"{session}/events", Bodies.Event())).Ok(201);
    }

    private async Task<StreamReading> OpenAsync(string path, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is { } id) request.Headers.Add("Last-Event-ID", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var response = await memento.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, response.StatusCode.ToString());
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new StreamReading(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    private sealed record Received(long Seq, string Name, string Data);

    /// <summary>Reads server-sent events as the specification of HTML says.</summary>
    private sealed class StreamReading(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        public async Task<Received> NextAsync() => await FindAsync() ?? throw new EndOfStreamException("The stream ended.");

        public async Task<Received?> FindAsync()
        {
            var (id, name, data) = ("0", "message", "");
            while (await LineAsync() is { } line)
            {
                if (line.Length == 0 && data.Length > 0) return new(long.TryParse(id, System.Globalization.CultureInfo.InvariantCulture, out var seq) ? seq : 0, name, data);
                var (field, value) = line.Split(": ", 2) is [var f, var v] ? (f, v) : (line, "");
                if (field == "id") id = value;
                else if (field == "event") name = value;
                else if (field == "data") data += value;
            }

            return null;
        }

        public async Task HeartbeatAsync()
        {
            while (await LineAsync() != ": heartbeat") { }
        }

        private async Task<string?> LineAsync() => await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return default;
        }
    }
}
