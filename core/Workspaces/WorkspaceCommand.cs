using System.Collections.Immutable;
using Orleans;

namespace Memento.Workspaces;

/// <summary>What can be asked of a workspace.</summary>
public abstract record WorkspaceCommand
{
    private WorkspaceCommand() { }

    /// <summary>Changes documents: all operations or none.</summary>
    /// <param name="By">Who changes them.</param>
    /// <param name="Operations">What to do; each names another document.</param>
    /// <param name="Current">The newest version of every document that is named, if it has one, and the value of those that are patched.</param>
    public sealed record Write(Author By, ImmutableArray<DocumentOperation> Operations, IReadOnlyDictionary<DocumentKey, CurrentDocument> Current) : WorkspaceCommand
    {
        /// <summary>A rollback sees to its own bounds: what it writes was in the workspace before.</summary>
        public bool IsRollback { get; init; }
    }

    /// <summary>Names this moment.</summary>
    /// <param name="RollbackPointId">The point's id.</param>
    /// <param name="Request">What was asked for.</param>
    /// <param name="Sessions">Where the active sessions stand.</param>
    /// <param name="SessionsTruncated">There are more.</param>
    /// <param name="Existing">The points that the limits count: how many there are, and which would go first.</param>
    public sealed record CreatePoint(
        string RollbackPointId, CreateRollbackPoint Request, ImmutableArray<SessionPosition> Sessions, bool SessionsTruncated, ExistingPoints Existing) : WorkspaceCommand
    {
        /// <summary>The rollback that the point is made before. Such a point takes nobody's place: no limit counts it.</summary>
        public string? OperationId { get; init; }
    }

    /// <summary>Changes whether and when a point goes by itself.</summary>
    public sealed record ChangePoint(RollbackPoint Point, ChangeRollbackPoint Request) : WorkspaceCommand;

    /// <summary>Lets history up to a seq go, except what rollback points see.</summary>
    public sealed record Compact(long UpTo) : WorkspaceCommand;

    public sealed record RemovePoint(RollbackPoint Point, PointEnd Reason, string? AgentId = null) : WorkspaceCommand;
}

/// <summary>Who changes something.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="SessionId">The session that it works in.</param>
/// <param name="Cause">The rollback that this belongs to.</param>
[GenerateSerializer, Immutable, Alias("memento.Author")]
public sealed record Author([property: Id(0)] string? AgentId = null, [property: Id(1)] string? SessionId = null, [property: Id(2)] string? Cause = null);

/// <summary>One change of a workspace.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who and why.</param>
public readonly record struct Change(DateTimeOffset At, Author By);

/// <summary>A document as it is now.</summary>
/// <param name="Version">Its newest version; null if it never had one.</param>
/// <param name="Value">Its value, where a decision needs it.</param>
public sealed record CurrentDocument(DocumentVersion? Version, DocumentValue? Value = null)
{
    public bool Exists => Version is { IsDeleted: false };
}

/// <summary>The points that limits count.</summary>
/// <param name="InWorkspace">Points of the workspace.</param>
/// <param name="InSession">Points of the session that the new one belongs to.</param>
/// <param name="OldestInWorkspace">The oldest that are not pinned, as many as may have to go.</param>
/// <param name="OldestInSession">The same of the session.</param>
public sealed record ExistingPoints(long InWorkspace, long InSession, ImmutableArray<string> OldestInWorkspace, ImmutableArray<string> OldestInSession);

/// <summary>Bounds and defaults that the rules apply; see WorkspaceOptions for their meaning and ranges.</summary>
public sealed record WorkspaceLimits
{
    public int MaxDocumentBytes { get; init; } = 10 * 1024 * 1024;
    public int MaxBatch { get; init; } = 1_000;
    public long MaxBatchBytes { get; init; } = 32 * 1024 * 1024;
    public int MaxJsonDepth { get; init; } = 64;
    public long DefaultPointTtlSeconds { get; init; } = 24 * 3600;
    public long MaxPointTtlSeconds { get; init; } = 10L * 366 * 24 * 3600;
    public int MaxPointsPerSession { get; init; } = 50;
    public int MaxPointsPerWorkspace { get; init; } = 1_000;
    public int MaxMetadataLength { get; init; } = 64 * 1024;
    public int MaxTextLength { get; init; } = 4 * 1024;
}
