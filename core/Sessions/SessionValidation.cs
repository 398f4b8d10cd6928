using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>What a caller may send. Every problem names its field, the value and the rule.</summary>
public static class SessionValidation
{
    /// <summary>Earliest time an event may say it happened at.</summary>
    public static readonly DateTimeOffset EarliestOccurredAt = DateTimeOffset.UnixEpoch;

    /// <summary>How far ahead of the server's clock an event may say it happened.</summary>
    public static readonly TimeSpan OccurredAtTolerance = TimeSpan.FromDays(1);

    /// <summary>Largest performance delta, in percent, either way. Sums of it stay finite, which JSON needs.</summary>
    public const double MaxPerfDelta = 1e9;

    /// <summary>Session ids that HTTP could not tell from its own pages.</summary>
    public static readonly ImmutableArray<string> Reserved = ["stats", "aggregates"];

    public static ImmutableArray<FieldError> Problems(SessionCommand.Create c, SessionLimits limits)
    {
        var found = new Findings();
        found.Name("sessionId", c.SessionId);
        if (Reserved.Contains(c.SessionId)) found.Add("sessionId", $"is \"{c.SessionId}\", which is a page of its own under /sessions");
        found.Name("agentId", c.AgentId);
        if (c.TtlSeconds is { } ttl && (ttl < 0 || ttl > limits.MaxTtlSeconds)) found.Add("ttlSeconds", $"is {ttl}; must be from 0 (never expires) to {limits.MaxTtlSeconds}");
        found.Json("metadata", c.Metadata, limits);
        if (!c.InitialEntityIds.IsDefaultOrEmpty) found.Entities("initialEntityIds", c.InitialEntityIds, limits);
        return found.All;
    }

    public static ImmutableArray<FieldError> Problems(SessionCommand.HandOver c, SessionLimits limits)
    {
        var found = new Findings();
        found.Name("fromAgent", c.FromAgent);
        found.Name("toAgent", c.ToAgent);
        if (c.FromAgent == c.ToAgent) found.Add("toAgent", $"is \"{c.ToAgent}\", the same as fromAgent");
        found.Text("reason", c.Reason, limits);
        found.Json("context", c.Context, limits);
        if (c.Priority < 0) found.Add("priority", $"is {c.Priority}; must not be negative");
        return found.All;
    }

    public static ImmutableArray<FieldError> Problems(ImmutableArray<NewEvent> events, SessionLimits limits, DateTimeOffset now)
    {
        if (events.IsDefaultOrEmpty) return [new("events", "is empty; at least one event is needed")];
        if (events.Length > limits.MaxBatch) return [new("events", $"has {events.Length} events; at most {limits.MaxBatch} are allowed in one request")];

        var found = new Findings();
        for (var i = 0; i < events.Length; i++)
        {
            if (events[i] is null) found.Add($"events[{i}]", "is null; an event is needed");
            else Check(found, events[i], events.Length == 1 ? "" : $"events[{i}].", limits, now);
        }

        return found.All;
    }

