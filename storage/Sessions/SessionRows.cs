using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>
/// Follows one session and says which rows of the read models its facts change. One per activation, used in the order of the facts.
/// The session's row is written when something changes that a list shows or filters by; what only follows the clock (when it was updated, when it expires)
/// may lag by <see cref="MaxLag"/>, since readers take the exact time from the journal and whoever ends sessions asks the session first.
/// </summary>
/// <param name="workspace">The session's workspace.</param>
/// <param name="streamId">Its stream.</param>
public sealed class SessionRows(string workspace, long streamId)
{
    /// <summary>How far the times in a session's rows may lag behind.</summary>
    public static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(30);

    private const int MaxRemembered = 64;
    private const int Few = 8;

    private static readonly object Zero = 0L, One = 1L;   // what counters are nearly always changed by

    private DateTimeOffset _written;
    private List<ulong>? _touched;   // few enough that looking at all of them is quicker than hashing, and a third of the memory

    /// <summary>The rows to write together with some facts.</summary>
    /// <param name="before">The session before the facts.</param>
    /// <param name="after">The session after them.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="parentStreamId">The stream of the session that it is a fork of, when it is created.</param>
    public IReadOnlyList<RowChange> Follow(SessionState before, SessionState after, ImmutableArray<SessionFact> facts, long? parentStreamId = null)
    {
        var rows = new List<RowChange>(4);
        long events = 0, checkpoints = 0, failures = 0;
        var position = before.Position;
        foreach (var fact in facts)
        {
            position++;
            if (fact.FindCheckpoint() is not null)
            {
                rows.Add(SessionTables.Checkpoint.Row(streamId, position));
                if (fact is not SessionFact.Created) checkpoints++;   // a fork is listed with the one it began with, but did not make it
            }

            switch (fact)
            {
                case SessionFact.Recorded(var happened):
                    events++;
                    AddEntities(rows, after, happened);
                    break;
                case SessionFact.FailureCaptured captured:
                    failures++;
                    rows.Add(SessionTables.Failure.Row(streamId, captured.CheckpointId, captured.Hash));
                    break;
            }
        }

        if (!before.AgentIds.Equals(after.AgentIds))
            foreach (var agent in after.AgentIds.Except(before.AgentIds)) rows.Add(SessionTables.Agent.Row(workspace, agent, after.CreatedAt.ToStored(), streamId));
        var moved = !before.Exists || before.End != after.End || before.State != after.State || OutcomeOf(before) != OutcomeOf(after);
        var lags = Lags(after);
        if (moved) rows.Add(SessionTables.Status.Row(streamId, workspace, after.CreatedAt.ToStored(), (long)after.End, StateName(after), OutcomeName(after)));
        if (moved || lags || IsShown(before, after)) rows.Add(Row(after, parentStreamId));
        if (lags || before.End != after.End || before.GraceUntil != after.GraceUntil)
        {
            rows.Add(SessionTables.Due.Row(streamId, (long)after.End, after.End is SessionEnd.Deleted ? after.UpdatedAt.ToStored() : after.ExpiresAt.ToStored()));
            _written = after.UpdatedAt;
        }

        rows.Add(SessionTables.Counter.Row(workspace, null,
            before.Exists ? Zero : One, before.End is SessionEnd.None && after.End is not SessionEnd.None ? One : Zero, Boxed(events), Boxed(checkpoints), Boxed(failures)));
        return rows;
    }

    private static object Boxed(long number) => number switch { 0 => Zero, 1 => One, _ => number };

    /// <summary>Whether something else changed that the session's row shows.</summary>
    private static bool IsShown(SessionState before, SessionState after) =>
        before.GraceUntil != after.GraceUntil
        || before.Position - before.LastSeq != after.Position - after.LastSeq
        || !ReferenceEquals(before.Totals, after.Totals)
        || before.OccurredFrom != after.OccurredFrom
        || before.OccurredTo != after.OccurredTo
        || !before.AgentIds.Equals(after.AgentIds);

    /// <summary>Whether the time columns have become too old.</summary>
    private bool Lags(SessionState after) =>
        after.UpdatedAt - _written >= MaxLag || (after.TtlSeconds > 0 && (after.UpdatedAt - _written).TotalSeconds >= after.TtlSeconds / 2.0);

    private static Outcome? OutcomeOf(SessionState s) => s.CurrentCheckpoint?.Outcome;

    private static string? OutcomeName(SessionState s) => OutcomeOf(s) is { } outcome ? NamedEnumConverter<Outcome>.NameOf(outcome) : null;

    private static string StateName(SessionState s) => NamedEnumConverter<WorkState>.NameOf(s.State);

    private RowChange Row(SessionState s, long? parentStreamId) => SessionTables.Session.Row(
        streamId, workspace, s.SessionId, s.CreatedAt.ToStored(), parentStreamId, s.Parent?.SessionId, s.Parent?.Seq, s.Metadata?.Text, s.TtlSeconds,
        s.GraceUntil.ToStored(), s.UpdatedAt.ToStored(), (long)s.End, StateName(s), OutcomeName(s),
        JsonSerializer.Serialize(s.AgentIds, MementoJson.Default.ImmutableArrayString), s.Position - s.LastSeq,
        s.OccurredFrom.ToStored(), s.OccurredTo.ToStored(),
        s.Totals.TransitionsTo[0], s.Totals.TransitionsTo[1], s.Totals.TransitionsTo[2], s.Totals.TransitionsTo[3],
        s.Totals.PerfCount, s.Totals.PerfSum, s.Totals.PerfWorst);

    private void AddEntities(List<RowChange> rows, SessionState s, SessionEvent happened)
    {
        var perf = happened.Impact?.PerfDelta;
        var entities = happened.ChangeInfo.EntityIds;
        if (entities.Length > Few) entities = [.. entities.Distinct()];
        for (var i = 0; i < entities.Length; i++)
        {
            var entity = entities[i];
            if (entities.Length <= Few && entities.IndexOf(entity) < i) continue;   // named before
            if (FirstTouch(entity) || perf is not null)
                rows.Add(SessionTables.Entity.Row(workspace, entity, s.CreatedAt.ToStored(), streamId, perf is null ? Zero : One, perf ?? 0.0));
        }
    }

    /// <summary>Whether the entity is not among the last few that were written. Writing one again changes nothing, so forgetting is harmless.</summary>
    private bool FirstTouch(string entity)
    {
        _touched ??= [];
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(entity.AsSpan()));
        if (_touched.Contains(hash)) return false;
        if (_touched.Count >= MaxRemembered) _touched.Clear();
        _touched.Add(hash);
        return true;
    }
}
