using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Memento.Core.Coordination.Tasks;
using Memento.Rollback;
using Memento.Tasks;
using Memento.Workspaces;

namespace Memento.Audit;

/// <summary>Reads journal entries as an auditor does. The journals are the audit: what was not recorded was not done.</summary>
public static class AuditTrail
{
    /// <summary>An entry of a workspace's journal. Its documents stand next to the journal; they are added by whoever reads them.</summary>
    public static AuditEntry Of(WorkspaceFact fact, long seq)
    {
        var entry = fact switch
        {
            WorkspaceFact.DocumentsChanged f => Of(new Change(f.At, new(f.AgentId, f.SessionId, f.Cause)), seq),
            WorkspaceFact.PointCreated f => New(fact.At, AuditAction.PointCreated, ("name", f.Name), ("description", f.Description), ("metadata", f.Metadata is null ? null : SecretMask.Of(f.Metadata)), ("pinned", f.Pinned), ("expiresAt", Time(f.ExpiresAt))) with
            {
                AgentId = f.AgentId, SessionId = f.SessionId, OperationId = f.OperationId, RollbackPointId = f.RollbackPointId,
            },
            WorkspaceFact.PointChanged f => New(fact.At, AuditAction.PointChanged, ("pinned", f.Pinned), ("expiresAt", Time(f.ExpiresAt))) with { AgentId = f.AgentId, RollbackPointId = f.RollbackPointId },
            WorkspaceFact.PointRemoved f => New(fact.At, AuditAction.PointRemoved, ("reason", NamedEnumConverter<PointEnd>.NameOf(f.Reason))) with { AgentId = f.AgentId, RollbackPointId = f.RollbackPointId },
            WorkspaceFact.Compacted f => New(fact.At, AuditAction.HistoryCompacted, ("upTo", f.UpTo)),
            _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
        };
        return entry with { Seq = seq };
    }

    /// <summary>A change of documents.</summary>
    public static AuditEntry Of(Change change, long seq) => New(change.At, AuditAction.DocumentsChanged) with
    {
        AgentId = change.By.AgentId, SessionId = change.By.SessionId, OperationId = RollbackOperation.OperationOf(change.By.Cause), Seq = seq,
    };

    /// <summary>An entry of a rollback's journal, with all conflicts that it names.</summary>
    /// <param name="fact">The entry itself.</param>
    /// <param name="operationId">The rollback.</param>
    /// <param name="agentId">The agent that acted; see <see cref="AgentOf"/>.</param>
    public static AuditEntry Of(RollbackFact fact, string operationId, string? agentId)
    {
        var entry = fact switch
        {
            RollbackFact.Requested f => New(fact.At, AuditAction.RollbackRequested,
                ("type", NamedEnumConverter<RollbackType>.NameOf(f.Type)), ("undoOf", f.UndoOf), ("request", Node(f.Request with { AgentId = null, PreviewToken = null }, MementoJson.Default.StartRollback))) with { RollbackPointId = f.RollbackPointId },
            RollbackFact.Started f => New(fact.At, AuditAction.RollbackStarted, ("documents", f.Total), ("startSeq", f.StartSeq)) with { RollbackPointId = f.RecoveryPointId },
            RollbackFact.Progressed f => New(fact.At, AuditAction.RollbackProgressed, ("applied", f.Applied), ("documents", f.Total), ("seq", f.Seq)),
            RollbackFact.ConflictsFound f => New(fact.At, AuditAction.ConflictsFound) with
            {
                Documents = [.. f.Conflicts.Select(c => new AuditedDocument(c.Kind, c.Id, ConflictId: c.ConflictId))], DocumentCount = f.Conflicts.Length,
            },
            RollbackFact.ConflictResolved f => New(fact.At, AuditAction.ConflictResolved, ("conflictId", f.ConflictId), ("choice", NamedEnumConverter<ConflictChoice>.NameOf(f.Choice))) with
            {
                Documents = f.Document is { } document ? [new(document.Kind, document.Id, ConflictId: f.ConflictId)] : [], DocumentCount = f.Document is null ? 0 : 1,
            },
            RollbackFact.CancelRequested => New(fact.At, AuditAction.RollbackCancelRequested),
            RollbackFact.GaveUp f => New(fact.At, AuditAction.RollbackGaveUp, ("message", f.Error.Message), ("code", f.Error.Code)),
            RollbackFact.Finished f => New(fact.At, AuditAction.RollbackFinished, ("status", NamedEnumConverter<RollbackStatus>.NameOf(f.Status)), ("message", f.Message), ("code", f.Error?.Code)),
            RollbackFact.Undone f => New(fact.At, AuditAction.RollbackUndone, ("by", f.ByOperationId)),
            _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
        };
        return entry with { OperationId = operationId, AgentId = agentId };
    }

