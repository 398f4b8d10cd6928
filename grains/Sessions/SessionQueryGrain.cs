using System.Collections.Immutable;
using Memento.Storage;
using Orleans.Concurrency;

namespace Memento.Sessions;

/// <summary>Answers from the read models, on whichever silo was asked.</summary>
[GrainType("memento.session-query"), StatelessWorker]
internal sealed class SessionQueryGrain(ISessionIndex index, Store store, TimeProvider clock) : Grain, ISessionQueryGrain
{
    private const int MaxEntities = 100;

    public Task<Page<SessionView>> ListAsync(SessionQuery query)
    {
        Paging.Check(query.Limit);
        if (query.Agent is not null) Names.Check("agent", query.Agent);
        if (query.Entity is not null) Names.Check("entity", query.Entity);
        return index.ListAsync(Workspace, query, clock.GetUtcNow());
    }

    public async Task<SessionStats> GetStatsAsync() => await index.GetStatsAsync(Workspace, await store.GetSizeAsync());

    public Task<SessionAggregates> AggregateAsync(ImmutableArray<string> entityIds)
    {
        if (entityIds.IsDefaultOrEmpty || entityIds.Length > MaxEntities)
            throw new MementoException(Refusal.Invalid("entityIds", $"has {(entityIds.IsDefault ? 0 : entityIds.Length)} names; must have 1 to {MaxEntities}"));
        for (var i = 0; i < entityIds.Length; i++) Names.Check($"entityIds[{i}]", entityIds[i]);
        return index.AggregateAsync(Workspace, entityIds);
    }

    public Task<ImmutableArray<Anchor>> GetAnchorsAsync(string entityId)
    {
        Names.Check("entityId", entityId);
        return index.GetAnchorsAsync(Workspace, entityId);
    }

    private string Workspace => Names.Check("workspace", this.GetPrimaryKeyString());
}
