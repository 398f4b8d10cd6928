using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Workspaces;
using Orleans;

namespace Memento.Rollback;

/// <summary>How far a rollback is.</summary>
[JsonConverter(typeof(NamedEnumConverter<RollbackStatus>))]
public enum RollbackStatus
{
    Pending = 0,
    [JsonStringEnumMemberName("in_progress")] InProgress,
    Completed,
    Failed,
    Cancelled,
}

[JsonConverter(typeof(NamedEnumConverter<LogSeverity>))]
public enum LogSeverity { Info = 0, Warn, Error, Debug }

/// <summary>A line in the log of a rollback.</summary>
[GenerateSerializer, Immutable, Alias("memento.RollbackLogEntry")]
public sealed record RollbackLogEntry([property: Id(0)] DateTimeOffset Timestamp, [property: Id(1)] LogSeverity Level, [property: Id(2)] string Message);

/// <summary>Why something did not succeed.</summary>
[GenerateSerializer, Immutable, Alias("memento.RollbackError")]
public sealed record RollbackError([property: Id(0)] string Code, [property: Id(1)] string Message);

/// <summary>A rollback, as it is told.</summary>
[GenerateSerializer, Immutable, Alias("memento.RollbackView")]
public sealed record RollbackView
{
    [Id(0)] public required string OperationId { get; init; }
    [Id(1)] public required string RollbackPointId { get; init; }
    [Id(2)] public required RollbackType Type { get; init; }
    [Id(3)] public required RollbackStrategy Strategy { get; init; }
    [Id(4)] public required ConflictStrategy ConflictStrategy { get; init; }
    [Id(5)] public Selection? Selection { get; init; }
    [Id(6)] public required RollbackStatus Status { get; init; }

    /// <summary>Percent of the documents that are done, from 0 to 100.</summary>
    [Id(7)] public required int Progress { get; init; }

    /// <summary>Documents to change, and those that are changed.</summary>
    [Id(8)] public required long TotalChanges { get; init; }
    [Id(9)] public required long AppliedChanges { get; init; }

    /// <summary>The newest 200 lines.</summary>
    [Id(10)] public ImmutableArray<RollbackLogEntry> Log { get; init; } = [];

    /// <summary>The first 100.</summary>
    [Id(11)] public ImmutableArray<ConflictView> Conflicts { get; init; } = [];
    [Id(12)] public long ConflictCount { get; init; }

