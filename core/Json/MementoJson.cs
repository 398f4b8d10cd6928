using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Memento.Audit;
using Memento.Rollback;
using Memento.Sessions;
using Memento.Workspaces;

namespace Memento;

/// <summary>The JSON of everything that is stored or sent: camelCase, absent instead of null, no type names.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNameCaseInsensitive = false,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(SessionEvent))]
[JsonSerializable(typeof(NewEvent))]
[JsonSerializable(typeof(SessionState))]
[JsonSerializable(typeof(SessionFact.Created))]
[JsonSerializable(typeof(SessionFact.FailureCaptured))]
[JsonSerializable(typeof(SessionFact.Expired))]
[JsonSerializable(typeof(SessionFact.Deleted))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(Page<SessionView>))]
[JsonSerializable(typeof(Page<SessionEvent>))]
[JsonSerializable(typeof(Page<Transition>))]
[JsonSerializable(typeof(Page<SessionCheckpoint>))]
[JsonSerializable(typeof(Page<Anchor>))]
[JsonSerializable(typeof(SeqRange))]
[JsonSerializable(typeof(FeedEvent))]
[JsonSerializable(typeof(HandoffContext))]
[JsonSerializable(typeof(Isolation))]
[JsonSerializable(typeof(FailureSnapshot))]
[JsonSerializable(typeof(SessionStats))]
[JsonSerializable(typeof(SessionAggregates))]
[JsonSerializable(typeof(VisualDiffResult))]
[JsonSerializable(typeof(CreateSession))]
[JsonSerializable(typeof(ForkSession))]
[JsonSerializable(typeof(AgentName))]
[JsonSerializable(typeof(EntityNames))]
[JsonSerializable(typeof(HandOver))]
[JsonSerializable(typeof(MakeCheckpoint))]
[JsonSerializable(typeof(NewEvent[]))]
[JsonSerializable(typeof(ImmutableArray<string>))]
[JsonSerializable(typeof(ImmutableArray<NewEvent>))]
[JsonSerializable(typeof(WorkspaceState))]
[JsonSerializable(typeof(WorkspaceFact.DocumentsChanged))]
[JsonSerializable(typeof(WorkspaceFact.PointCreated))]
[JsonSerializable(typeof(WorkspaceFact.PointChanged))]
[JsonSerializable(typeof(WorkspaceFact.PointRemoved))]
[JsonSerializable(typeof(WorkspaceFact.Compacted))]
[JsonSerializable(typeof(CompactionReport))]
[JsonSerializable(typeof(CompactWorkspace))]
[JsonSerializable(typeof(WriteDocuments))]
[JsonSerializable(typeof(WriteResult))]
[JsonSerializable(typeof(DocumentView))]
[JsonSerializable(typeof(Page<DocumentView>))]
[JsonSerializable(typeof(WorkspaceView))]
[JsonSerializable(typeof(CreateRollbackPoint))]
[JsonSerializable(typeof(ChangeRollbackPoint))]
[JsonSerializable(typeof(RestoreSession))]
[JsonSerializable(typeof(RollbackPoint))]
[JsonSerializable(typeof(Page<RollbackPoint>))]
[JsonSerializable(typeof(RollbackState))]
[JsonSerializable(typeof(RollbackFact.Requested))]
[JsonSerializable(typeof(RollbackFact.Started))]
[JsonSerializable(typeof(RollbackFact.Progressed))]
[JsonSerializable(typeof(RollbackFact.ConflictsFound))]
[JsonSerializable(typeof(RollbackFact.ConflictResolved))]
[JsonSerializable(typeof(RollbackFact.CancelRequested))]
[JsonSerializable(typeof(RollbackFact.GaveUp))]
[JsonSerializable(typeof(RollbackFact.Finished))]
[JsonSerializable(typeof(RollbackFact.Undone))]
[JsonSerializable(typeof(RollbackView))]
[JsonSerializable(typeof(Page<RollbackView>))]
[JsonSerializable(typeof(ConflictView))]
[JsonSerializable(typeof(Page<ConflictView>))]
[JsonSerializable(typeof(RollbackPreview))]
[JsonSerializable(typeof(PreviewRollback))]
[JsonSerializable(typeof(StartRollback))]
[JsonSerializable(typeof(ResolveConflict))]
[JsonSerializable(typeof(ConflictDetails))]
[JsonSerializable(typeof(ResolveConflicts))]
[JsonSerializable(typeof(Resolutions))]
[JsonSerializable(typeof(UndoRollback))]
[JsonSerializable(typeof(CancelRollback))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(Page<AuditEntry>))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(PointDiff))]
[JsonSerializable(typeof(PointCheck))]
[JsonSerializable(typeof(Selection))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(JsonDelta))]
[JsonSerializable(typeof(DiffSummary))]
[JsonSerializable(typeof(SemanticDiff))]
public sealed partial class MementoJson : JsonSerializerContext;
