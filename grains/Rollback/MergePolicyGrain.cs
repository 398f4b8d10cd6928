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

    private string _workspace = "";
    private Executor<MergePolicyState, MergePoliciesChanged, SetMergePolicies> _policies = null!;

    public static string StreamOf(string workspace) => $"merge-policies/{workspace}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _workspace = Names.Check("workspace", this.GetPrimaryKeyString());
        var aggregate = new MergePolicyAggregate(_workspace, rules.MergePolicies, stored, clock, this);
        _policies = new(journal, aggregate, snapshotInterval: int.MaxValue, log);   // the grain state is the snapshot
        await _policies.LoadAsync(cancellationToken);
        if (stored.State.Version == _policies.Committed.Version) return;
        LogCaughtUp(log, _workspace, stored.State.Version, _policies.Committed.Version);
        await SaveAsync();
    }

    public async Task<MergePolicyList> GetAsync() => (await _policies.ReadAsync()).ToList();

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

    public Task<MergePolicyList> SetAsync(SetMergePolicies request) => _policies.ExecuteAsync(request, c => c.After.ToList());

    /// <summary>
    /// Writes the list as grain state. A failure loses nothing, because the stream has the list. This activation then ends, and the next
    /// one reads the stream.
    /// </summary>
    internal async Task SaveAsync()
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

    internal static MementoException NotReady(string message, Exception inner) =>
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
