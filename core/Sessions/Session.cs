using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>The rules of a session: state and command in, facts or a refusal out. No clock, no I/O, no Orleans.</summary>
public static class Session
{
    /// <summary>Newest events that a checkpoint sums up.</summary>
    public const int Window = 20;

    /// <summary>Most entities that a checkpoint anchors.</summary>
    public const int MaxRefEntities = 64;

    /// <summary>Most agents that a checkpoint names; the newest count.</summary>
    public const int MaxActors = 64;

    /// <summary>Answers a command. <paramref name="now"/> is the server's time; recorded times never decrease even if it does.</summary>
    public static Decision<SessionFact> Decide(SessionState s, SessionCommand command, SessionLimits limits, DateTimeOffset now)
    {
        var at = now > s.UpdatedAt ? now : s.UpdatedAt;
        if (command is SessionCommand.Create create) return Create(s, create, limits, at);
        if (!s.Exists || s.End is SessionEnd.Deleted) return Closed(s, now)!;
        if (command is SessionCommand.Delete) return new SessionFact.Deleted { At = at };
        if (command is SessionCommand.Expire) return s.End is SessionEnd.None && IsOver(s, now) ? new SessionFact.Expired { At = at } : Decision<SessionFact>.Nothing;
        if (Closed(s, now) is { } closed) return closed;

        return command switch
        {
            SessionCommand.Append append => Append(s, append, limits, at),
            SessionCommand.Join(var agent) => Join(s, agent, limits, at),
            SessionCommand.Leave(var agent) => Leave(s, agent, limits, at),
            SessionCommand.HandOver handOver => HandOver(s, handOver, limits, at),
            SessionCommand.Checkpoint(var grace) => CheckpointOnDemand(s, grace, limits, at),
            SessionCommand.CaptureFailure(var id, var seq, var hash) => new SessionFact.FailureCaptured { At = at, CheckpointId = id, Seq = seq, Hash = hash },
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };
    }

    /// <summary>The state after a fact. Total: whatever was once recorded can be applied.</summary>
    public static SessionState Apply(SessionState s, SessionFact fact)
    {
        var (position, now) = (s.Position + 1, fact.At > s.UpdatedAt ? fact.At : s.UpdatedAt);
        return fact switch
        {
            SessionFact.Recorded(var happened) => Apply(s, happened, position, now),
            SessionFact.Created created => Apply(s, created, position),
            SessionFact.Checkpointed(var c) => s with { Position = position, UpdatedAt = now, CurrentCheckpoint = c, GraceUntil = Grace(c.At, c.GraceTtlSeconds) },
            SessionFact.FailureCaptured => s with { Position = position, UpdatedAt = now },
            // Expiry is noticed, some time later, and is no activity: it must not move the time that it is counted from.
            SessionFact.Expired => s with { Position = position, End = SessionEnd.Expired },
            SessionFact.Deleted => s with { Position = position, UpdatedAt = now, End = SessionEnd.Deleted },
            _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
        };
    }

    /// <summary>Whether the session's time is up at <paramref name="now"/>.</summary>
    public static bool IsOver(SessionState s, DateTimeOffset now) => s.End is not SessionEnd.None || now >= s.ExpiresAt;

    /// <summary>Why the session cannot be used, or null if it can.</summary>
    public static Refusal? Closed(SessionState s, DateTimeOffset now) =>
        !s.Exists || s.End is SessionEnd.Deleted ? Refusal.Of(RefusalKind.NotFound, Codes.SessionNotFound, $"There is no session \"{s.SessionId}\".")
        : IsOver(s, now) ? Refusal.Of(RefusalKind.Gone, Codes.SessionExpired, $"Session \"{s.SessionId}\" expired at {(s.ExpiresAt ?? s.UpdatedAt).UtcDateTime:O}.")
        : null;

