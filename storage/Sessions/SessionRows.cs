using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>
/// Follows one session and says which rows of the read models its facts change. One per activation, used in the order of the facts.
/// The session's row is written when something changes that a list shows or filters by; what only follows the clock (<c>updated_at</c>, <c>expires_at</c>)
/// may lag by <see cref="MaxLag"/>, since readers take the exact time from the journal and whoever ends sessions asks the session first.
/// </summary>
/// <param name="workspace">The session's workspace.</param>
/// <param name="streamId">Its stream.</param>
public sealed class SessionRows(string workspace, long streamId)
{
    /// <summary>How far the time columns of a session's row may lag behind.</summary>
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
        foreach (var fact in facts)
        {
            switch (fact)
            {
                case SessionFact.Created { Base.CurrentCheckpoint: { } inherited }:
                    rows.Add(CheckpointRow(inherited));   // lists show it for the fork as they do for its parent
                    break;
                case SessionFact.Recorded(var happened):
                    events++;
                    AddEntities(rows, after, happened);
                    if (happened.Checkpoint is not null) AddCheckpoint(rows, happened.Checkpoint, ref checkpoints);
                    break;
                case SessionFact.Checkpointed(var checkpoint):
                    AddCheckpoint(rows, checkpoint, ref checkpoints);
                    break;
                case SessionFact.FailureCaptured captured:
                    failures++;
                    rows.Add(SessionTables.Checkpoint.Row(streamId, captured.Seq, captured.CheckpointId, "{}", captured.Hash));
                    break;
            }
        }

        if (!before.AgentIds.Equals(after.AgentIds))
            foreach (var agent in after.AgentIds.Except(before.AgentIds)) rows.Add(SessionTables.Agent.Row(workspace, agent, after.CreatedAt.ToStored(), streamId));
        if (NeedsRow(before, after))
        {
            rows.Add(Row(after, parentStreamId));
            _written = after.UpdatedAt;
        }

        rows.Add(SessionTables.Counter.Row(workspace, null,
            before.Exists ? Zero : One, before.End is SessionEnd.None && after.End is not SessionEnd.None ? One : Zero, Boxed(events), Boxed(checkpoints), Boxed(failures)));
        return rows;
    }

    private static object Boxed(long number) => number switch { 0 => Zero, 1 => One, _ => number };

    private bool NeedsRow(SessionState before, SessionState after) =>
        before.State != after.State
        || before.End != after.End
        || before.GraceUntil != after.GraceUntil
        || before.Position - before.LastSeq != after.Position - after.LastSeq
        || before.CurrentCheckpoint?.Outcome != after.CurrentCheckpoint?.Outcome
        || !ReferenceEquals(before.Totals, after.Totals)
        || before.OccurredFrom != after.OccurredFrom
        || before.OccurredTo != after.OccurredTo
        || !before.AgentIds.Equals(after.AgentIds)
        || after.UpdatedAt - _written >= MaxLag
        || (after.TtlSeconds > 0 && (after.UpdatedAt - _written).TotalSeconds >= after.TtlSeconds / 2.0);

    private RowChange Row(SessionState s, long? parentStreamId) => SessionTables.Session.Row(
        streamId, workspace, s.SessionId, s.CreatedAt.ToStored(), parentStreamId, s.Parent?.SessionId, s.Parent?.Seq, s.Metadata?.Text, s.TtlSeconds,
        s.GraceUntil.ToStored(), s.UpdatedAt.ToStored(), s.ExpiresAt.ToStored(), (long)s.End,
        NamedEnumConverter<WorkState>.NameOf(s.State), s.CurrentCheckpoint is { } c ? NamedEnumConverter<Outcome>.NameOf(c.Outcome) : null,
        JsonSerializer.Serialize(s.AgentIds, MementoJson.Default.ImmutableArrayString), s.Position - s.LastSeq,
        s.OccurredFrom.ToStored(), s.OccurredTo.ToStored(),
        s.Totals.TransitionsTo[0], s.Totals.TransitionsTo[1], s.Totals.TransitionsTo[2], s.Totals.TransitionsTo[3],
        s.Totals.PerfCount, s.Totals.PerfSum, s.Totals.PerfWorst);

    private void AddCheckpoint(List<RowChange> rows, SessionCheckpoint checkpoint, ref long count)
    {
        count++;
        rows.Add(CheckpointRow(checkpoint));
    }

    private RowChange CheckpointRow(SessionCheckpoint checkpoint) =>
        SessionTables.Checkpoint.Row(streamId, checkpoint.Seq, checkpoint.CheckpointId, JsonSerializer.Serialize(checkpoint, MementoJson.Default.SessionCheckpoint), null);

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
