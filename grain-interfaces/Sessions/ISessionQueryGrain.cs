using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>Questions about the sessions of a workspace, answered from indexed tables without waking a session. Key: the workspace's name.</summary>
[Alias("memento.ISessionQueryGrain"), GrainInterfaceType("memento.session-query")]
public interface ISessionQueryGrain : IGrainWithStringKey
{
    /// <summary>Newest first. What a session's own calls have acknowledged is in the list; only the time filters may lag, by at most 30 s.</summary>
    [Alias("list")] Task<Page<SessionView>> ListAsync(SessionQuery query);

    [Alias("stats")] Task<SessionStats> GetStatsAsync();

    /// <summary>The sessions that touched any of 1–100 entities, taken together.</summary>
    [Alias("aggregate")] Task<SessionAggregates> AggregateAsync(ImmutableArray<string> entityIds);

    /// <summary>The newest five checkpoints that cover an entity, newest first, among the newest 20 checkpoints of each of the newest 20 sessions that touched it.</summary>
    [Alias("anchors")] Task<ImmutableArray<Anchor>> GetAnchorsAsync(string entityId);
}