    private static Decision<SessionFact> Create(SessionState s, SessionCommand.Create c, SessionLimits limits, DateTimeOffset at)
    {
        if (s.Exists) return Refusal.Of(RefusalKind.Conflict, Codes.SessionExists, s.End is SessionEnd.None
            ? $"Session \"{c.SessionId}\" exists already."
            : $"Session \"{c.SessionId}\" existed and is {(s.End is SessionEnd.Deleted ? "deleted" : "expired")}; an id is not used twice.");
        if (SessionValidation.Problems(c, limits) is { IsEmpty: false } problems) return Refusal.Invalid(problems);
        if (c.Fork?.UpdatedAt > at) at = c.Fork.UpdatedAt;

        SessionFact created = new SessionFact.Created
        {
            At = at,
            SessionId = c.SessionId,
            AgentId = c.AgentId,
            TtlSeconds = c.TtlSeconds ?? c.Fork?.TtlSeconds ?? limits.DefaultTtlSeconds,
            Metadata = c.Metadata ?? c.Fork?.Metadata,
            Parent = c.Fork is null ? null : new ParentRef(c.Fork.SessionId, c.Fork.LastSeq),
            Base = c.Fork,
        };
        if (c.InitialEntityIds.IsDefaultOrEmpty) return created;

        s = Apply(s, created);
        if (s.LastSeq >= limits.MaxEvents) return Full(s, limits);
        var change = new ChangeInfo { ElementType = ElementType.Session, EntityIds = c.InitialEntityIds, Operation = Operation.Init };
        var start = new NewEvent { Type = EventType.Start, Actor = c.AgentId, ChangeInfo = change };
        return (ImmutableArray<SessionFact>)[created, new SessionFact.Recorded(Record(s, start, limits, at))];
    }

    private static Decision<SessionFact> Append(SessionState s, SessionCommand.Append append, SessionLimits limits, DateTimeOffset at)
    {
        if (SessionValidation.Problems(append.Events, limits, at) is { IsEmpty: false } problems) return Refusal.Invalid(problems);
        if (s.LastSeq + append.Events.Length > limits.MaxEvents) return Full(s, limits);

        if (append.Events.Length == 1) return new SessionFact.Recorded(Record(s, append.Events[0], limits, at));
        var facts = ImmutableArray.CreateBuilder<SessionFact>(append.Events.Length);
        foreach (var offered in append.Events)
        {
            var fact = new SessionFact.Recorded(Record(s, offered, limits, at));
            s = Apply(s, fact);
            facts.Add(fact);
        }

        return facts.MoveToImmutable();
    }

    private static SessionEvent Record(SessionState s, NewEvent e, SessionLimits limits, DateTimeOffset at, HandoffNote? note = null)
    {
        var recorded = new SessionEvent
        {
            Seq = s.LastSeq + 1,
            Type = e.Type,
            Actor = e.Actor,
            Timestamp = at,
            OccurredAt = e.OccurredAt?.ToUniversalTime(),
            ChangeInfo = e.ChangeInfo,
            StateTransition = e.StateTransition,
            Impact = e.Impact,
            Metadata = e.Metadata,
            Handoff = note,
        };
        var due = recorded.Seq % limits.CheckpointInterval == 0;
        if (!due && e.Type is not EventType.Checkpoint) return recorded;

        // Only a checkpoint that an agent makes shortens the session's life: one that comes by itself means that work goes on.
        var grace = e.Type is EventType.Checkpoint && s.TtlSeconds > 0 ? limits.GraceTtlSeconds : (long?)null;
        return recorded with { Checkpoint = Summarize(Apply(s, recorded, s.Position + 1, at), recorded.Seq, s.Position + 1, grace, at) };
    }

    private static Decision<SessionFact> Join(SessionState s, string agent, SessionLimits limits, DateTimeOffset at)
    {
        if (Names.Problem(agent) is { } problem) return Refusal.Invalid("agentId", problem);
        if (s.AgentIds.Contains(agent)) return Decision<SessionFact>.Nothing;
        if (s.AgentIds.Length >= limits.MaxAgents) return Refusal.Invalid("agentId", $"the session has {s.AgentIds.Length} agents; at most {limits.MaxAgents} are allowed");
        return Handoff(s, agent, new HandoffNote { Action = HandoffAction.Joined, ToAgent = agent }, limits, at);
    }

