using System.Collections.Immutable;

namespace Memento.Workspaces;

/// <summary>The side of a workspace that only rollbacks call.</summary>
[Alias("memento.IWorkspaceWriter")]
internal interface IWorkspaceWriter : IGrainWithStringKey
{
    /// <summary>Changes documents because of a rollback: all or none, without the bounds of a request's batch. Answers the number of the change. <c>VERSION_CONFLICT</c> if one is not at the version that it names.</summary>
    [Alias("apply"), ResponseTimeout("00:10:00")] Task<long> ApplyAsync(Author by, ImmutableArray<DocumentOperation> operations);

    /// <summary>Names the moment before a rollback. Asked again, it answers the same point.</summary>
    [Alias("recovery-point")] Task<RollbackPoint> CreateRecoveryPointAsync(string operationId, long ttlSeconds);
}
