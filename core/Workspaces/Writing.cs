using System.Collections.Immutable;

namespace Memento.Workspaces;

/// <summary>How documents change.</summary>
internal static class Writing
{
    public static Decision<WorkspaceFact> Decide(WorkspaceState s, WorkspaceCommand.Write write, WorkspaceLimits limits, DateTimeOffset at)
    {
        if (write.IsRollback) limits = limits with { MaxBatch = int.MaxValue, MaxBatchBytes = long.MaxValue };
        if (Problem(write.By, write.Operations, limits) is { } problem) return problem;

        var changes = new List<DocumentChange>(write.Operations.Length);
        var (root, documents, bytes, written) = (s.Root, s.Documents, s.Bytes, 0L);
        for (var i = 0; i < write.Operations.Length; i++)
        {
            var operation = write.Operations[i];
            var current = write.Current[operation.Key];
            if (Expected(operation, current, i) is { } conflict) return conflict;
            var (value, refusal) = ValueOf(operation, current, i, write.Operations.Length, limits);
            if (refusal is not null) return refusal;
            if (value is not null && (written += value.Content.Length) > limits.MaxBatchBytes) return TooMuch(limits);

            var before = current.Version;
            if (value is null ? !current.Exists : current.Exists && before!.Hash == value.Hash && before.ContentType == value.ContentType) continue;
            if (before is { Hash: { } old })
            {
                root = root.Remove(operation.Key, old, before.ContentType);
                (documents, bytes) = (documents - 1, bytes - before.Length);
            }

            if (value is not null)
            {
                root = root.Add(operation.Key, value.Hash, value.ContentType);
                (documents, bytes) = (documents + 1, bytes + value.Content.Length);
            }

            changes.Add(new(operation.Key, before, value));
        }

        if (changes.Count == 0) return Decision<WorkspaceFact>.Nothing;
        return new WorkspaceFact.DocumentsChanged
        {
            At = at,
            AgentId = write.By.AgentId,
            SessionId = write.By.SessionId,
            Cause = write.By.Cause,
            Root = root,
            Documents = documents,
            Bytes = bytes,
            Changes = [.. changes],
        };
    }

    public static Refusal? Problem(Author by, ImmutableArray<DocumentOperation> operations, WorkspaceLimits limits)
    {
        if (operations.IsDefaultOrEmpty) return Refusal.Invalid("operations", "is empty; must have at least one");
        if (operations.Length > limits.MaxBatch) return Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"operations: has {operations.Length}; at most {limits.MaxBatch} are allowed");
        List<FieldError>? errors = null;
        Check("agentId", by.AgentId);
        Check("sessionId", by.SessionId);
        var seen = operations.Length > 1 ? new Dictionary<DocumentKey, int>(operations.Length) : null;
        for (var i = 0; i < operations.Length; i++)
        {
            var operation = operations[i];
            if (operation is null) (errors ??= []).Add(new($"operations[{i}]", "is null; must be an operation"));
            else if (!Enum.IsDefined(operation.Op)) (errors ??= []).Add(new(Field(i, operations.Length, "op"), $"is {(int)operation.Op}, which is none"));
            else if (!Enum.IsDefined(operation.Kind)) (errors ??= []).Add(new(Field(i, operations.Length, "kind"), $"is {(int)operation.Kind}, which is none"));
            else if (DocumentNames.Problem(operation.Id) is { } problem) (errors ??= []).Add(new(Field(i, operations.Length, "id"), problem));
            else if (seen?.TryAdd(operation.Key, i) is false) (errors ??= []).Add(new(Field(i, operations.Length, "id"), $"is {operation.Key}, as in operations[{seen[operation.Key]}]; a batch changes a document once"));
        }

        return errors is null ? null : Refusal.Invalid([.. errors]);

        void Check(string field, string? name)
        {
            if (name is not null && Names.Problem(name) is { } problem) (errors ??= []).Add(new(field, problem));
        }
    }

    private static Refusal? Expected(DocumentOperation operation, CurrentDocument current, int index)
    {
        if (operation.IfAbsent && current.Exists) return Stale($"{operation.Key} exists: its ETag is {Etag.Of(current.Version)}.");
        if (operation.IfMatch is not { } wanted) return null;
        if (!current.Exists) return Stale($"{operation.Key} does not exist, and was asked to have the ETag {wanted}.");
        return wanted == Etag.Any || Etag.Seq(wanted) == current.Version!.Seq ? null : Stale($"{operation.Key} has changed: its ETag is {Etag.Of(current.Version)}, not {wanted}.");

        Refusal Stale(string message) => Refusal.Of(RefusalKind.Conflict, Codes.VersionConflict, index == 0 ? message : $"operations[{index}]: {message}");
    }

    private static (DocumentValue? Value, Refusal? Refusal) ValueOf(DocumentOperation operation, CurrentDocument current, int index, int count, WorkspaceLimits limits)
    {
        if (operation.Op is not DocumentOp.Put && !current.Exists)
            return (null, Refusal.Of(RefusalKind.NotFound, Codes.DocumentNotFound, $"There is no document {operation.Key}."));
        if (operation.Op is DocumentOp.Delete) return (null, null);
        if (operation.Op is DocumentOp.Put && operation.Value is null) return (null, Refusal.Invalid(Field(index, count, "value"), "is missing"));
        try
        {
            var value = operation.Op is DocumentOp.Put ? operation.Value! : Patched(operation, current.Value!, Field(index, count, "patch"), limits);
            if (!value.IsJson && operation.Kind is not DocumentKind.File)
                return (null, Refusal.Invalid(Field(index, count, "value"), $"is {value.ContentType}; only files may be something else than JSON"));
            return value.Content.Length <= limits.MaxDocumentBytes ? (value, null)
                : (null, Refusal.Of(RefusalKind.TooLarge, Codes.SnapshotTooLarge, $"{operation.Key} has {value.Content.Length} bytes; at most {limits.MaxDocumentBytes} are allowed."));
        }
        catch (MementoException e)
        {
            return (null, e.Code is Codes.TooLarge ? e.Refusal with { Code = Codes.SnapshotTooLarge } : e.Refusal);
        }
    }

    private static DocumentValue Patched(DocumentOperation operation, DocumentValue current, string field, WorkspaceLimits limits)
    {
        if (!current.IsJson) throw new MementoException(Refusal.Invalid(field, $"cannot be applied: {operation.Key} is {current.ContentType}, not JSON"));
        var patch = operation.Patch ?? throw new MementoException(Refusal.Invalid(field, "is missing"));
        return DocumentValue.Of(patch.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..]
            ? JsonPatch.Apply(current.Content, patch, field, limits.MaxDocumentBytes)
            : JsonMergePatch.Apply(current.Content, patch, field), null);
    }

    private static Refusal TooMuch(WorkspaceLimits limits) =>
        Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"The values of this batch have more than {limits.MaxBatchBytes} bytes together. Nothing was stored; send them in several batches.");

    private static string Field(int index, int count, string member) => count == 1 ? member : $"operations[{index}].{member}";
}