    private static Decision<SessionFact> Leave(SessionState s, string agent, SessionLimits limits, DateTimeOffset at)
    {
        if (Names.Problem(agent) is { } problem) return Refusal.Invalid("agentId", problem);
        if (!s.AgentIds.Contains(agent)) return Decision<SessionFact>.Nothing;
        var last = s.AgentIds.Length == 1 && s.TtlSeconds > 0;
        return Handoff(s, agent, new HandoffNote { Action = HandoffAction.Left, FromAgent = agent, GraceTtlSeconds = last ? limits.GraceTtlSeconds : null }, limits, at);
    }

    private static Decision<SessionFact> HandOver(SessionState s, SessionCommand.HandOver c, SessionLimits limits, DateTimeOffset at)
    {
        if (SessionValidation.Problems(c, limits) is { IsEmpty: false } problems) return Refusal.Invalid(problems);
        if (!s.AgentIds.Contains(c.FromAgent))
            return Refusal.Of(RefusalKind.Conflict, Codes.AgentNotInSession, $"fromAgent: \"{c.FromAgent}\" is not in session \"{s.SessionId}\".");
        return Handoff(s, c.FromAgent, new HandoffNote
        {
            Action = HandoffAction.HandedOver,
            FromAgent = c.FromAgent,
            ToAgent = c.ToAgent,
            Reason = c.Reason,
            Context = c.Context,
            Priority = c.Priority,
        }, limits, at);
    }

    private static Decision<SessionFact> Handoff(SessionState s, string actor, HandoffNote note, SessionLimits limits, DateTimeOffset at)
    {
        if (s.LastSeq >= limits.MaxEvents) return Full(s, limits);
        var change = new ChangeInfo { ElementType = ElementType.Session, EntityIds = [], Operation = Operation.Modified };
        return new SessionFact.Recorded(Record(s, new NewEvent { Type = EventType.Handoff, Actor = actor, ChangeInfo = change }, limits, at, note));
    }

    private static Decision<SessionFact> CheckpointOnDemand(SessionState s, long? graceSeconds, SessionLimits limits, DateTimeOffset at)
    {
        if (graceSeconds is { } seconds && (seconds < 1 || seconds > limits.MaxTtlSeconds))
            return Refusal.Invalid("graceTtlSeconds", $"is {seconds}; must be from 1 to {limits.MaxTtlSeconds}");
        var grace = graceSeconds ?? (s.TtlSeconds > 0 ? limits.GraceTtlSeconds : null);
        return new SessionFact.Checkpointed(Summarize(s, s.LastSeq, s.Position + 1, grace, at));
    }

    private static Refusal Full(SessionState s, SessionLimits limits) => Refusal.Of(RefusalKind.Invalid, Codes.SessionFull,
        $"Session \"{s.SessionId}\" has {s.LastSeq} events; at most {limits.MaxEvents} are allowed. Nothing was stored.");

    private static SessionCheckpoint Summarize(SessionState s, long seq, long position, long? grace, DateTimeOffset at)
    {
        var (broke, perf) = (false, 0.0);
        var (impacts, entities) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>(s.Recent.Length));
        foreach (var e in s.Recent)
        {
            (broke, perf) = (broke || e.Broke, perf + e.PerfDelta);
            if (e.HighImpact && e.EntityIds.Length > 0 && !impacts.Contains(e.EntityIds[0])) impacts.Add(e.EntityIds[0]);
        }

        for (var i = s.Recent.Length - 1; i >= 0; i--)
            foreach (var entity in s.Recent[i].EntityIds)
                if (entities.Count < MaxRefEntities && !entities.Contains(entity)) entities.Add(entity);