    /// <summary>The point that was made before anything was changed.</summary>
    [Id(13), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? RecoveryPointId { get; init; }
    [Id(14), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? StartedAt { get; init; }
    [Id(15), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? CompletedAt { get; init; }
    [Id(16), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public RollbackError? Error { get; init; }
    [Id(17)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(18)] public string? AgentId { get; init; }

    /// <summary>The rollback that this one undoes, or the one that undid this.</summary>
    [Id(19)] public string? UndoOf { get; init; }
    [Id(20)] public string? UndoneBy { get; init; }

    /// <summary>The preview of a dry run.</summary>
    [Id(21)] public RollbackPreview? Preview { get; init; }

    /// <summary>Conflicts that merge policies settled; the first 100.</summary>
    [Id(22), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public ImmutableArray<SettledPlace> Settled { get; init; }

    /// <summary>Version of the merge policies with which the rollback merges; absent = without policies.</summary>
    [Id(23)] public long? PoliciesVersion { get; init; }

    [JsonIgnore] public bool IsOver => Status is RollbackStatus.Completed or RollbackStatus.Failed or RollbackStatus.Cancelled;
}

/// <summary>Why the rollback and what is there do not agree.</summary>
[JsonConverter(typeof(NamedEnumConverter<ConflictType>))]
public enum ConflictType
{
    [JsonStringEnumMemberName("value_mismatch")] ValueMismatch = 0,
    [JsonStringEnumMemberName("missing_target")] MissingTarget,
    [JsonStringEnumMemberName("type_mismatch")] TypeMismatch,
    [JsonStringEnumMemberName("permission_denied")] PermissionDenied,
    [JsonStringEnumMemberName("dependency_conflict")] Dependency,
}

[JsonConverter(typeof(NamedEnumConverter<ConflictStatus>))]
public enum ConflictStatus
{
    /// <summary>Somebody is to decide.</summary>
    Open = 0,
    /// <summary>Decided, by somebody or by the rollback's strategy.</summary>
    Resolved,
    /// <summary>The rollback changed nothing in the end; there is nothing to decide.</summary>
    Void,
}

/// <summary>How a conflict is settled.</summary>
[JsonConverter(typeof(NamedEnumConverter<ConflictChoice>))]
public enum ConflictChoice
{
    [JsonStringEnumMemberName("keep-current")] KeepCurrent = 0,
    [JsonStringEnumMemberName("use-rollback")] UseRollback,
    [JsonStringEnumMemberName("smart-merge")] SmartMerge,
    Value,
}

/// <summary>A conflict over one document. Base, current and rollback are versions of it; null = it was not there.</summary>
[GenerateSerializer, Immutable, Alias("memento.ConflictView")]
public sealed record ConflictView
{
    [Id(0)] public required string ConflictId { get; init; }
    [Id(1)] public required string OperationId { get; init; }
    [Id(2)] public required DocumentKind Kind { get; init; }
    [Id(3)] public required string Id { get; init; }

    /// <summary>The document and the places in it, as JSON pointers: <c>/entity/a/name</c>.</summary>
    [Id(4)] public required string Path { get; init; }
    [Id(5)] public ImmutableArray<string> Places { get; init; } = [];
    [Id(6)] public required ConflictType Type { get; init; }
    [Id(7)] public required string Reason { get; init; }
    [Id(8)] public required ConflictStatus Status { get; init; }

    /// <summary>
    /// Seq of the version that the rollback undoes, of the one that was there then, and of the one that it would bring back.
    /// </summary>
    [Id(9)] public long? BaseSeq { get; init; }
    [Id(10)] public long? CurrentSeq { get; init; }
    [Id(11)] public long? RollbackSeq { get; init; }

    /// <summary>How likely the smart merge is what a person would do: percent.</summary>
    [Id(12)] public required int Confidence { get; init; }
    [Id(13)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(14)] public ConflictChoice? Resolution { get; init; }
    [Id(15)] public DateTimeOffset? ResolvedAt { get; init; }
    [Id(16)] public string? ResolvedBy { get; init; }

    /// <summary>
    /// Whether several runs of changes are undone, with changes of others between them. Only the strategy merge settles such a conflict,
    /// run by run.
    /// </summary>
    [Id(17), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool SeveralRuns { get; init; }

    /// <summary>
    /// Whether the document was deleted and made anew, so that its versions are different things under one name. No merge settles such a
    /// conflict.
    /// </summary>
    [Id(18), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool IsMadeAnew { get; init; }

    [JsonIgnore] public DocumentKey Key => new(Kind, Id);

    /// <summary>Whether one merge of its three values can settle it.</summary>
    [JsonIgnore] public bool CanMerge => !SeveralRuns && !IsMadeAnew && Type is not (ConflictType.Dependency or ConflictType.PermissionDenied);

    /// <summary>A conflict that a plan found.</summary>
    /// <param name="change">The change in conflict.</param>
    /// <param name="operationId">The rollback; empty in a preview.</param>
    /// <param name="scope">Text from which the conflict's id is made, beside the document and its version.</param>
    /// <param name="now">When it was found.</param>
    /// <param name="strategy">The strategy that settles the conflict; null in a preview.</param>
    public static ConflictView Of(PlannedChange change, string operationId, string scope, DateTimeOffset now, ConflictStrategy? strategy)
    {
        var conflict = change.Conflict!;
        var choice = strategy is { } known and not ConflictStrategy.Abort ? RollbackPlan.ChoiceOf(known, conflict) : null;
        return new()
        {
            ConflictId = $"conf-{Uuid7.Derive(now, $"{scope}\n{change.Key}", change.Current.Seq)}",
            OperationId = operationId,
            Kind = change.Key.Kind,
            Id = change.Key.Id,
            Path = JsonPointer.Of(NamedEnumConverter<DocumentKind>.NameOf(change.Key.Kind), change.Key.Id).ToString(),
            Places = conflict.Places,
            Type = conflict.Type,
            Reason = conflict.Reason,
            Status = choice is not null ? ConflictStatus.Resolved : strategy is ConflictStrategy.Abort ? ConflictStatus.Void : ConflictStatus.Open,
            BaseSeq = conflict.Base?.Seq,
            CurrentSeq = change.Current.Seq,
            RollbackSeq = conflict.Rollback?.Seq,
            Confidence = conflict.Confidence,
            SeveralRuns = conflict.SeveralRuns,
            IsMadeAnew = conflict.IsMadeAnew,
            CreatedAt = now,
            Resolution = choice,
            ResolvedAt = choice is null ? null : now,
        };
    }
}

/// <summary>The preview of a rollback.</summary>
[GenerateSerializer, Immutable, Alias("memento.RollbackPreview")]
public sealed record RollbackPreview
{
    /// <summary>Give this back to carry out exactly this.</summary>
    [Id(0)] public required string PreviewToken { get; init; }
    [Id(1)] public required long TotalChanges { get; init; }

    /// <summary>Documents that would be created, updated and deleted.</summary>
    [Id(2)] public required ImmutableSortedDictionary<string, long> ChangesByType { get; init; }

    /// <summary>Ids by kind; the first 1,000 of each.</summary>
    [Id(3)] public required ImmutableSortedDictionary<string, ImmutableArray<string>> AffectedItems { get; init; }
    [Id(4)] public required DependencyReport Dependencies { get; init; }

    /// <summary>The first 100.</summary>
    [Id(5)] public required ImmutableArray<ConflictView> Conflicts { get; init; }
    [Id(6)] public required long ConflictCount { get; init; }
    [Id(7)] public required RollbackStrategy RecommendedStrategy { get; init; }
    [Id(8)] public required string Reason { get; init; }

    /// <summary>From the time that earlier changes took here; a first guess until there were some.</summary>
    [Id(9)] public required long EstimatedDurationMs { get; init; }

    /// <summary>Conflicts that merge policies settle; the first 100.</summary>
    [Id(10), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public ImmutableArray<SettledPlace> Settled { get; init; }

    /// <summary>
    /// Version of the merge policies with which the preview merges; a rollback with the preview token uses the same version.
    /// </summary>
    [Id(11)] public long? PoliciesVersion { get; init; }

    /// <summary>
    /// Merge policies that fit no document that is merged, or no place in those documents. Absent if there are none, or nothing is merged.
    /// </summary>
    [Id(12), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<UnusedPolicy> UnusedPolicies { get; init; }
}

/// <summary>Dependencies between documents, which are named <c>kind/id</c>.</summary>
[GenerateSerializer, Immutable, Alias("memento.DependencyReport")]
public sealed record DependencyReport
{
    /// <summary>Missing documents to which restored documents refer.</summary>
    [Id(0)] public ImmutableArray<string> Required { get; init; } = [];

    /// <summary>Documents that stay and refer to documents that would be deleted.</summary>
    [Id(1)] public ImmutableArray<string> Affected { get; init; } = [];

    /// <summary>Documents that need each other.</summary>
    [Id(2)] public ImmutableArray<ImmutableArray<string>> Circular { get; init; } = [];
}

/// <summary>Settles a conflict.</summary>
[GenerateSerializer, Immutable, Alias("memento.ResolveConflict")]
public sealed record ResolveConflict
{
    [Id(0)] public required ConflictChoice Choice { get; init; }

    /// <summary>The document's value, for <see cref="ConflictChoice.Value"/>.</summary>
    [Id(1)] public JsonText? Value { get; init; }

    /// <summary>The same in base64, for a file.</summary>
    [Id(2)] public string? Base64 { get; init; }
    [Id(3)] public string? AgentId { get; init; }

    /// <summary>The ETag of the document that was looked at; absent = as it was when the conflict was found.</summary>
    [Id(4)] public string? IfMatch { get; init; }
}

/// <summary>Settles several conflicts in the same way.</summary>
[GenerateSerializer, Immutable, Alias("memento.ResolveConflicts")]
public sealed record ResolveConflicts
{
    /// <summary>Most conflicts in one request.</summary>
    public const int MaxConflicts = 1_000;

    [Id(0)] public required ImmutableArray<string> ConflictIds { get; init; }
    [Id(1)] public required ConflictChoice Choice { get; init; }
    [Id(2)] public string? AgentId { get; init; }
}

/// <summary>The outcome of settling a conflict.</summary>
[GenerateSerializer, Immutable, Alias("memento.Resolution")]
public sealed record Resolution([property: Id(0)] string ConflictId, [property: Id(1)] ConflictStatus? Status = null, [property: Id(2)] RollbackError? Error = null);

[GenerateSerializer, Immutable, Alias("memento.Resolutions")]
public sealed record Resolutions([property: Id(0)] ImmutableArray<Resolution> Results);

/// <summary>Asks to cancel a rollback.</summary>
[GenerateSerializer, Immutable, Alias("memento.CancelRollback"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CancelRollback
{
    /// <summary>The agent that asks for it.</summary>
    [Id(0)] public string? AgentId { get; init; }
}

/// <summary>Asks to undo a rollback.</summary>
[GenerateSerializer, Immutable, Alias("memento.UndoRollback"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UndoRollback
{
    /// <summary>The agent that asks for it.</summary>
    [Id(0)] public string? AgentId { get; init; }
}
