using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Agents;

/// <summary>
/// Lets the directories look who is silent, and hands on what the dead still have. Runs on every silo while it is active; that several look does no harm.
/// It finds out from tables which workspaces have agents, so it works after any restart, and when the silo of an agent died together with the agent.
/// </summary>
internal sealed partial class AgentMonitor(IGrainFactory grains, IAgentIndex index, IOptions<AgentOptions> options, TimeProvider clock, ILogger<AgentMonitor> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int PageSize = 200;

    private readonly Sweeping _sweeping = new("dead agents", options.Value.Detector.LookEvery, clock, log);

    public void Participate(ISiloLifecycle observer) => _sweeping.Begin(observer, SweepAsync);

    public void Dispose() => _sweeping.Dispose();

    /// <summary>One round.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        for (var (after, more) = ("", true); more;)
        {
            var page = await index.GetWorkspacesAsync(after, PageSize, cancellationToken);
            foreach (var workspace in page)
            {
                after = workspace;
                await Task.WhenAll(Enumerable.Range(0, options.Value.DirectoryShards).Select(shard => SweepAsync(workspace, shard)));
            }

            more = page.Count == PageSize;
        }

        foreach (var agent in await index.GetLostAsync(PageSize, cancellationToken)) await TryAsync(agent, () => grains.GetGrain<Tasks.IAgentTaker>(agent.ToString()).HandOnAsync());
    }

    private Task SweepAsync(string workspace, int shard)
    {
        var key = new GrainKey(workspace, shard.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return TryAsync(key, () => grains.GetGrain<IAgentDirectoryGrain>(key.ToString()).SweepAsync());
    }

    private async Task TryAsync(GrainKey key, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e)
        {
            LogFailed(log, key, e.Message);   // one that fails must not keep the others from being looked at
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking after {Key} failed; it is tried again: {Problem}")]
    private static partial void LogFailed(ILogger log, GrainKey key, string problem);
}
