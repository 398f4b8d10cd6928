using System.Collections.Immutable;
using System.Numerics;
using Memento.Journaling;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>
/// The log of a session over its journal stream, and for a fork over its ancestors' streams too: what it shares with them is read there, not copied.
/// An event's seq and its position differ by the entries before it that are no events; there are few, so a position is estimated and the rest skipped.
/// </summary>
/// <param name="journal">Where the streams are.</param>
/// <param name="workspace">The session's workspace.</param>
/// <param name="own">The session.</param>
internal sealed class SessionLog(IJournal journal, string workspace, EventStream<SessionState, SessionFact> own)
{
    private const int MostRead = 1_024;
    private const int ScanPage = 1_000;

    private ImmutableArray<Segment> _ancestors = [];

    /// <summary>Reads events from one seq to another (both included), in either direction.</summary>
    /// <param name="session">The session as it is.</param>
    /// <param name="from">Lowest seq.</param>
    /// <param name="to">Highest seq.</param>
    /// <param name="limit">Most events to read.</param>
    /// <param name="type">Only events of this type.</param>
    /// <param name="descending">Newest first.</param>
    public async Task<List<SessionEvent>> ReadAsync(SessionState session, long from, long to, int limit, EventType? type = null, bool descending = false)
    {
        var events = new List<SessionEvent>();
        (from, to) = (Math.Max(from, 1), Math.Min(to, session.LastSeq));
        var newest = Own(session);
        var segments = new List<Segment> { newest };
        if (from <= newest.Base) segments.AddRange(await AncestorsAsync(session, from));
        if (!descending) segments.Reverse();
        foreach (var segment in segments)
        {
            if (events.Count >= limit) break;
            if (to > segment.Base && from <= segment.Until) await ReadAsync(events, segment, Math.Max(from, segment.Base + 1), Math.Min(to, segment.Until), limit, type, descending);
        }

        return events;
    }

    /// <summary>All events from a seq to the newest, in order, read a page at a time.</summary>
    public async IAsyncEnumerable<SessionEvent> ScanAsync(SessionState session, long from)
    {
        while (from <= session.LastSeq)
        {
            var events = await ReadAsync(session, from, session.LastSeq, ScanPage);
            foreach (var happened in events) yield return happened;
            if (events.Count < ScanPage) yield break;
            from = events[^1].Seq + 1;
        }
    }

    /// <summary>The stream that tells how the session stood after a seq, the seq that the stream begins after, and the position of its newest entry.</summary>
    public async Task<(long StreamId, long Base, long Head)> FindAsync(SessionState session, long seq)
    {
        var newest = Own(session);
        var segment = seq >= newest.Base ? newest : (await AncestorsAsync(session, seq + 1)).First(s => seq >= s.Base);
        return (segment.StreamId, segment.Base, segment.Head);
    }

    /// <summary>The session's stream and those of its ancestors, nearest first.</summary>
    public async Task<IEnumerable<long>> StreamsAsync(SessionState session) => (await AncestorsAsync(session, 0)).Select(s => s.StreamId).Prepend(own.StreamId);

    private Segment Own(SessionState session) =>
        new(own.StreamId, session.Parent?.Seq ?? 0, session.LastSeq, session.Position - (session.LastSeq - (session.Parent?.Seq ?? 0)), session.Position, session.Parent);

    private async Task ReadAsync(List<SessionEvent> events, Segment s, long from, long to, int limit, EventType? type, bool descending)
    {
        IReadOnlyList<string> kinds = type is { } wanted ? [NamedEnumConverter<EventType>.NameOf(wanted)] : SessionFactCodec.EventKinds;
        var (low, high) = (from - s.Base + 1, to - s.Base + s.Frame);   // the first entry creates the session, so an event stands at least one later
        while (low <= high && events.Count < limit)
        {
            // A few different sizes only, so that the statements for them stay prepared.
            var page = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(limit - events.Count + Math.Min(s.Frame, 100), MostRead));
            var entries = await journal.ReadAsync(s.StreamId, low, high, page, kinds, descending);
            foreach (var entry in entries)
            {
                var happened = SessionFactCodec.DecodeEvent(entry.Version, entry.Payload.Span);
                if (happened.Seq >= from && happened.Seq <= to && events.Count < limit) events.Add(happened);
            }

            if (entries.Count < page) return;
            if (descending) high = entries[^1].Position - 1;
            else low = entries[^1].Position + 1;
        }
    }

    /// <summary>The streams that hold what came before the fork, nearest first, as far back as needed.</summary>
    private async Task<ImmutableArray<Segment>> AncestorsAsync(SessionState session, long from)
    {
        var ancestors = _ancestors;   // a value: several reads may be looking for the same ones at the same time
        while ((ancestors.IsEmpty ? session.Parent : ancestors[^1].Parent) is { } parent && (ancestors.IsEmpty || from <= ancestors[^1].Base))
        {
            var name = SessionGrain.StreamOf(new GrainKey(workspace, parent.SessionId));
            var head = await journal.FindAsync(name) ?? throw Missing(name);
            var first = await journal.ReadAsync(head.StreamId, 1, 1, 1);
            if (first.Count == 0 || SessionFactCodec.Decode(first[0].Kind, first[0].Version, first[0].Payload.Span) is not SessionFact.Created created) throw Missing(name);
            var newest = await journal.ReadAsync(head.StreamId, 1, head.Position, 1, SessionFactCodec.EventKinds, descending: true);
            var start = created.Parent?.Seq ?? 0;
            var frame = newest.Count == 0 ? 1 : newest[0].Position - (SessionFactCodec.DecodeEvent(newest[0].Version, newest[0].Payload.Span).Seq - start);
            ancestors = ancestors.Add(new(head.StreamId, start, parent.Seq, frame, head.Position, created.Parent));
        }

        if (ancestors.Length > _ancestors.Length) _ancestors = ancestors;
        return ancestors;
    }

    private static MementoException Missing(string stream) => new(Refusal.Of(RefusalKind.Damaged, Codes.StoredDataCorrupted, $"{stream}, which a fork's history is in, is missing its beginning."));

    /// <param name="StreamId">The stream.</param>
    /// <param name="Base">Its first event is the one after this seq.</param>
    /// <param name="Until">The last seq that counts here.</param>
    /// <param name="Frame">Most entries that are no events.</param>
    /// <param name="Head">Position of the newest entry.</param>
    /// <param name="Parent">Where it was forked from.</param>
    private sealed record Segment(long StreamId, long Base, long Until, long Frame, long Head, ParentRef? Parent);
}
