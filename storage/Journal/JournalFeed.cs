using System.Data.Common;

namespace Memento.Storage;

/// <summary>All streams as one sequence, in the order of their commits: for those who follow everything. Nothing is missed and nothing comes twice, whoever else is writing.</summary>
public interface IJournalFeed
{
    /// <summary>Looks at up to <paramref name="limit"/> entries after a cursor and answers those of streams whose name begins with <paramref name="prefix"/>. Entries of other streams are not even checked.</summary>
    /// <param name="prefix">Beginning of the wanted streams' names; empty = all.</param>
    /// <param name="after">Cursor; null = from the beginning.</param>
    /// <param name="limit">Most entries to look at.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<FeedPage> ReadAsync(string prefix, string? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>The cursor behind the newest entry.</summary>
    Task<string> GetEndAsync(CancellationToken cancellationToken = default);

    /// <summary>Throws <c>SEQ_NOT_FOUND</c> if a cursor is beyond the end, as one of another or a restored database can be, and <c>VALIDATION_FAILED</c> if it is none.</summary>
    Task CheckAsync(string cursor, CancellationToken cancellationToken = default);

    /// <summary>A task that completes when there may be more. Take it before reading; other processes' commits are noticed within a quarter of a second.</summary>
    Task WaitForMoreAsync(CancellationToken cancellationToken = default);
}

/// <summary>Part of the feed.</summary>
/// <param name="Entries">The wanted entries.</param>
/// <param name="Next">Where to go on; null if nothing is there yet.</param>
/// <param name="AtEnd">Whether there was nothing more at that moment.</param>
public sealed record FeedPage(IReadOnlyList<FeedEntry> Entries, string? Next, bool AtEnd);

/// <summary>One entry of any stream.</summary>
/// <param name="Cursor">Where to go on after it. Opaque.</param>
/// <param name="Stream">Name of its stream.</param>
/// <param name="Entry">The entry.</param>
public readonly record struct FeedEntry(string Cursor, string Stream, JournalEntry Entry)
{
    /// <summary>Reads rows of: stream number, stream name, then an entry's six columns.</summary>
    internal static async Task<FeedPage> ReadAsync(DbCommand command, string prefix, string? after, int limit, Func<DbDataReader, string> cursor, CancellationToken token)
    {
        var entries = new List<FeedEntry>();
        using var reader = await command.ExecuteReaderAsync(token);
        var read = 0;
        for (; await reader.ReadAsync(token); read++)
        {
            after = cursor(reader);
            if (reader.TextOrNull(1) is not { } stream) continue;   // of a task that is being swept
            if (stream.StartsWith(prefix, StringComparison.Ordinal)) entries.Add(new(after, stream, Journal.ReadEntry(reader, reader.GetInt64(0), 2)));
        }

        return new(entries, after, read < limit);
    }

    internal static long[] ParseCursor(string cursor, int parts) => Memento.Cursor.Parse(cursor, parts, field: "after");
}

internal sealed class JournalFeed(IDatabase database, GroupCommit commits, TimeProvider clock) : IJournalFeed
{
    /// <summary>How often a waiting reader looks for what other processes committed.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    public Task<FeedPage> ReadAsync(string prefix, string? after, int limit, CancellationToken cancellationToken) => database.ReadFeedAsync(prefix, after, limit, cancellationToken);

    public Task<string> GetEndAsync(CancellationToken cancellationToken) => database.GetFeedEndAsync(cancellationToken);

    public async Task CheckAsync(string cursor, CancellationToken cancellationToken)
    {
        var end = await database.GetFeedEndAsync(cancellationToken);
        var parts = end.Split('-').Length;
        if (FeedEntry.ParseCursor(cursor, parts)[0] > FeedEntry.ParseCursor(end, parts)[0])
            throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.SeqNotFound, $"after: \"{cursor}\" is beyond the end of the feed. Is it from another database? Start anew."));
    }

    public async Task WaitForMoreAsync(CancellationToken cancellationToken)
    {
        // A commit of this process wakes at once. One that is seen as committed here may still be hidden by another's open transaction, so a look now and then is needed anyway.
        await commits.NextCommit.WaitAsync(PollInterval, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
