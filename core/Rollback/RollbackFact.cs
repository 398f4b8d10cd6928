using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>An entry in the journal of a rollback.</summary>
public abstract record RollbackFact : IFact
{
    private RollbackFact() { }

    /// <summary>How it is stored.</summary>
    public static FactCodec<RollbackState, RollbackFact> Codec { get; } = new FactCodec<RollbackState, RollbackFact>("rollback", MementoJson.Default.RollbackState)
        .With("requested", MementoJson.Default.Requested)
        .With("started", MementoJson.Default.Started)
        .With("progressed", MementoJson.Default.Progressed)
        .With("conflicts_found", MementoJson.Default.ConflictsFound)
        .With("conflict_resolved", MementoJson.Default.ConflictResolved)
        .With("cancel_requested", MementoJson.Default.CancelRequested)
        .With("gave_up", MementoJson.Default.GaveUp)
        .With("finished", MementoJson.Default.Finished)
        .With("undone", MementoJson.Default.Undone);

    /// <summary>When it was recorded, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    public sealed record Requested : RollbackFact
    {
        public required string OperationId { get; init; }
        public required string RollbackPointId { get; init; }

        /// <summary>Seq of the point: changes after it are looked at.</summary>
        public required long PointSeq { get; init; }
        public required RollbackType Type { get; init; }
        public required StartRollback Request { get; init; }
        public string? UndoOf { get; init; }

        /// <summary>
        /// Version of the workspace's merge policies with which the rollback merges until its end.
        /// Null = the entry is older than merge policies.
        /// </summary>
        public long? PoliciesVersion { get; init; }
    }

    /// <summary>
    /// The plan is made. It follows from the point, the selection and <see cref="StartSeq"/>, so it can be made again after a crash.
    /// </summary>
    public sealed record Started : RollbackFact
    {
        /// <summary>Changes after this one are somebody else's later work: never selected.</summary>
        public required long StartSeq { get; init; }
        public required long Total { get; init; }

        /// <summary>The point to which undoing goes back; null for a dry run.</summary>
        public string? RecoveryPointId { get; init; }

        /// <summary>Conflicts that merge policies settled; the first 100. Default in entries of older versions.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public ImmutableArray<SettledPlace> Settled { get; init; }
    }

    /// <summary>Some documents are changed.</summary>
    public sealed record Progressed : RollbackFact
    {
        public required long Applied { get; init; }
        public required long Total { get; init; }
        public required long Seq { get; init; }
    }

    public sealed record ConflictsFound : RollbackFact
    {
        public required ImmutableArray<ConflictView> Conflicts { get; init; }
    }

    public sealed record ConflictResolved : RollbackFact
    {
        public required string ConflictId { get; init; }
        public DocumentKey? Document { get; init; }
        public required ConflictChoice Choice { get; init; }
        public string? AgentId { get; init; }
    }

    public sealed record CancelRequested : RollbackFact
    {
        public string? AgentId { get; init; }
    }

    /// <summary>The rollback cannot go on. From here on its own changes are undone, also after a crash.</summary>
    public sealed record GaveUp : RollbackFact
    {
        public required RollbackError Error { get; init; }
    }

    /// <summary>The rollback is over.</summary>
    public sealed record Finished : RollbackFact
    {
        public required RollbackStatus Status { get; init; }
        public required string Message { get; init; }
        public RollbackError? Error { get; init; }
        public RollbackPreview? Preview { get; init; }
    }

    /// <summary>Another rollback undid this one.</summary>
    public sealed record Undone : RollbackFact
    {
        public required string ByOperationId { get; init; }
        public string? AgentId { get; init; }
    }
}

/// <summary>A rollback, as its journal has it.</summary>
public sealed record RollbackState
{
    public static RollbackState Empty { get; } = new();

    /// <summary>Null before it was asked for.</summary>
    public RollbackView? View { get; init; }
    public StartRollback? Request { get; init; }
    public long PointSeq { get; init; }

    /// <summary>0 before it is planned.</summary>
    public long StartSeq { get; init; }
    public bool CancelRequested { get; init; }

    /// <summary>Why it cannot go on.</summary>
    public RollbackError? GaveUpWith { get; init; }

    /// <summary>All conflicts; the view has the first.</summary>
    public ImmutableArray<ConflictView> Conflicts { get; init; } = [];
}