    /// <summary>Describes calls that a queue refused.</summary>
    /// <param name="refused">The entry of its journal.</param>
    /// <param name="queue">The queue.</param>
    public static AuditEntry Of(QueueFact.TasksChanged refused, string queue) =>
        New(refused.At, AuditAction.StaleCallRefused, ("queue", queue), ("calls", Node(refused.Calls ?? [], MementoJson.Default.ImmutableArrayRefusedCall))) with { AgentId = refused.AgentId };

    /// <summary>Describes reports of one task that were refused: their number, and the last of them.</summary>
    /// <param name="refused">The entry in the task's journal.</param>
    /// <param name="taskId">The id of the task.</param>
    /// <param name="queue">The name of the task's queue.</param>
    public static AuditEntry Of(TaskEvent.StaleReportRejected refused, string taskId, string queue)
    {
        ImmutableArray<RefusedCall> calls = [new(taskId, refused.Last.Token, refused.Last.Operation)];
        var count = refused.Count > 1 ? JsonValue.Create(refused.Count) : null;
        return New(refused.At, AuditAction.StaleCallRefused,
            ("queue", queue), ("calls", Node(calls, MementoJson.Default.ImmutableArrayRefusedCall)), ("count", count))
            with { AgentId = refused.Last.AgentId };
    }

    /// <summary>Describes a change of the merge policies. The policies themselves can be read by their version.</summary>
    public static AuditEntry Of(MergePoliciesChanged changed) =>
        New(changed.At, AuditAction.MergePoliciesChanged, ("version", changed.Version), ("policies", changed.Policies.Length))
            with { AgentId = changed.AgentId };

    /// <summary>
    /// Returns the agent behind an entry of a rollback; for the rollback's own steps, the agent that asked for the rollback.
    /// </summary>
    public static string? AgentOf(RollbackFact fact, string? requestedBy) => fact switch
    {
        RollbackFact.ConflictResolved f => f.AgentId ?? requestedBy,
        RollbackFact.CancelRequested f => f.AgentId,
        RollbackFact.Undone f => f.AgentId,
        _ => requestedBy,
    };

    /// <summary>By which labels an entry of a workspace's journal can be found.</summary>
    public static (AuditLabel Agent, AuditLabel Session, AuditLabel Operation, AuditLabel Point) LabelsOf(WorkspaceFact fact) => fact switch
    {
        WorkspaceFact.DocumentsChanged f => (AuditLabel.Agent(f.AgentId), AuditLabel.Session(f.SessionId), AuditLabel.Operation(RollbackOperation.OperationOf(f.Cause)), default),
        WorkspaceFact.PointCreated f => (AuditLabel.Agent(f.AgentId), AuditLabel.Session(f.SessionId), AuditLabel.Operation(f.OperationId), AuditLabel.Point(f.RollbackPointId)),
        WorkspaceFact.PointChanged f => (AuditLabel.Agent(f.AgentId), default, default, AuditLabel.Point(f.RollbackPointId)),
        WorkspaceFact.PointRemoved f => (AuditLabel.Agent(f.AgentId), default, default, AuditLabel.Point(f.RollbackPointId)),
        _ => default,
    };

    /// <summary>
    /// The label that finds all that a query asks for in a workspace's journal; null if none does. The first that is given is the one that
    /// fewest entries share.
    /// </summary>
    public static AuditLabel? LabelOf(AuditQuery query) =>
        query.RollbackPointId is { } point ? AuditLabel.Point(point)
        : query.OperationId is { } operation ? AuditLabel.Operation(operation)
        : query.SessionId is { } session ? AuditLabel.Session(session)
        : query.AgentId is { } agent ? AuditLabel.Agent(agent)
        : null;

    private static AuditEntry New(DateTimeOffset at, AuditAction action, params ReadOnlySpan<(string Name, JsonNode? Value)> detail)
    {
        var known = new JsonObject();
        foreach (var (name, value) in detail)
            if (value is not null) known.Add(name, value);
        return new() { At = at, Action = action, Detail = known.Count == 0 ? null : new(SecretMask.Of(known)!.ToJsonString(MementoJson.Default.Options)) };
    }

    private static JsonNode? Time(DateTimeOffset? time) => time is { } at ? Node(at, MementoJson.Default.DateTimeOffset) : null;

    private static JsonNode? Node<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(value, type);
}
