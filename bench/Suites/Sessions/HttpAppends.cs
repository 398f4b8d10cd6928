using System.Text.Json;
using Memento.Bench.Stores;
using Memento.Sessions;

namespace Memento.Bench.Sessions;

/// <summary>
/// Durable events per second through HTTP. The server is the real program in its own process; the load comes from this one over raw keep-alive connections with requests made
/// beforehand, so what is shared with the server is the processor and nothing else.
/// </summary>
internal static class HttpAppends
{
    private const int Sessions = 1_000;
    private const int RequestsPerConnection = 256;

    public static IReadOnlyList<Case> Cases { get; } =
    [
        new("http-append", "HTTP, one event a request, 1,000 sessions, 64 connections", run => RunAsync(run, "http-append", 64, 1)),
        new("http-batch16", "HTTP, 16 events a request, 1,000 sessions, 64 connections", run => RunAsync(run, "http-batch16", 64, 16)),
    ];

    private static async Task RunAsync(Run run, string name, int connectionCount, int batch)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        var (silo, _) = await SiloProcess.StartAsync(database, run.Token);
        await using var stopped = silo;
        var connections = new List<HttpConnection>();
        try
        {
            for (var i = 0; i < connectionCount; i++) connections.Add(await HttpConnection.OpenAsync(silo.Port, run.Token));
            for (var i = 0; i < Sessions; i++) await connections[i % connectionCount].SendAsync(Create(i));
            var requests = Requests(connectionCount, batch);
            var before = silo.ResidentMb;
            var result = await run.Load(connectionCount).RunAsync(async (caller, chance) =>
            {
                await connections[caller].SendAsync(requests[caller][chance.Next(RequestsPerConnection)]);
                return batch;
            }, run.Token);
            run.Report(name, result, ("requestsPerSecond", result.PerSecond / batch), ("rssBeforeMb", before), ("rssAfterMb", silo.ResidentMb));
        }
        finally
        {
            foreach (var connection in connections) connection.Dispose();
        }
    }

    private static string PathOf(int session) => $"/v1/workspaces/{BenchSilo.Workspace}/sessions/sess-{session:000000}";

    private static byte[] Create(int session) => HttpConnection.Post($"/v1/workspaces/{BenchSilo.Workspace}/sessions",
        JsonSerializer.SerializeToUtf8Bytes(new CreateSession { SessionId = $"sess-{session:000000}", AgentId = Work.AgentOf(session), TtlSeconds = 0 }, MementoJson.Default.CreateSession));

    private static byte[][][] Requests(int connections, int batch)
    {
        var chance = new Random(1);
        return [.. Enumerable.Range(0, connections).Select(_ => Enumerable.Range(0, RequestsPerConnection).Select(_ =>
        {
            var session = chance.Next(Sessions);
            var body = batch == 1
                ? JsonSerializer.SerializeToUtf8Bytes(Work.Event(session, chance), MementoJson.Default.NewEvent)
                : JsonSerializer.SerializeToUtf8Bytes([.. Work.Events(session, batch, chance)], MementoJson.Default.NewEventArray);
            return HttpConnection.Post($"{PathOf(session)}/events", body);
        }).ToArray())];
    }
}