    private static void Check(Findings found, NewEvent e, string path, SessionLimits limits, DateTimeOffset now)
    {
        found.Known(path, "type", e.Type);
        found.Name(path, "actor", e.Actor);
        if (e.ChangeInfo is null) { found.Add(path + "changeInfo", "is missing; an event says what it changed"); return; }
        found.Known(path, "changeInfo.elementType", e.ChangeInfo.ElementType);
        found.Known(path, "changeInfo.operation", e.ChangeInfo.Operation);
        if (e.ChangeInfo.EntityIds.IsDefault) found.Add(path + "changeInfo.entityIds", "is missing; an empty array is allowed");
        else found.Entities(path, "changeInfo.entityIds", e.ChangeInfo.EntityIds, limits);
        if (e.ChangeInfo.AffectedLines < 0) found.Add(path + "changeInfo.affectedLines", $"is {e.ChangeInfo.AffectedLines}; must not be negative");
        if (e.ChangeInfo.SemanticHash is { } hash) found.Text(path, "changeInfo.semanticHash", hash, limits);
        if (e.StateTransition is { } t)
        {
            found.Known(path, "stateTransition.from", t.From);
            found.Known(path, "stateTransition.to", t.To);
            found.Known(path, "stateTransition.verifiedBy", t.VerifiedBy);
            if (!(t.Confidence >= 0 && t.Confidence <= 1)) found.Add(path + "stateTransition.confidence", $"is {t.Confidence}; must be from 0 to 1");
        }

        if (e.Impact is { } impact)
        {
            found.Known(path, "impact.severity", impact.Severity);
            if (impact.PerfDelta is { } perf && !(Math.Abs(perf) <= MaxPerfDelta)) found.Add(path + "impact.perfDelta", $"is {perf}; must be from {-MaxPerfDelta} to {MaxPerfDelta}");
            if (impact.ExternalRef is { } reference) found.Text(path, "impact.externalRef", reference, limits);
            if (impact.TestsFailed is { IsDefault: false } tests) found.Entities(path, "impact.testsFailed", tests, limits);
        }

        if (e.OccurredAt is { } occurred && (occurred < EarliestOccurredAt || occurred > now + OccurredAtTolerance))
            found.Add(path + "occurredAt", $"is {occurred.UtcDateTime:O}; must be from {EarliestOccurredAt.UtcDateTime:O} to a day from now");
        found.Json(path, "metadata", e.Metadata, limits);
    }

    /// <summary>Collects problems; the path of a field is only put together when there is one.</summary>
    private sealed class Findings
    {
        private const int Most = 20;
        private ImmutableArray<FieldError>.Builder? _found;

        public ImmutableArray<FieldError> All => _found?.ToImmutable() ?? [];

        public void Add(string field, string problem)
        {
            _found ??= ImmutableArray.CreateBuilder<FieldError>();
            if (_found.Count < Most) _found.Add(new(field, problem));
        }

        public void Name(string field, string? name) => Name("", field, name);

        public void Name(string path, string field, string? name)
        {
            if (Names.Problem(name) is { } problem) Add(path + field, problem);
        }

        /// <summary>JSON names its values, but the grain interface sends numbers, and any number fits.</summary>
        public void Known<T>(string path, string field, T value) where T : struct, Enum
        {
            if (!Enum.IsDefined(value)) Add(path + field, $"is {value}; must be one of: {string.Join(", ", NamedEnumConverter<T>.KnownNames)}");
        }

        public void Text(string field, string? text, SessionLimits limits) => Text("", field, text, limits);

        public void Text(string path, string field, string? text, SessionLimits limits)
        {
            if (string.IsNullOrEmpty(text)) Add(path + field, "must not be empty");
            else if (text.Contains('\0', StringComparison.Ordinal)) Add(path + field, "has the character U+0000");
            else if (text.Length > limits.MaxTextLength) Add(path + field, $"has {text.Length} characters; at most {limits.MaxTextLength} are allowed");
        }

        public void Json(string field, JsonText? json, SessionLimits limits) => Json("", field, json, limits);

        public void Json(string path, string field, JsonText? json, SessionLimits limits)
        {
            if (json is null) return;
            if (json.Text.Length > limits.MaxJsonLength) Add(path + field, $"has {json.Text.Length} characters of JSON; at most {limits.MaxJsonLength} are allowed");
            else if (json.Problem() is { } problem) Add(path + field, problem);
        }

        public void Entities(string field, ImmutableArray<string> ids, SessionLimits limits) => Entities("", field, ids, limits);

        public void Entities(string path, string field, ImmutableArray<string> ids, SessionLimits limits)
        {
            if (ids.Length > limits.MaxEntities) { Add(path + field, $"has {ids.Length} names; at most {limits.MaxEntities} are allowed"); return; }
            for (var i = 0; i < ids.Length; i++)
                if (Names.Problem(ids[i]) is { } problem) Add($"{path}{field}[{i}]", problem);
        }
    }
}
