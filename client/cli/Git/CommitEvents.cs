using System.Text;
using System.Text.Json;
using Memento.Sessions;

namespace Memento.Cli.Git;

/// <summary>Turns the commits of one run into events, in order. Pure; the rules are in docs/import-git.md.</summary>
internal sealed class CommitEvents(History history, DateTimeOffset now)
{
    private const int MaxSubject = 200;

    /// <summary>How far ahead a commit may be and keep its time: an hour less than the server allows, in case its clock is behind.</summary>
    private static readonly TimeSpan Ahead = SessionValidation.OccurredAtTolerance - TimeSpan.FromHours(1);

    private readonly HashSet<int> _broken = [];

    /// <summary>The event of the run's next commit. Commits whose events are there already must be passed too (<see cref="Skip"/>): the session's state depends on them.</summary>
    public NewEvent Next(int index, CommitChanges changes, bool edge)
    {
        var commit = history.Commits[index];
        var (occurredAt, clamped) = Clamp(commit.Time, now);
        var transition = Skip(index);
        return new()
        {
            Type = history.RevertedBy.ContainsKey(index) ? EventType.Broke : commit.Parents > 1 ? EventType.Handoff : EventType.Modified,
            Actor = history.Authors[commit.Author],
            ChangeInfo = new()
            {
                ElementType = changes.Names.Count > 1 ? ElementType.Cluster : ElementType.Function,
                EntityIds = [.. changes.Names],
                Operation = changes.Operation,
                AffectedLines = edge ? null : changes.Lines,
            },
            StateTransition = transition,
            Impact = history.RevertedBy.TryGetValue(index, out var by) ? new() { Severity = Severity.High, ExternalRef = history.Commits[by].Id.ToString() } : null,
            OccurredAt = occurredAt,
            Metadata = Metadata(index, changes, edge, clamped ? commit.Time : null),
        };
    }

    /// <summary>
    /// Moves the state past a commit. One that is reverted later breaks the session; the session works again when all that broke it have been reverted in it.
    /// </summary>
    public StateTransition? Skip(int index)
    {
        var before = _broken.Count > 0 ? WorkState.Broken : WorkState.Working;
        foreach (var reverted in history.Reverts[index]) _broken.Remove(reverted);
        if (history.RevertedBy.ContainsKey(index)) _broken.Add(index);
        var after = _broken.Count > 0 ? WorkState.Broken : WorkState.Working;
        if (before == after && !history.RevertedBy.ContainsKey(index)) return null;
        return new() { From = before, To = after, VerifiedBy = VerifiedBy.Manual, Confidence = 1 };   // Somebody looked at it and reverted it.
    }

    /// <summary>A commit's time; one outside the range that events may have becomes the nearest that makes sense: 1970, or now.</summary>
    public static (DateTimeOffset Time, bool Clamped) Clamp(long unixSeconds, DateTimeOffset now)
    {
        if (unixSeconds < 0) return (SessionValidation.EarliestOccurredAt, true);
        return unixSeconds > now.Add(Ahead).ToUnixTimeSeconds() ? (DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()), true) : (DateTimeOffset.FromUnixTimeSeconds(unixSeconds), false);
    }

    private JsonText Metadata(int index, CommitChanges changes, bool edge, long? originalTime)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("commit", changes.Id.ToString());
            json.WriteString("subject", EntityNames.Shorten(changes.Subject, MaxSubject));
            json.WriteNumber("parents", history.Commits[index].Parents);
            json.WriteNumber("files", changes.Files);
            if (changes.NameCount > changes.Names.Count) json.WriteNumber("entitiesTotal", changes.NameCount);
            if (history.Reverts.Contains(index))
            {
                json.WriteStartArray("reverts");
                foreach (var reverted in history.Reverts[index]) json.WriteStringValue(history.Commits[reverted].Id.ToString());
                json.WriteEndArray();
            }

            if (edge) json.WriteBoolean("shallow", true);
            if (originalTime is { } seconds) json.WriteNumber("committedAtUnix", seconds);
            json.WriteEndObject();
        }

        return new(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
