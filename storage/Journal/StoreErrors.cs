using Memento.Tasks;

namespace Memento.Storage;

/// <summary>The store's refusals, in one place so that both stores say the same.</summary>
internal static class StoreErrors
{
    public static MementoException StaleWriter(string stream, Exception? inner = null) =>
        Make(RefusalKind.Conflict, Codes.StaleWriter, $"Another writer of {stream} was faster, or an earlier append failed. Nothing of this one was stored.", inner);

    public static MementoException StaleEpoch(string stream, AgentEpoch required) => Make(RefusalKind.Conflict, Codes.StaleRegistration,
        $"Agent \"{required.AgentId}\" is not at epoch {required.Epoch}. Nothing was appended to {stream}; read the agent again.", null);

    public static MementoException KeyTaken(Exception inner) =>
        Make(RefusalKind.Conflict, Codes.IdempotencyKeyReused, "The idempotency key was recorded by another request at the same moment. Nothing of this one was stored.", inner);

    public static MementoException Overloaded(long waiting, long bytes) =>
        Make(RefusalKind.Overloaded, Codes.Overloaded, $"{waiting} appends with {bytes / 1024} KiB wait to be stored. Nothing of this one was stored; try again in a moment.", null);

    public static MementoException Full(Exception inner) =>
        Make(RefusalKind.Unavailable, Codes.StorageFull, "The store's disk is full. Nothing was stored; what was stored before is intact.", inner);

    public static MementoException NotReady(string why, Exception inner) =>
        Make(RefusalKind.Unavailable, Codes.DatabaseNotReady, $"The store cannot be used now: {why}", inner);

    public static MementoException Rejected(string stream, Exception inner) =>
        Make(RefusalKind.Invalid, Codes.ValidationFailed, $"The store does not accept an entry of {stream}: {inner.Message}", inner);

    public static MementoException Corrupted(string what, Exception? inner = null) =>
        Make(RefusalKind.Damaged, Codes.StoredDataCorrupted, $"{what} is damaged: it is not what was stored. It is not used; restore it from a backup.", inner);

    public static MementoException NotADatabase(string file, Exception inner) =>
        Make(RefusalKind.Damaged, Codes.StoredDataCorrupted, $"{file} is not a database, or its beginning is damaged. It is not used; restore it from a backup, or name another folder (Memento:DataDirectory).", inner);

    private static MementoException Make(RefusalKind kind, string code, string message, Exception? inner) =>
        inner is null ? new(Refusal.Of(kind, code, message)) : new(Refusal.Of(kind, code, message), inner);
}
