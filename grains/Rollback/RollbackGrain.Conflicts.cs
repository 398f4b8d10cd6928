using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Memento.Journaling;
using Memento.Workspaces;
using Merging.Json;

namespace Memento.Rollback;

/// <summary>The calls about a rollback's conflicts.</summary>
internal sealed partial class RollbackGrain
{
    private const int HistoryPage = 200;

    public async Task<ConflictDetails> GetConflictAsync(string conflictId)
    {
        var conflict = Find(await OpenAsync(), conflictId);
        var stream = await StreamAsync();
        var current = await CurrentAsync(stream, conflict.Key);
        conflict = await WithLaterHistoryAsync(stream, conflict, current.Version);
        var (undone, before) = (await ValueAtAsync(stream, conflict.Key, conflict.BaseSeq), await ValueAtAsync(stream, conflict.Key, conflict.RollbackSeq));
        var runs = conflict.SeveralRuns ? await RunsAsync(stream, conflict) : [];
        return ConflictExplanation.Of(conflict, undone, current.Value, before, await OptionsForAsync(conflict.Key), runs)
            with { CurrentEtag = current.Version is { } newest ? Etag.Of(newest.Seq) : null };
    }

    /// <summary>
    /// Repeats the merges of a conflict over several runs of changes. Empty if the history that tells the runs apart is gone.
    /// </summary>
    private async Task<ImmutableArray<DocumentMerge>> RunsAsync(long stream, ConflictView conflict)
    {
        var (state, view) = (_rollback.Committed, _rollback.Committed.View!);
        var filter = SelectionFilter.Of(view.Selection, view.CreatedAt);
        var workspace = await GrainFactory.GetGrain<IWorkspaceGrain>(_key.Workspace).GetAsync();
        if (state.PointSeq < workspace.CompactedTo) return [];
        var request = new PlanRequest(stream, state.PointSeq, state.StartSeq, filter, null, GivenDependencies.Parse(null))
        {
            Policies = await MergePolicyVersions.ReadAsync(GrainFactory, _key.Workspace, view.PoliciesVersion),
        };
        var newest = conflict.Status is ConflictStatus.Open ? long.MaxValue : conflict.CurrentSeq ?? long.MaxValue;
        return await new RollbackPlanner(index, rules).MergesOfAsync(request, conflict.Key, newest, CancellationToken.None);
    }

    public async Task<ConflictView> ResolveAsync(string conflictId, ResolveConflict request)
    {
        await _resolving.WaitAsync();   // of two, the second must see what the first decided before it writes
        try
        {
            return await ResolveAloneAsync(conflictId, request);
        }
        finally
        {
            _resolving.Release();
        }
    }

    private async Task<ConflictView> ResolveAloneAsync(string conflictId, ResolveConflict request)
    {
        var conflict = Find(await OpenAsync(), conflictId);
        if (request.AgentId is { } agent) Names.Check("agentId", agent);
        if (conflict.Status is not ConflictStatus.Open)
        {
            return conflict.Resolution == request.Choice ? conflict : throw Resolved(conflict);   // asked again
        }

        var stream = await StreamAsync();
        var current = await CurrentAsync(stream, conflict.Key);
        if (request.Choice is not ConflictChoice.KeepCurrent)
        {
            CheckLooked(conflict, request, current.Version);
            var value = await ChosenAsync(stream, conflict, request, current.Value);
            if (value is not null || current.Value is not null) await GrainFactory.GetGrain<IWorkspaceWriter>(_key.Workspace).ApplyAsync(new(request.AgentId ?? _rollback.Committed.View!.AgentId, null, _key.Id),
            [
                new()
                {
                    Op = value is null ? DocumentOp.Delete : DocumentOp.Put, Kind = conflict.Kind, Id = conflict.Id, Value = value,
                    IfMatch = Etag.Of(current.Version), IfAbsent = current.Value is null,
                },
            ]);
        }

        await AppendAsync(new RollbackFact.ConflictResolved { At = clock.Now(), ConflictId = conflictId, Document = conflict.Key, Choice = request.Choice, AgentId = request.AgentId });
        await TellUndoneAsync();
        var resolved = Find(_rollback.Committed, conflictId);
        return resolved.Resolution == request.Choice ? resolved : throw Resolved(resolved);   // somebody was faster
    }

    /// <summary>
    /// Checks that the caller has seen the current document: the version that the conflict names, or the one that they name.
    /// </summary>
    private static void CheckLooked(ConflictView conflict, ResolveConflict request, DocumentVersion? current)
    {
        var looked = request.IfMatch is not { } tag ? conflict.CurrentSeq
            : Etag.Seq(tag) ?? throw new MementoException(Refusal.Invalid("ifMatch", $"is {Quoted.Text(tag)}; must be the document's ETag"));
        if (looked == current?.Seq) return;
        throw new MementoException(Refusal.Of(RefusalKind.Conflict, Codes.VersionConflict,
            $"{conflict.Key} changed since: it was looked at in version {looked}, and is {(current is null or { IsDeleted: true } ? "deleted" : $"in version {current.Seq}")} now. Look at the conflict again, and name its version, {current?.Seq}, to settle it as it is (ifMatch, --if-match)."));
    }

