using System.Globalization;
using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Agents;

/// <summary>
/// Lets the directories look who is silent, and hands on what the dead still have. The tables say which workspaces have agents, so this
/// works after any restart, and when the silo of an agent died together with the agent.
/// </summary>
internal sealed class AgentMonitor(IGrainFactory grains, IAgentIndex index, IOptions<AgentOptions> options, ILogger<AgentMonitor> log)
    : Sweeper("dead agents", options.Value.Detector.LookEvery, log)
{
    private const int PageSize = 200;

    public override async Task SweepAsync(SweepShare share, CancellationToken cancellationToken)
    {
        for (var (after, more) = ("", true); more;)
        {
            var page = await index.GetWorkspacesAsync(after, PageSize, cancellationToken);
            foreach (var workspace in page)
            {
                after = workspace;
                var directories = Enumerable.Range(0, options.Value.DirectoryShards)
                    .Select(shard => new GrainKey(workspace, shard.ToString(CultureInfo.InvariantCulture)));
                await Task.WhenAll(directories.Where(share.Has).Select(key => TryAsync(key, () => LookAsync(key), cancellationToken)));
            }

            more = page.Count == PageSize;
        }

        if (!share.Has("lost agents")) return;   // few, and in no order that silos could share
        foreach (var agent in await index.GetLostAsync(PageSize, cancellationToken))
            await TryAsync(agent, () => HandOnAsync(agent), cancellationToken);
    }

    private async Task<bool> LookAsync(GrainKey directory) =>
        await grains.GetGrain<IAgentDirectoryGrain>(directory.ToString()).SweepAsync() > 0;

    private async Task<bool> HandOnAsync(GrainKey agent)
    {
        await grains.GetGrain<Tasks.IAgentTaker>(agent.ToString()).HandOnAsync();
        return true;
    }
}
