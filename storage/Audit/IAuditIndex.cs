using Memento.Rollback;
using Memento.Storage;
using Memento.Workspaces;

namespace Memento.Audit;

/// <summary>
/// Where in the journal of a rollback, a queue or merge policies an entry stands, and when it was recorded: by these they are ordered.
/// </summary>
public readonly record struct AuditPlace(long At, long StreamId, long Position)
{
    public static AuditPlace End { get; } = new(long.MaxValue, long.MaxValue, long.MaxValue);

    /// <summary>Behind all that was recorded at or before a time.</summary>
    public static AuditPlace Behind(DateTimeOffset time) => new(time.ToStored(), long.MaxValue, long.MaxValue);
}

/// <summary>An entry of the journal of a rollback, a queue, a task or merge policies.</summary>
/// <param name="Place">The entry's place in its journal.</param>
/// <param name="OperationId">The rollback; null = the entry is not a rollback's.</param>
/// <param name="Queue">The queue, of a task's entry the task's queue; null = the entry is of neither.</param>
/// <param name="AgentId">The agent that acted; null = none was named.</param>
/// <param name="Entry">The entry itself.</param>
public sealed record AuditedEntry(AuditPlace Place, string? OperationId, string? Queue, string? AgentId, JournalEntry Entry)
{
    /// <summary>The task; null = the entry is not a task's.</summary>
    public string? TaskId { get; init; }
}

/// <summary>Documents of one change.</summary>
/// <param name="Some">Some of them, by kind and id.</param>
/// <param name="Count">How many there are.</param>
public sealed record ChangedDocuments(IReadOnlyList<(DocumentKey Key, DiffOperation Operation)> Some, long Count);

/// <summary>Finds journal entries for an auditor.</summary>
public interface IAuditIndex
{
    /// <summary>The runs of a workspace's journal in which a label occurs, newest first.</summary>
    /// <param name="streamId">The workspace's stream.</param>
    /// <param name="label">The label to look for.</param>
    /// <param name="after">Runs with entries behind this seq, ...</param>
    /// <param name="upTo">... and at or before this one.</param>
    /// <param name="limit">Most answers.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<SeqRun>> FindRunsAsync(long streamId, AuditLabel label, long after, long upTo, int limit, CancellationToken cancellationToken = default);

    /// <summary>Finds entries of a workspace's rollbacks, queues and merge policies before a place, newest first.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="agentId">Only what this agent did.</param>
    /// <param name="rollback">Only this rollback's stream.</param>
    /// <param name="before">Where to begin.</param>
    /// <param name="since">Only what was recorded at or after this time.</param>
    /// <param name="until">Only what was recorded at or before this time.</param>
    /// <param name="limit">Most answers.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<AuditedEntry>> ReadEntriesAsync(
        string workspace, string? agentId, long? rollback, AuditPlace before, DateTimeOffset since, DateTimeOffset? until, int limit, CancellationToken cancellationToken = default);

    /// <summary>Finds the documents that changed at some seqs.</summary>
    Task<IReadOnlyDictionary<long, ChangedDocuments>> ReadChangedAsync(long streamId, IReadOnlyCollection<long> seqs, int most, CancellationToken cancellationToken = default);

    /// <summary>Forgets where to find what was recorded before a time and a seq. Answers how many rows went.</summary>
    Task<long> DropAsync(string workspace, long streamId, DateTimeOffset before, long beforeSeq, CancellationToken cancellationToken = default);
}

/// <summary>Seqs from <paramref name="First"/> to <paramref name="Last"/>.</summary>
public readonly record struct SeqRun(long First, long Last);
