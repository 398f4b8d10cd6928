using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Memento.Rollback;

/// <summary>
/// The merge policies of a workspace. Each change is appended to a stream, which is the truth and keeps every version.
/// Then the newest list is written as grain state, so that an activation reads one row instead of a stream.
/// After a crash between the two writes, the next activation writes the state.
/// </summary>
[GrainType("memento.merge-policies")]
internal sealed partial class MergePolicyGrain(
    [PersistentState(MergePolicyGrain.StateName, MementoSiloBuilderExtensions.StateStorage)] IPersistentState<MergePolicyState> stored,
    IJournal journal, RollbackRules rules, TimeProvider clock, ILogger<MergePolicyGrain> log) : Grain, IMergePolicyGrain
{
    /// <summary>Name of the state in grain storage. Rows are found by the name, so it must never change.</summary>
    internal const string StateName = "merge-policies";

    private const int MaxAttempts = 5;

    private string _workspace = "";
    private Journaled<MergePolicyState, MergePoliciesChanged> _policies = null!;

    public static string StreamOf(string workspace) => $"merge-policies/{workspace}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _workspace = Names.Check("workspace", this.GetPrimaryKeyString());
        var machine = new StateMachine<MergePolicyState, MergePoliciesChanged>(
            MergePolicyState.Empty, MergePolicyRules.Apply, MergePoliciesChanged.Codec);
        _policies = new(journal, machine, StreamOf(_workspace), snapshotInterval: int.MaxValue);   // the grain state is the snapshot
        await LoadAsync(cancellationToken);
        if (stored.State.Version == _policies.Committed.Version) return;
        LogCaughtUp(log, _workspace, stored.State.Version, _policies.Committed.Version);
        await SaveAsync();
    }

    public async Task<MergePolicyList> GetAsync()
    {
        if (_policies.IsBroken) await ReloadAsync();
        return _policies.Committed.ToList();
    }

    public async Task<MergePolicyList> GetVersionAsync(long version)
    {
        var newest = await GetAsync();
        if (version == newest.Version) return newest;
        if (version == 0) return MergePolicyState.Empty.ToList();
        if (version < 0 || version > newest.Version)
            throw new MementoException(Refusal.Of(
                RefusalKind.NotFound, Codes.MergePoliciesNotFound,
                $"The merge policies have no version {version}; the newest is {newest.Version}."));
        var entries = await journal.ReadAsync(_policies.StreamId, version, version, limit: 1);
        if (entries.Count == 0)
            throw new MementoException(Refusal.Of(
                RefusalKind.Damaged, Codes.StoredDataCorrupted,
                $"Entry {version} of {StreamOf(_workspace)} is missing. Restore the stream from a backup."));
        var changed = MergePoliciesChanged.Codec.Decode(entries[0].Kind, entries[0].Version, entries[0].Payload.Span);
        return MergePolicyRules.Apply(MergePolicyState.Empty, changed).ToList();
    }

    public async Task<MergePolicyList> SetAsync(SetMergePolicies request)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (_policies.IsBroken) await ReloadAsync();
            var (changes, refusal) = MergePolicyRules.Decide(_policies.Committed, request, rules.MergePolicies, clock.Now());
            if (refusal is not null) throw new MementoException(refusal);
            if (changes.IsDefaultOrEmpty) return _policies.Committed.ToList();
            try
            {
                await AppendAsync(changes[0]);
            }
            catch (MementoException e) when (attempt < MaxAttempts && e.Code is Codes.StaleWriter)
            {
                LogOvertaken(log, _workspace, e);
                DeactivateOnIdle();   // another activation appended first; decide again on its list
                continue;
            }

            await SaveAsync();
            return _policies.Committed.ToList();
        }
    }

    /// <summary>
    /// Reads the list from the stored state if the stream has no newer entry, otherwise from the stream's newest entry, which has the whole
    /// list.
    /// </summary>
    private Task LoadAsync(CancellationToken cancellationToken) => _policies.LoadFromAsync(
        newest => stored.State.Version == newest ? (stored.State, newest) : (MergePolicyState.Empty, Math.Max(0, newest - 1)),
        cancellationToken);

    /// <summary>Reads state and stream again after a failed append, because another activation may have written both.</summary>
    private async Task ReloadAsync()
    {
        try
        {
            await stored.ReadStateAsync();
        }
        catch (OrleansException e)
        {
            throw NotReady("The state of the merge policies could not be read from the store. Repeat the request.", e);
        }

        await LoadAsync(CancellationToken.None);
    }

    private async Task AppendAsync(MergePoliciesChanged changed)
    {
        await _policies.ReserveAsync();
        var after = MergePolicyRules.Apply(_policies.Tentative, changed);
        var appended = _policies.Append([changed], after, MergePolicyRows.Follow(_workspace, _policies.StreamId, changed));
        await appended.Durable;
        _policies.Commit(appended);
    }

    /// <summary>
    /// Writes the list as grain state. A failure loses nothing, because the stream has the list. This activation then ends, and the next
    /// one reads the stream.
    /// </summary>
    private async Task SaveAsync()
    {
        var version = _policies.Committed.Version;
        stored.State = _policies.Committed;
        try
        {
            await stored.WriteStateAsync();
        }
        catch (InconsistentStateException e)
        {
            LogOvertaken(log, _workspace, e);
            DeactivateOnIdle();
            throw new MementoException(Refusal.Of(
                RefusalKind.Conflict, Codes.VersionConflict,
                $"Version {version} of the merge policies is recorded, but another silo is changing them too. Read them again."), e);
        }
        catch (OrleansException e)
        {
            LogNotSaved(log, _workspace, version, e);
            DeactivateOnIdle();
            throw NotReady(
                $"Version {version} of the merge policies is recorded, but the store refused to write their state. Repeat the request.", e);
        }
    }

    private static MementoException NotReady(string message, Exception inner) =>
        new(Refusal.Of(RefusalKind.Unavailable, Codes.DatabaseNotReady, message), inner);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Merge policies of {Workspace}: the stored state has version {Stored}, the stream {Newest}; the state is written again")]
    private static partial void LogCaughtUp(ILogger log, string workspace, long stored, long newest);

    [LoggerMessage(Level = LogLevel.Information, Message = "Merge policies of {Workspace}: another activation wrote; this one ends")]
    private static partial void LogOvertaken(ILogger log, string workspace, Exception error);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Merge policies of {Workspace}: version {Version} is in the stream, but its state was not written")]
    private static partial void LogNotSaved(ILogger log, string workspace, long version, Exception error);
}
