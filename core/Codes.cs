namespace Memento;

/// <summary>The stable names of refusals. Programs compare these; they never change meaning.</summary>
public static class Codes
{
    public const string ValidationFailed = "VALIDATION_FAILED";
    public const string MalformedRequest = "MALFORMED_REQUEST";
    public const string TooLarge = "TOO_LARGE";
    public const string Overloaded = "OVERLOADED";
    public const string IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED";
    public const string DatabaseNotReady = "DATABASE_NOT_READY";
    public const string StorageFull = "STORAGE_FULL";
    public const string Stopping = "STOPPING";
    public const string StoredDataCorrupted = "STORED_DATA_CORRUPTED";
    public const string StaleWriter = "STALE_WRITER";

    public const string SessionNotFound = "SESSION_NOT_FOUND";
    public const string SessionExpired = "SESSION_EXPIRED";
    public const string SessionExists = "SESSION_EXISTS";
    public const string SessionFull = "SESSION_FULL";
    public const string AgentNotInSession = "AGENT_NOT_IN_SESSION";
    public const string SeqNotFound = "SEQ_NOT_FOUND";
    public const string CheckpointNotFound = "CHECKPOINT_NOT_FOUND";

    public const string DocumentNotFound = "DOCUMENT_NOT_FOUND";
    public const string VersionConflict = "VERSION_CONFLICT";
    public const string PatchTestFailed = "PATCH_TEST_FAILED";
    public const string SnapshotTooLarge = "SNAPSHOT_TOO_LARGE";
    public const string SnapshotCorrupted = "SNAPSHOT_CORRUPTED";
    public const string RollbackNotFound = "ROLLBACK_NOT_FOUND";
    public const string RollbackExpired = "ROLLBACK_EXPIRED";
    public const string RollbackConflict = "ROLLBACK_CONFLICT";
    public const string TooManyPoints = "TOO_MANY_ROLLBACK_POINTS";
    public const string StalePreview = "STALE_PREVIEW";
    public const string OperationNotFound = "OPERATION_NOT_FOUND";
    public const string ConflictNotFound = "CONFLICT_NOT_FOUND";
    public const string MergePoliciesNotFound = "MERGE_POLICIES_NOT_FOUND";
    public const string DiffIncomplete = "DIFF_INCOMPLETE";
    public const string DiffMismatch = "DIFF_MISMATCH";

    public const string AgentNotFound = "AGENT_NOT_FOUND";
    public const string StaleRegistration = "STALE_REGISTRATION";
    public const string TaskNotFound = "TASK_NOT_FOUND";
    public const string TaskExists = "TASK_EXISTS";
    public const string TaskOver = "TASK_OVER";
    public const string StaleToken = "STALE_TOKEN";
    public const string QueueNotFound = "QUEUE_NOT_FOUND";
}
