using Memento.Bench.Stores;
using Memento.Sessions;

namespace Memento.Bench.Sessions;

/// <summary>Sessions with a long history.</summary>
internal static class LongSessions
{
    private const int Batch = 1_000;

    /// <summary>Makes a session with a number of events. Its newest snapshot is as old as it can be, so an activation has the most to replay.</summary>
    public static async Task<ISessionGrain> CreateAsync(BenchSilo silo, string id, int session, int events, CancellationToken cancellationToken)
    {
        var grain = silo.Session(id);
        var chance = new Random(session);
        await grain.CreateAsync(new CreateSession { AgentId = Work.AgentOf(session), TtlSeconds = 0 });

        // Snapshots follow a full interval, so the newest comes with a full batch; what is left over (or, without it, nothing) lies behind it.
        var tail = Math.Min(events, Batch - 2);
        for (var left = events - tail; left > 0; left -= Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await grain.AppendAsync(Work.Events(session, Math.Min(left, Batch), chance));
        }

        await grain.AppendAsync(Work.Events(session, tail, chance));
        return grain;
    }

    public static string StreamOf(string id) => $"session/{BenchSilo.Workspace}/{id}";
}
