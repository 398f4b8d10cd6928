using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Memento.Storage;
using Microsoft.Extensions.Logging;

namespace Memento.Sessions;

/// <summary>What a session answers about itself. All of it reads committed state only.</summary>
internal sealed partial class SessionGrain
{
    private const int MaxScan = 10_000;
    private const int WatchPage = 256;
    private const int EvidenceEvents = 50;
    private const int MaxContextEntities = 20;

    /// <summary>Evidence that is being put aside, by checkpoint: attempts of the same request come at the same time.</summary>
    private readonly Dictionary<string, Task> _capturing = [];

    private SessionLog? _log;

    public async Task<SessionView> GetAsync(int newestEvents)
    {
        var state = await OpenAsync();
        if (newestEvents is < 0 or > Paging.MaxLimit) throw new MementoException(Refusal.Invalid("events", $"is {newestEvents}; must be from 0 to {Paging.MaxLimit}"));
        return newestEvents == 0 ? View(state) : View(state) with { Events = await NewestAsync(state, newestEvents) };
    }

    public async Task<Page<SessionEvent>> GetEventsAsync(EventQuery query)
    {
        var state = await OpenAsync();
        Paging.Check(query.Limit);
        var (from, to) = (query.From ?? 1, query.To ?? state.LastSeq);
        if (from < 0) throw new MementoException(Refusal.Invalid("from", $"is {from}; must not be negative"));
        if (to < 0) throw new MementoException(Refusal.Invalid("to", $"is {to}; must not be negative"));
        var descending = query.Order is EventOrder.Desc;
        if (query.Cursor is { } cursor)
        {
            var next = Cursor.ParseNumber(cursor);
            (from, to) = descending ? (from, Math.Min(to, next)) : (Math.Max(from, next), to);
        }

        // An actor has no index within a log, so a page may end early, with a cursor, after a bounded number of looked-at events.
        var found = ImmutableArray.CreateBuilder<SessionEvent>();
        for (var scanned = 0; scanned < MaxScan && from <= to;)
        {
            var page = query.Actor is null ? query.Limit + 1 : 1_000;
            var events = await Log.ReadAsync(state, from, to, page, query.Type, descending);
            foreach (var e in events)
            {
                if (query.Actor is not null && e.Actor != query.Actor) continue;
                if (found.Count == query.Limit) return new() { Items = found.ToImmutable(), NextCursor = Cursor.Of(e.Seq) };
                found.Add(e);
            }

            if (events.Count < page) return new() { Items = found.ToImmutable() };
            scanned += events.Count;
            (from, to) = descending ? (from, events[^1].Seq - 1) : (events[^1].Seq + 1, to);
        }

        return new() { Items = found.ToImmutable(), NextCursor = from > to ? null : Cursor.Of(descending ? to : from) };
    }

    public async IAsyncEnumerable<SessionEvent> WatchAsync(long fromSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var state = await OpenAsync();
        if (fromSeq < 0) throw new MementoException(Refusal.Invalid("from", $"is {fromSeq}; must not be negative"));
        if (fromSeq > state.LastSeq + 1) throw SeqNotFound("from", fromSeq, state);
        using var watching = _live.Watch();
        for (var next = Math.Max(fromSeq, 1); ;)
        {
            state = await _session.ReadAsync();
            if (next > state.LastSeq)
            {
                if (Session.IsOver(state, Now)) yield break;
                await _live.Changed.WaitAsync(cancellationToken);
                continue;
            }

            var events = _live.Find(next) ?? await Log.ReadAsync(state, next, state.LastSeq, WatchPage);
            foreach (var happened in events)
            {
                yield return happened;
                next = happened.Seq + 1;
            }
        }
    }

    public async Task<SessionView> GetAtAsync(long seq)
    {
        var state = await OpenAsync();
        return View((await StateAtAsync(state, seq, "at")).State) with { Active = true };
    }

    public async Task<Page<Transition>> GetTransitionsAsync(string? entityId, int limit, string? cursor)
    {
        var state = await OpenAsync();
        Paging.Check(limit);
        var from = cursor is null ? 1 : Cursor.ParseNumber(cursor);
        var found = ImmutableArray.CreateBuilder<Transition>();
        var last = Math.Min(from, state.LastSeq) + MaxScan;
        SessionEvent? previous = null;
        await foreach (var current in Log.ScanAsync(state, from))
        {
            if (found.Count == limit || current.Seq == last) return new() { Items = found.ToImmutable(), NextCursor = Cursor.Of(previous!.Seq) };
            if (previous is not null && Bridge.IsSignificant(previous, current) && (entityId is null || current.ChangeInfo.EntityIds.Contains(entityId)))
                found.Add(new() { FromSeq = previous.Seq, ToSeq = current.Seq, ChangeInfo = current.ChangeInfo, Impact = current.Impact });
            previous = current;
        }

        return new() { Items = found.ToImmutable() };
    }

    public async Task<Isolation> IsolateAsync(string agentId)
    {
        var state = await OpenAsync();
        var tally = new IsolationTally(agentId);
        await foreach (var happened in Log.ScanAsync(state, 1)) tally.Add(happened);
        return tally.Build(_key.Id, (await index.GetCheckpointsAsync(_session.StreamId, IsolationTally.CheckpointsUsed, null)).Items);
    }

    public async Task<HandoffContext> GetHandoffContextAsync(string agentId)
    {
        var state = await OpenAsync();
        Names.Check("agent", agentId);
        var recent = await NewestAsync(state, Bridge.RecentChanges);
        var entities = recent.SelectMany(e => e.ChangeInfo.EntityIds).Distinct().Take(MaxContextEntities);
        var context = ImmutableArray.CreateBuilder<EntityContext>();
        foreach (var entity in entities) context.Add(new(entity, (await index.GetAnchorsAsync(_key.Workspace, entity)).FirstOrDefault()));
        return new() { SessionId = _key.Id, RecentChanges = recent, KgContext = context.ToImmutable(), JoiningAdvice = Bridge.Advice(state, recent, agentId) };
    }

