using Memento.Journaling;

namespace Memento.Sessions;

/// <summary>The side of a session that only its parent and rollback points call.</summary>
[Alias("memento.IForkedSession")]
internal interface IForkedSession : IGrainWithStringKey
{
    /// <summary>Creates this session with the parent's state at some seq.</summary>
    [Alias("create-fork")] Task<SessionView> CreateForkAsync(SessionState parent, long parentStreamId, string agentId, KeyedRequest? key);

    /// <summary>Forks this session, also if it is over by now: rollback points remember where it stood.</summary>
    [Alias("fork-ended")] Task<SessionView> ForkEndedAsync(ForkSession request, KeyedRequest? key);
}
