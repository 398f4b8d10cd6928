namespace Memento.Workspaces;

/// <summary>What a workspace knows about itself without looking at its documents. It is as small for a million of them as for one.</summary>
public sealed record WorkspaceState
{
    public static WorkspaceState Empty { get; } = new();

    /// <summary>Number of its newest change, which is also the number of entries in its journal; 0 before the first.</summary>
    public long Seq { get; init; }

    /// <summary>Number of the newest change of documents; a rollback point is a change, but of no document.</summary>
    public long ChangedSeq { get; init; }

    /// <summary>When the newest was recorded.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Hash of all documents as they are now.</summary>
    public StateHash Root { get; init; }

    /// <summary>Documents that exist.</summary>
    public long Documents { get; init; }

    /// <summary>Bytes of their values.</summary>
    public long Bytes { get; init; }

    /// <summary>Rollback points that exist.</summary>
    public long Points { get; init; }

    /// <summary>Changes up to this one may be missing from the history; what rollback points see is there.</summary>
    public long CompactedTo { get; init; }

    /// <summary>
    /// SHA-256 over the chain before and the newest entry. It follows from the journal and is kept in snapshots and rollback points,
    /// so that an entry that is changed later no longer fits to what was said after it.
    /// </summary>
    public ContentHash Chain { get; init; }
}
