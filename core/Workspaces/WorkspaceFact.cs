using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Workspaces;

/// <summary>What the journal of a workspace records. The entry's position is its seq.</summary>
public abstract record WorkspaceFact : IFact
{
    private WorkspaceFact() { }

    /// <summary>How it is stored.</summary>
    public static FactCodec<WorkspaceState, WorkspaceFact> Codec { get; } = new FactCodec<WorkspaceState, WorkspaceFact>("workspace", MementoJson.Default.WorkspaceState)
        .With("documents", MementoJson.Default.DocumentsChanged)
        .With("point_created", MementoJson.Default.PointCreated)
        .With("point_changed", MementoJson.Default.PointChanged)
        .With("compacted", MementoJson.Default.Compacted)
        .With("point_removed", MementoJson.Default.PointRemoved);

    /// <summary>When it was recorded, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Some documents changed, together.</summary>
    public sealed record DocumentsChanged : WorkspaceFact
    {
        /// <summary>Who, in which session, and because of what (a rollback's id).</summary>
        public string? AgentId { get; init; }
        public string? SessionId { get; init; }
        public string? Cause { get; init; }

        /// <summary>The workspace after it.</summary>
        public required StateHash Root { get; init; }
        public required long Documents { get; init; }
        public required long Bytes { get; init; }

        /// <summary>The changes. They are stored as versions, next to this entry; one that was read back has none.</summary>
        [JsonIgnore] public ImmutableArray<DocumentChange> Changes { get; init; } = [];
    }

    /// <summary>A moment got a name. Its seq is this entry's.</summary>
    public sealed record PointCreated : WorkspaceFact
    {
        public required string RollbackPointId { get; init; }
        public required string Name { get; init; }
        public string? Description { get; init; }
        public string? SessionId { get; init; }
        public string? AgentId { get; init; }
        public JsonText? Metadata { get; init; }

        /// <summary>The rollback that it was made before.</summary>
        public string? OperationId { get; init; }

        /// <summary>Null = never.</summary>
        public DateTimeOffset? ExpiresAt { get; init; }
        public bool Pinned { get; init; }

        /// <summary>The workspace then: right before this entry.</summary>
        public required StateHash Root { get; init; }
        public required long Documents { get; init; }
        public required long Bytes { get; init; }
        public required ContentHash Chain { get; init; }

        /// <summary>Where the active sessions stood, newest sessions first.</summary>
        public ImmutableArray<SessionPosition> Sessions { get; init; } = [];

        /// <summary>There were more sessions than are named.</summary>
        public bool SessionsTruncated { get; init; }
    }

    public sealed record PointChanged : WorkspaceFact
    {
        public required string RollbackPointId { get; init; }
        public required bool Pinned { get; init; }
        public DateTimeOffset? ExpiresAt { get; init; }
        public string? AgentId { get; init; }
    }

    public sealed record PointRemoved : WorkspaceFact
    {
        public required string RollbackPointId { get; init; }
        public required PointEnd Reason { get; init; }
        public string? AgentId { get; init; }
    }

    /// <summary>From now on, versions that were replaced at or before a seq and that no rollback point sees may be gone.</summary>
    public sealed record Compacted : WorkspaceFact
    {
        public required long UpTo { get; init; }
    }
}

/// <summary>Why a rollback point went.</summary>
[JsonConverter(typeof(NamedEnumConverter<PointEnd>))]
public enum PointEnd { Deleted = 0, Expired, Limit }

/// <summary>Where a session stood: the seq of its newest event.</summary>
[GenerateSerializer, Immutable, Alias("memento.SessionPosition")]
public sealed record SessionPosition([property: Id(0)] string SessionId, [property: Id(1)] long Seq);

/// <summary>One document's part of a change.</summary>
/// <param name="Key">The document.</param>
/// <param name="Before">Its newest version before; null if there was none.</param>
/// <param name="After">Its value from now on; null = deleted.</param>
public sealed record DocumentChange(DocumentKey Key, DocumentVersion? Before, DocumentValue? After);
