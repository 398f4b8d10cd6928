using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>What a log says beyond its single events: which changes matter, and what a newcomer should know.</summary>
public static class Bridge
{
    /// <summary>A performance delta below this is significant, in percent.</summary>
    public const double SignificantPerfDelta = -5;

    /// <summary>Newest events that a newcomer is shown.</summary>
    public const int RecentChanges = 10;

    private const int MostActive = 3;
    private const int MostNamed = 10;

    /// <summary>Whether an event, coming after another, deserves attention: it breaks what worked, fails where tests had passed, or weighs heavily.</summary>
    public static bool IsSignificant(SessionEvent previous, SessionEvent current) =>
        current.StateTransition is { To: WorkState.Broken } transition && (transition.From is WorkState.Working || previous.StateTransition?.To is WorkState.Working)
        || previous.Type is EventType.TestPass && current.Type is EventType.Broke
        || current.Impact?.Severity is Severity.High or Severity.Critical
        || current.Impact?.PerfDelta < SignificantPerfDelta;

    /// <summary>Advice for an agent about to join, from who is there and what happened last.</summary>
    public static string Advice(SessionState session, ImmutableArray<SessionEvent> recent, string joining)
    {
        var others = session.AgentIds.Where(a => a != joining).ToArray();
        var advice = new List<string> { others.Length == 0 ? "Nobody else is in this session." : $"Talk to {string.Join(", ", others.Take(MostNamed))}{(others.Length > MostNamed ? $" and {others.Length - MostNamed} others" : "")} before you change shared entities." };
        if (session.State is WorkState.Broken) advice.Add("The session is broken right now.");
        else if (recent.Any(e => e.StateTransition?.To is WorkState.Broken)) advice.Add("Something broke in the last few events and works again.");
        if (recent.Any(e => e.Impact?.Severity is Severity.High or Severity.Critical)) advice.Add("Changes of high impact are under way.");
        var active = recent.GroupBy(e => e.Actor).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostActive).Select(g => g.Key).ToArray();
        if (active.Length > 0) advice.Add($"Most active lately: {string.Join(", ", active)}.");
        return string.Join(' ', advice);
    }
}
