using System.Collections.Immutable;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

/// <summary>One session told step by step: decides a command, applies what was decided, and keeps the facts and the clock.</summary>
internal sealed class Story
{
    public static readonly DateTimeOffset Dawn = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public SessionLimits Limits { get; init; } = new();
    public SessionState State { get; private set; } = SessionState.Empty;
    public DateTimeOffset Now { get; private set; } = Dawn;
    public List<SessionFact> Facts { get; } = [];

    public IEnumerable<SessionEvent> Events => Facts.OfType<SessionFact.Recorded>().Select(fact => fact.Event);

    /// <summary>A session of agent <c>ada</c> with the default time to live.</summary>
    public static Story Begun(SessionLimits? limits = null, long? ttl = null, SessionState? fork = null)
    {
        var story = new Story { Limits = limits ?? new() };
        story.Accept(new SessionCommand.Create("s1", "ada", ttl, Fork: fork));
        return story;
    }

    /// <summary>Moves the clock, backwards too.</summary>
    public Story Later(double seconds)
    {
        Now = Now.AddSeconds(seconds);
        return this;
    }

    public Decision<SessionFact> Try(SessionCommand command)
    {
        var decision = Session.Decide(State, command, Limits, Now);
        foreach (var fact in decision.Facts)
        {
            State = Session.Apply(State, fact);
            Facts.Add(fact);
        }

        return decision;
    }

    /// <summary>Carries out a command that must not be refused, and answers the facts it left.</summary>
    public ImmutableArray<SessionFact> Accept(SessionCommand command)
    {
        var decision = Try(command);
        Assert.Null(decision.Refusal);
        return decision.Facts;
    }

    /// <summary>Carries out a command that must be refused and leave nothing behind.</summary>
    public Refusal Refuse(SessionCommand command, string code)
    {
        var decision = Try(command);
        Assert.Empty(decision.Facts);
        Assert.NotNull(decision.Refusal);
        Assert.Equal(code, decision.Refusal.Code);
        return decision.Refusal;
    }

    public SessionEvent Append(NewEvent e) => Assert.IsType<SessionFact.Recorded>(Assert.Single(Accept(new SessionCommand.Append([e])))).Event;

    public Story Append(int count)
    {
        for (var i = 0; i < count; i++) Append(Change());
        return this;
    }

    public SessionCheckpoint Checkpoint(long? graceSeconds = null) =>
        Assert.IsType<SessionFact.Checkpointed>(Assert.Single(Accept(new SessionCommand.Checkpoint(graceSeconds)))).Checkpoint;

    public bool IsOver => Session.IsOver(State, Now);

    /// <summary>A plain change of some entities by <c>ada</c>.</summary>
    public static NewEvent Change(params ImmutableArray<string> entities) => new()
    {
        Type = EventType.Modified,
        Actor = "ada",
        ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = entities, Operation = Operation.Modified },
    };

    public static StateTransition To(WorkState to, WorkState from = WorkState.Working) => new() { From = from, To = to, VerifiedBy = VerifiedBy.Test, Confidence = 0.9 };
}
