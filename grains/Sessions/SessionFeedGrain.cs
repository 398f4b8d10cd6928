using System.Runtime.CompilerServices;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>Picks one workspace's session events out of the journal's feed. It only reads: each watcher goes at its own pace, and a slow one costs no memory.</summary>
[GrainType("memento.session-feed")]
internal sealed class SessionFeedGrain(IJournalFeed feed) : Grain, ISessionFeedGrain
{
    private const int PageSize = 500;

    public async IAsyncEnumerable<FeedEvent> WatchAsync(string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = SessionGrain.StreamOf(new GrainKey(Names.Check("workspace", this.GetPrimaryKeyString()), ""));
        var cursor = after is null ? await feed.GetEndAsync(cancellationToken) : after.Length == 0 ? null : after;
        if (after is { Length: > 0 }) await feed.CheckAsync(after, cancellationToken);
        while (true)
        {
            var more = feed.WaitForMoreAsync(cancellationToken);
            var page = await feed.ReadAsync(prefix, cursor, PageSize, cancellationToken);
            foreach (var (next, stream, entry) in page.Entries)
            {
                if (SessionFactCodec.Decode(entry.Kind, entry.Version, entry.Payload.Span) is SessionFact.Recorded(var happened))
                    yield return new FeedEvent { Cursor = next, SessionId = stream[prefix.Length..], Event = happened };
            }

            cursor = page.Next;
            if (page.AtEnd) await more;
        }
    }
}
