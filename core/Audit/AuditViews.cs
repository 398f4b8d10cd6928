using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Rollback;
using Memento.Workspaces;
using Orleans;

namespace Memento.Audit;

/// <summary>The actions that the audit records.</summary>
[JsonConverter(typeof(NamedEnumConverter<AuditAction>))]
public enum AuditAction
{
    [JsonStringEnumMemberName("documents_changed")] DocumentsChanged = 0,
    [JsonStringEnumMemberName("point_created")] PointCreated,
    [JsonStringEnumMemberName("point_changed")] PointChanged,
    [JsonStringEnumMemberName("point_removed")] PointRemoved,
    [JsonStringEnumMemberName("history_compacted")] HistoryCompacted,

    // Entries of the journals of rollbacks.
    [JsonStringEnumMemberName("rollback_requested")] RollbackRequested,
    [JsonStringEnumMemberName("rollback_started")] RollbackStarted,
    [JsonStringEnumMemberName("rollback_progressed")] RollbackProgressed,
    [JsonStringEnumMemberName("conflicts_found")] ConflictsFound,
    [JsonStringEnumMemberName("conflict_resolved")] ConflictResolved,
    [JsonStringEnumMemberName("rollback_cancel_requested")] RollbackCancelRequested,
    [JsonStringEnumMemberName("rollback_gave_up")] RollbackGaveUp,
    [JsonStringEnumMemberName("rollback_finished")] RollbackFinished,
    [JsonStringEnumMemberName("rollback_undone")] RollbackUndone,

    // Entries of the journals of queues.
    [JsonStringEnumMemberName("stale_call_refused")] StaleCallRefused,

    // Entries of the stream of a workspace's merge policies.
    [JsonStringEnumMemberName("merge_policies_changed")] MergePoliciesChanged,
}

/// <summary>An entry of a journal, as an auditor reads it: agent, action and time.</summary>
[GenerateSerializer, Immutable, Alias("memento.AuditEntry")]
public sealed record AuditEntry
{
    [Id(0)] public required DateTimeOffset At { get; init; }
    [Id(1)] public required AuditAction Action { get; init; }

    /// <summary>
    /// The agent that acted; for the steps of a rollback, the agent that asked for it. Absent = no agent was named, or Memento acted.
    /// </summary>
    [Id(2)] public string? AgentId { get; init; }
    [Id(3)] public string? SessionId { get; init; }

    /// <summary>The rollback that it belongs to.</summary>
    [Id(4)] public string? OperationId { get; init; }
    [Id(5)] public string? RollbackPointId { get; init; }

    /// <summary>The workspace's seq, for what stands in its own journal.</summary>
    [Id(6)] public long? Seq { get; init; }

    /// <summary>The documents that changed or are in conflict, by kind and id; the first <see cref="MaxDocuments"/>.</summary>
    [Id(7)] public ImmutableArray<AuditedDocument> Documents { get; init; } = [];

    /// <summary>How many there are. Versions that history no longer keeps are not counted.</summary>
    [Id(8)] public long DocumentCount { get; init; }

    /// <summary>Details, as an object that depends on the action. Values that look like secrets are masked.</summary>
    [Id(9)] public JsonText? Detail { get; init; }

    /// <summary>Documents that an entry names.</summary>
    public const int MaxDocuments = 20;
}

/// <summary>A document of an entry.</summary>
/// <param name="Kind">The document's kind.</param>
/// <param name="Id">The document's id.</param>
/// <param name="Operation">The operation on the document; absent for a conflict.</param>
/// <param name="ConflictId">The conflict about it.</param>
[GenerateSerializer, Immutable, Alias("memento.AuditedDocument")]
public sealed record AuditedDocument(
    [property: Id(0)] DocumentKind Kind, [property: Id(1)] string Id, [property: Id(2)] DiffOperation? Operation = null, [property: Id(3)] string? ConflictId = null);

/// <summary>Selects the entries to list: those to which every given filter applies.</summary>
[GenerateSerializer, Immutable, Alias("memento.AuditQuery")]
public sealed record AuditQuery
{
    [Id(0)] public string? AgentId { get; init; }
    [Id(1)] public string? SessionId { get; init; }
    [Id(2)] public string? OperationId { get; init; }
    [Id(3)] public string? RollbackPointId { get; init; }
    [Id(4)] public string? ConflictId { get; init; }
    [Id(5)] public DocumentKey? Document { get; init; }
    [Id(6)] public AuditAction? Action { get; init; }

    /// <summary>Done at or after this time.</summary>
    [Id(7)] public DateTimeOffset? Since { get; init; }

    /// <summary>Done at or before this time.</summary>
    [Id(8)] public DateTimeOffset? Until { get; init; }
    [Id(9)] public int Limit { get; init; } = Paging.DefaultLimit;
    [Id(10)] public string? Cursor { get; init; }

    /// <summary>Whether entries of the workspace's own journal can be asked for.</summary>
    [JsonIgnore] public bool CoversChanges => ConflictId is null && !(Action > AuditAction.HistoryCompacted);

    /// <summary>Whether entries of the journals of rollbacks, queues and merge policies can be asked for.</summary>
    [JsonIgnore] public bool CoversOthers => SessionId is null && !(Action <= AuditAction.HistoryCompacted);

    /// <summary>Whether an entry is asked for, as far as it says itself; which documents changed together stands elsewhere.</summary>
    public bool Covers(AuditEntry entry) =>
        (AgentId is null || entry.AgentId == AgentId)
        && (SessionId is null || entry.SessionId == SessionId)
        && (OperationId is null || entry.OperationId == OperationId)
        && (RollbackPointId is null || entry.RollbackPointId == RollbackPointId)
        && (ConflictId is null || entry.Documents.Any(d => d.ConflictId == ConflictId))
        && (Document is not { } document || entry.Action is AuditAction.DocumentsChanged || entry.Documents.Any(d => d.Kind == document.Kind && d.Id == document.Id))
        && (Action is null || entry.Action == Action)
        && !(entry.At < Since) && !(entry.At > Until);

    /// <summary>Throws <c>VALIDATION_FAILED</c> if a field is not what it can be.</summary>
    public void Check()
    {
        Paging.Check(Limit);
        foreach (var (field, name) in (ReadOnlySpan<(string, string?)>)[("agent", AgentId), ("session", SessionId), ("rollback", OperationId), ("point", RollbackPointId), ("conflict", ConflictId)])
            if (name is not null) Names.Check(field, name);
        if (Document is { } key) DocumentNames.Check("document", key.Id);
        if (Since > Until) throw new MementoException(Refusal.Invalid("until", $"is before since"));
    }
}
