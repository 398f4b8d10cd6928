using System.Net;
using System.Text;
using System.Text.Json;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Client;

public sealed class WatchTests : IDisposable
{
    private readonly ScriptedServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_broken_stream_goes_on_at_the_next_seq_without_gap_or_double()
    {
        _server.Answers(HttpStatusCode.OK, View(active: true))
            .Streams(Events(1, 2) + "id: 3\nevent: modi", breaks: true)
            .LosesTheConnection()
            .Streams(Events(2, 4))   // resumed one too early
            .Answers(HttpStatusCode.OK, View(active: true))
            .Streams(Events(5, 5) + "event: end\ndata: {}\n\n")
            .Answers(HttpStatusCode.OK, View(active: false));

        Assert.Equal([1L, 2, 3, 4, 5], await SeqsAsync(1));
        Assert.Equal(["1", "3", "3", "5"], _server.Requests.Where(r => r.Url.Contains("/stream", StringComparison.Ordinal)).Select(r => r.Url.Split("from=")[1]));
    }

    [Fact]
    public async Task A_gap_is_never_handed_on()
    {
        _server.Answers(HttpStatusCode.OK, View(active: true))
            .Streams(Events(1, 1) + Events(3, 3))
            .Streams(Events(2, 3))
            .Answers(HttpStatusCode.OK, View(active: false));

        Assert.Equal([1L, 2, 3], await SeqsAsync(1));
    }

    [Fact]
    public async Task It_ends_when_the_session_ended_while_the_connection_was_down()
    {
        _server.Answers(HttpStatusCode.OK, View(active: true))
            .Streams(Events(1, 1), breaks: true)
            .Answers(HttpStatusCode.Gone, """{"code":"SESSION_EXPIRED","detail":"over"}""");

        Assert.Equal([1L], await SeqsAsync(1));
    }

    [Fact]
    public async Task A_session_that_is_not_there_is_told_at_once()
    {
        _server.Answers(HttpStatusCode.NotFound, """{"code":"SESSION_NOT_FOUND","detail":"none"}""");

        var refused = await Assert.ThrowsAsync<MementoException>(() => SeqsAsync(1));

        Assert.Equal(Codes.SessionNotFound, refused.Code);
    }

    [Fact]
    public async Task A_seq_beyond_the_end_is_told_and_not_waited_for()
    {
        _server.Answers(HttpStatusCode.OK, View(active: true)).Answers(HttpStatusCode.NotFound, """{"code":"SEQ_NOT_FOUND","detail":"beyond"}""");

        var refused = await Assert.ThrowsAsync<MementoException>(() => SeqsAsync(99));

        Assert.Equal(Codes.SeqNotFound, refused.Code);
    }

    [Fact]
    public async Task Comments_and_unknown_items_are_left_out()
    {
        _server.Answers(HttpStatusCode.OK, View(active: true))
            .Streams(": memento\n\n" + Events(7, 7) + ": heartbeat\n\nevent: notice\ndata: hello\n\n")
            .Answers(HttpStatusCode.OK, View(active: false));

        Assert.Equal([7L], await SeqsAsync(7));
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up_after_the_patience()
    {
        _server.Answers(HttpStatusCode.OK, View(active: true)).Streams(Events(1, 1), breaks: true).LosesTheConnection();
        var options = _server.Options();
        options.WatchPatience = TimeSpan.Zero;

        var seen = new List<long>();
        await Assert.ThrowsAsync<ServerUnreachableException>(async () =>
        {
            await foreach (var e in Watch(options, 1)) seen.Add(e.Seq);
        });

        Assert.Equal([1L], seen);
    }

    private async Task<List<long>> SeqsAsync(long from)
    {
        var seen = new List<long>();
        await foreach (var e in Watch(_server.Options(), from)) seen.Add(e.Seq);
        return seen;
    }

    private static IAsyncEnumerable<SessionEvent> Watch(MementoClientOptions options, long from) =>
        MementoClient.Connect(options).Sessions("w").WatchAsync("s", from, TestContext.Current.CancellationToken);

    private static string Events(long first, long last)
    {
        var text = new StringBuilder();
        for (var seq = first; seq <= last; seq++)
        {
            var happened = new SessionEvent
            {
                Seq = seq,
                Type = EventType.Modified,
                Actor = "a",
                Timestamp = DateTimeOffset.UnixEpoch,
                ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = ["f"], Operation = Operation.Modified },
            };
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"id: {seq}\nevent: modified\ndata: {JsonSerializer.Serialize(happened, MementoJson.Default.SessionEvent)}\n\n");
        }

        return text.ToString();
    }

    private static string View(bool active) => JsonSerializer.Serialize(
        SessionView.Of(SessionState.Empty with { SessionId = "s", Position = 1, TtlSeconds = active ? 0 : 1 }, DateTimeOffset.UnixEpoch.AddDays(1)), MementoJson.Default.SessionView);
}