    private async Task<DocumentValue?> ChosenAsync(long stream, ConflictView conflict, ResolveConflict request, DocumentValue? current)
    {
        if (request.Choice is ConflictChoice.Value) return ReadValue(conflict, request, current?.ContentType ?? (await ValueAtAsync(stream, conflict.Key, conflict.RollbackSeq))?.ContentType);
        var before = await ValueAtAsync(stream, conflict.Key, conflict.RollbackSeq);
        if (request.Choice is ConflictChoice.UseRollback) return before;
        conflict = await WithLaterHistoryAsync(stream, conflict, (await CurrentAsync(stream, conflict.Key)).Version);
        if (!conflict.CanMerge)
            throw new MementoException(Refusal.Invalid("choice", $"is smart-merge, but {(conflict.SeveralRuns ? "the rollback undoes several runs of changes with others' between them" : conflict.IsMadeAnew ? "the document was deleted and made anew" : "what is in conflict is outside of the document")}; choose keep-current, use-rollback or value"));
        var undone = await ValueAtAsync(stream, conflict.Key, conflict.BaseSeq);
        var merge = DocumentMerge.Of(conflict.Key, undone, current, before, await OptionsForAsync(conflict.Key), conflict.IsMadeAnew);
        return merge.HasSmart ? merge.Value
            : throw new MementoException(Refusal.Invalid("choice", $"is smart-merge, but there is no rule for this: {merge.Reason}; choose keep-current, use-rollback or value"));
    }

    /// <summary>Returns the conflict, marked if the document was deleted and made anew since the conflict was found.</summary>
    private async ValueTask<ConflictView> WithLaterHistoryAsync(long stream, ConflictView conflict, DocumentVersion? current)
    {
        if (current is null or { IsDeleted: true } || conflict.IsMadeAnew || conflict.CurrentSeq is not { } known) return conflict;
        var before = current.Seq;
        while (before > known)
        {
            var page = await index.GetHistoryAsync(stream, conflict.Key, before, HistoryPage);
            if (page.Any(version => version.Seq >= known && version.IsDeleted)) return conflict with { IsMadeAnew = true };
            if (page.Count < HistoryPage) break;
            before = page.Min(version => version.Seq);
        }

        return conflict;
    }

    /// <summary>Returns the options of the policies with which the rollback began, for a document; null if no policy matches.</summary>
    private async ValueTask<JsonMergeOptions?> OptionsForAsync(DocumentKey key) =>
        (await MergePolicyVersions.ReadAsync(GrainFactory, _key.Workspace, _rollback.Committed.View!.PoliciesVersion)).OptionsFor(key);

    /// <param name="contentType">Media type of the document, which it keeps; null if it is JSON.</param>
    private static DocumentValue ReadValue(ConflictView conflict, ResolveConflict request, string? contentType)
    {
        var isBytes = conflict.Kind is DocumentKind.File && contentType is not null;
        try
        {
            if (request.Base64 is { } base64)
            {
                var bytes = Convert.FromBase64String(base64);
                return conflict.Kind is DocumentKind.File ? DocumentValue.Bytes(bytes, contentType) : DocumentValue.Json(bytes, "base64");
            }

            var value = request.Value?.Text ?? throw new MementoException(Refusal.Invalid("value", "is missing; the choice \"value\" needs one, or base64"));
            return !isBytes ? DocumentValue.Json(Encoding.UTF8.GetBytes(value))
                : value is ['"', ..] ? DocumentValue.Bytes(Encoding.UTF8.GetBytes(JsonSerializer.Deserialize(value, MementoJson.Default.String)!), contentType)   // as text of a file is shown
                : DocumentValue.Bytes(Encoding.UTF8.GetBytes(value), contentType);
        }
        catch (FormatException)
        {
            throw new MementoException(Refusal.Invalid("base64", "is not base64 (RFC 4648)"));
        }
    }

    private async Task<(DocumentVersion? Version, DocumentValue? Value)> CurrentAsync(long stream, DocumentKey key) =>
        await index.ReadAtAsync(stream, [key]) is [var newest] ? newest : (null, null);

    private async Task<DocumentValue?> ValueAtAsync(long stream, DocumentKey key, long? seq) =>
        seq is { } at && await index.ReadAtAsync(stream, [key], at) is [(_, { } value)] ? value : null;

    private static ConflictView Find(RollbackState state, string conflictId) => state.Conflicts.FirstOrDefault(c => c.ConflictId == conflictId)
        ?? throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.ConflictNotFound, $"There is no conflict \"{conflictId}\"."));

    private static MementoException Resolved(ConflictView conflict) => new(Refusal.Of(RefusalKind.Conflict, Codes.RollbackConflict, conflict.Resolution is { } choice
        ? $"Conflict \"{conflict.ConflictId}\" is resolved already: {NamedEnumConverter<ConflictChoice>.NameOf(choice)}."
        : $"Conflict \"{conflict.ConflictId}\" is void: its rollback changed nothing in the end, or was undone."));
}