        return new()
        {
            CheckpointId = $"cp-{Uuid7.Derive(at, s.SessionId, position)}",
            Seq = seq,
            At = at,
            Outcome = broke ? Outcome.Broken : s.State switch
            {
                WorkState.Broken => Outcome.Broken,
                WorkState.Coordinating => Outcome.Coordinated,
                WorkState.Completed => Outcome.Completed,
                _ => Outcome.Working,
            },
            KeyImpacts = impacts.DrainToImmutable(),
            PerfDelta = perf,
            RefEntities = entities.DrainToImmutable(),
            Actors = s.AgentIds.Length <= MaxActors ? s.AgentIds : s.AgentIds[^MaxActors..],
            GraceTtlSeconds = grace,
        };
    }

    private static SessionState Apply(SessionState s, SessionFact.Created c, long position) => (c.Base ?? s) with
    {
        SessionId = c.SessionId,
        AgentIds = [c.AgentId],
        CreatedAt = c.At,
        UpdatedAt = c.At,
        TtlSeconds = c.TtlSeconds,
        GraceUntil = null,
        Position = position,
        Metadata = c.Metadata,
        Parent = c.Parent,
        End = SessionEnd.None,
        Totals = new(),   // what a fork shares with its parent is counted there
    };

    private static SessionState Apply(SessionState s, SessionEvent e, long position, DateTimeOffset now) => s with
    {
        Position = position,
        UpdatedAt = now,
        LastSeq = e.Seq,
        State = e.StateTransition?.To ?? s.State,
        AgentIds = e.Handoff is null ? s.AgentIds : Apply(s.AgentIds, e.Handoff),
        GraceUntil = Grace(e.Timestamp, e.Checkpoint?.GraceTtlSeconds ?? e.Handoff?.GraceTtlSeconds),
        CurrentCheckpoint = e.Checkpoint ?? s.CurrentCheckpoint,
        Recent = Push(s.Recent, e),
        Totals = Add(s.Totals, e),
        OccurredFrom = e.OccurredAt < s.OccurredFrom ? e.OccurredAt : s.OccurredFrom ?? e.OccurredAt,
        OccurredTo = e.OccurredAt > s.OccurredTo ? e.OccurredAt : s.OccurredTo ?? e.OccurredAt,
    };

    private static ImmutableArray<string> Apply(ImmutableArray<string> agents, HandoffNote note)
    {
        if (note.FromAgent is { } gone && note.Action is not HandoffAction.Joined) agents = agents.Remove(gone);
        return note.ToAgent is { } come && !agents.Contains(come) ? agents.Add(come) : agents;
    }

    private static DateTimeOffset? Grace(DateTimeOffset at, long? seconds) => seconds is { } s ? at.AddSeconds(s) : null;

    private static ImmutableArray<RecentEvent> Push(ImmutableArray<RecentEvent> recent, SessionEvent e)
    {
        var digest = new RecentEvent
        {
            EntityIds = e.ChangeInfo.EntityIds.Length <= MaxRefEntities ? e.ChangeInfo.EntityIds : e.ChangeInfo.EntityIds[..MaxRefEntities],
            Broke = e.StateTransition?.To is WorkState.Broken,
            HighImpact = e.Impact?.Severity is Severity.High or Severity.Critical,
            PerfDelta = e.Impact?.PerfDelta ?? 0,
        };
        return recent.Length < Window ? recent.Add(digest) : [.. recent.AsSpan()[1..], digest];
    }

    private static SessionTotals Add(SessionTotals t, SessionEvent e)
    {
        if (e.StateTransition is { To: var to }) t = t with { TransitionsTo = t.TransitionsTo.SetItem((int)to, t.TransitionsTo[(int)to] + 1) };
        if (e.Impact?.PerfDelta is { } perf) t = t with { PerfCount = t.PerfCount + 1, PerfSum = t.PerfSum + perf, PerfWorst = Math.Min(t.PerfWorst, perf) };
        return t;
    }
}
