using System.Collections.Immutable;
using Memento.Tasks;
using Orleans.Concurrency;

namespace Memento.Agents;

/// <summary>Answers from the tables, on whichever silo was asked.</summary>
[GrainType("memento.agent-query"), StatelessWorker, Reentrant]
internal sealed class AgentQueryGrain(IAgentIndex index, ITaskIndex tasks) : Grain, IAgentQueryGrain
{
    private const int PageSize = 500;

    private string _workspace = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _workspace = Names.Check("workspace", this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<Page<AgentView>> ListAsync(AgentQuery query)
    {
        Paging.Check(query.Limit);
        if (query.Capability is { } capability) Names.Check("capability", capability);
        var found = new List<StoredAgent>(query.Limit);
        for (var (after, more) = (Cursor.ParseName(query.Cursor) ?? "", true); more;)
        {
            var page = await index.ListAsync(_workspace, query.Capability, after, PageSize);
            foreach (var agent in page)
            {
                if (found.Count == query.Limit) return new() { Items = await ViewAsync(found), NextCursor = Cursor.OfName(found[^1].AgentId) };
                after = agent.AgentId;
                if (query.Status is { } status && agent.State.StatusWith(agent.Load) != status) continue;
                found.Add(agent);
            }

            more = page.Count == PageSize;
        }

        return new() { Items = await ViewAsync(found) };
    }

    private async Task<ImmutableArray<AgentView>> ViewAsync(List<StoredAgent> found)
    {
        var work = await tasks.GetWorkAsync(_workspace, [.. found.Select(a => a.AgentId)]);
        return [.. found.Select(a => Views.Of(a.AgentId, a.State, a.Load, work.GetValueOrDefault(a.AgentId, AgentWork.None)))];
    }
}