    public async Task<Page<SessionCheckpoint>> GetCheckpointsAsync(int limit, string? cursor)
    {
        await OpenAsync();
        return await index.GetCheckpointsAsync(_session.StreamId, Paging.Check(limit), cursor);
    }

    public async Task<FailureSnapshot> GetFailureSnapshotAsync(string checkpointId)
    {
        var state = await OpenAsync();
        var content = await FindFailureAsync(state, checkpointId) is { } hash ? await blobs.FindAsync(hash) : null;
        return content is null
            ? throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.CheckpointNotFound, $"Session \"{_key.Id}\" has no failure snapshot at a checkpoint \"{checkpointId}\"."))
            : JsonSerializer.Deserialize(content, MementoJson.Default.FailureSnapshot)!;
    }

    /// <summary>A fork begins with a checkpoint of an ancestor; its evidence is there.</summary>
    private async Task<byte[]?> FindFailureAsync(SessionState state, string checkpointId)
    {
        foreach (var streamId in await Log.StreamsAsync(state))
            if (await index.FindFailureAsync(streamId, checkpointId) is { } hash) return hash;
        return null;
    }

    private SessionLog Log => _log ??= new SessionLog(journal, _key.Workspace, _session.Stream);

    /// <summary>The committed state of a session that can be used, or the reason why it cannot.</summary>
    private async ValueTask<SessionState> OpenAsync()
    {
        var state = await _session.ReadAsync();
        return Session.Closed(state, Now) is { } closed ? throw Refused(closed) : state;
    }

    /// <summary>The newest events up to a seq, oldest first.</summary>
    private async Task<ImmutableArray<SessionEvent>> NewestAsync(SessionState state, int count, long upTo = long.MaxValue)
    {
        var events = await Log.ReadAsync(state, 1, upTo, count, descending: true);
        events.Reverse();
        return [.. events];
    }

    /// <summary>The state as it was just before the event after <paramref name="seq"/>, and the stream that tells it: this session's, or that of an ancestor, which may have ended meanwhile.</summary>
    private async Task<(SessionState State, long StreamId)> StateAtAsync(SessionState state, long seq, string field)
    {
        if (seq < 0) throw new MementoException(Refusal.Invalid(field, $"is {seq}; must be at least 0"));
        if (seq > state.LastSeq) throw SeqNotFound(field, seq, state);
        if (seq == state.LastSeq) return (state, _session.StreamId);
        var (streamId, first, head) = await Log.FindAsync(state, seq);
        return (await _session.Stream.LoadAtAsync(streamId, seq - first + 1, head, s => s.LastSeq > seq), streamId);
    }

    /// <summary>Puts the evidence of failures aside that have just been stored. They stay stored if that does not work.</summary>
    private async Task CaptureFailuresAsync(ImmutableArray<SessionFact> facts)
    {
        foreach (var fact in facts)
        {
            if (fact is not SessionFact.Recorded { Event.Checkpoint: { Outcome: Outcome.Broken } checkpoint }) continue;
            try
            {
                await CaptureFailureAsync(checkpoint);
            }
            catch (Exception e) when (e is MementoException or FormatException)
            {
                LogNotCaptured(log, _key, checkpoint.CheckpointId, e.Message);
            }
        }
    }

    private async Task CaptureFailureAsync(SessionCheckpoint checkpoint)
    {
        if (!_capturing.TryGetValue(checkpoint.CheckpointId, out var capture)) _capturing.Add(checkpoint.CheckpointId, capture = CaptureAsync(checkpoint));
        try
        {
            await capture;
        }
        finally
        {
            _capturing.Remove(checkpoint.CheckpointId);
        }
    }

    private async Task CaptureAsync(SessionCheckpoint checkpoint)
    {
        await _session.LoadAsync();
        if (await index.FindFailureAsync(_session.StreamId, checkpoint.CheckpointId) is not null) return;   // this is a retry
        var state = await OpenAsync();
        var events = await NewestAsync(state, EvidenceEvents, checkpoint.Seq);
        var evidence = JsonSerializer.SerializeToUtf8Bytes(new FailureSnapshot
        {
            CheckpointId = checkpoint.CheckpointId,
            Session = View((await StateAtAsync(state, checkpoint.Seq, "seq")).State),
            TestsFailed = [.. events.SelectMany(e => e.Impact?.TestsFailed ?? []).Distinct()],
            Events = events,
        }, MementoJson.Default.FailureSnapshot);
        var hash = SHA256.HashData(evidence);
        var captured = new SessionCommand.CaptureFailure(checkpoint.CheckpointId, checkpoint.Seq, Convert.ToHexStringLower(hash));
        await _session.ExecuteAsync(new(captured, Blobs: [new NewBlob(hash, evidence)]), _ => 0);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Session {Session}: no failure snapshot for checkpoint {Checkpoint}: {Problem}. Ask for it with a checkpoint on demand")]
    private static partial void LogNotCaptured(ILogger log, GrainKey session, string checkpoint, string problem);

    private static MementoException SeqNotFound(string field, long seq, SessionState state) => new(new Refusal
    {
        Kind = RefusalKind.NotFound,
        Code = Codes.SeqNotFound,
        Message = $"Session \"{state.SessionId}\" has events up to {state.LastSeq}; {field} is {seq}.",
        Errors = [new(field, $"is {seq}; the newest event is {state.LastSeq}")],
    });
}
