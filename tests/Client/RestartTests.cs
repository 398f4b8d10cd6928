using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Client;

/// <summary>The server goes and comes back while a client works.</summary>
[Trait(Needs.Trait, Needs.Slow)]
public sealed class RestartTests(MementoServer server) : IClassFixture<MementoServer>
{
    [Fact]
    public async Task A_watch_and_a_writer_outlast_a_restart_without_gap_or_double()
    {
        var token = TestContext.Current.CancellationToken;
        using var client = MementoClient.Connect(new() { Url = server.Url, MaxAttempts = 20, MaxRetryDelay = TimeSpan.FromSeconds(1) });
        var sessions = client.Sessions("restart");
        var id = (await sessions.CreateAsync(new() { AgentId = "ada" }, cancellationToken: token)).SessionId;
        var seen = new List<long>();
        var half = new TaskCompletionSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var e in sessions.WatchAsync(id, 1, token))
            {
                seen.Add(e.Seq);
                if (e.Seq == 50) half.SetResult();
                if (e.Seq == 100) return;
            }
        }, token);

        for (var i = 0; i < 50; i++) await AppendAsync(sessions, id, token);
        await half.Task.WaitAsync(token);
        var restarting = server.RestartAsync();
        for (var i = 0; i < 50; i++) await AppendAsync(sessions, id, token);
        await restarting;
        await watching.WaitAsync(TimeSpan.FromMinutes(1), token);

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), seen);
        Assert.Equal(100, (await sessions.GetAsync(id, cancellationToken: token)).EventCount);
    }

    private static Task<SeqRange> AppendAsync(ISessionClient sessions, string id, CancellationToken token) => sessions.AppendAsync(
        id,
        [new() { Type = EventType.Modified, Actor = "ada", ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = ["f"], Operation = Operation.Modified } }],
        cancellationToken: token);
}
