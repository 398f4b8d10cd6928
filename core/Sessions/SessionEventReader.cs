using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Memento.Sessions;

/// <summary>
/// Reads a stored event by hand. Activations, replays and lists of events spend most of their time on this, and the generated reader, which collects the members of
/// such records in an array of objects before it makes them, takes three times as long. It accepts what that one accepts: members in any order, unknown ones passed over.
/// Throws for what is not an event; which exception depends on what it is.
/// </summary>
internal static class SessionEventReader
{
    public static SessionEvent Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var (seq, type, actor, timestamp, change) = (default(long?), default(EventType?), default(string), default(DateTimeOffset?), default(ChangeInfo));
        var (occurred, transition, impact, metadata, handoff, checkpoint) =
            (default(DateTimeOffset?), default(StateTransition), default(Impact), default(JsonText), default(HandoffNote), default(SessionCheckpoint));
        for (Open(ref reader); Next(ref reader);)
        {
            if (Is(ref reader, "seq"u8)) seq = reader.GetInt64();
            else if (Is(ref reader, "type"u8)) type = NamedEnumConverter<EventType>.Read(ref reader);
            else if (Is(ref reader, "actor"u8)) actor = Text(ref reader);
            else if (Is(ref reader, "timestamp"u8)) timestamp = reader.GetDateTimeOffset().ToUniversalTime();
            else if (Is(ref reader, "changeInfo"u8)) change = Change(ref reader);
            else if (Is(ref reader, "occurredAt"u8)) occurred = IsNull(ref reader) ? null : reader.GetDateTimeOffset().ToUniversalTime();
            else if (Is(ref reader, "stateTransition"u8)) transition = IsNull(ref reader) ? null : Transition(ref reader);
            else if (Is(ref reader, "impact"u8)) impact = IsNull(ref reader) ? null : Impact(ref reader);
            else if (Is(ref reader, "metadata"u8)) metadata = Other(ref reader, MementoJson.Default.JsonText);
            else if (Is(ref reader, "handoff"u8)) handoff = Other(ref reader, MementoJson.Default.HandoffNote);
            else if (Is(ref reader, "checkpoint"u8)) checkpoint = Other(ref reader, MementoJson.Default.SessionCheckpoint);
            else reader.Skip();
        }

        reader.Read();   // throws if anything follows
        return new()
        {
            Seq = seq ?? throw Missing("seq"),
            Type = type ?? throw Missing("type"),
            Actor = actor ?? throw Missing("actor"),
            Timestamp = timestamp ?? throw Missing("timestamp"),
            ChangeInfo = change ?? throw Missing("changeInfo"),
            OccurredAt = occurred,
            StateTransition = transition,
            Impact = impact,
            Metadata = metadata,
            Handoff = handoff,
            Checkpoint = checkpoint,
        };
    }

    private static ChangeInfo Change(ref Utf8JsonReader reader)
    {
        var (element, entities, operation, lines, hash) = (default(ElementType?), default(ImmutableArray<string>), default(Operation?), default(long?), default(string));
        for (Open(ref reader); Next(ref reader);)
        {
            if (Is(ref reader, "elementType"u8)) element = NamedEnumConverter<ElementType>.Read(ref reader);
            else if (Is(ref reader, "entityIds"u8)) entities = Texts(ref reader);
            else if (Is(ref reader, "operation"u8)) operation = NamedEnumConverter<Operation>.Read(ref reader);
            else if (Is(ref reader, "affectedLines"u8)) lines = IsNull(ref reader) ? null : reader.GetInt64();
            else if (Is(ref reader, "semanticHash"u8)) hash = Text(ref reader);
            else reader.Skip();
        }

        return new()
        {
            ElementType = element ?? throw Missing("elementType"),
            EntityIds = entities.IsDefault ? throw Missing("entityIds") : entities,
            Operation = operation ?? throw Missing("operation"),
            AffectedLines = lines,
            SemanticHash = hash,
        };
    }

    private static StateTransition Transition(ref Utf8JsonReader reader)
    {
        var (from, to, by, confidence) = (default(WorkState?), default(WorkState?), default(VerifiedBy?), default(double?));
        for (Open(ref reader); Next(ref reader);)
        {
            if (Is(ref reader, "from"u8)) from = NamedEnumConverter<WorkState>.Read(ref reader);
            else if (Is(ref reader, "to"u8)) to = NamedEnumConverter<WorkState>.Read(ref reader);
            else if (Is(ref reader, "verifiedBy"u8)) by = NamedEnumConverter<VerifiedBy>.Read(ref reader);
            else if (Is(ref reader, "confidence"u8)) confidence = reader.GetDouble();
            else reader.Skip();
        }

        return new() { From = from ?? throw Missing("from"), To = to ?? throw Missing("to"), VerifiedBy = by ?? throw Missing("verifiedBy"), Confidence = confidence ?? throw Missing("confidence") };
    }

    private static Impact Impact(ref Utf8JsonReader reader)
    {
        var (severity, tests, perf, reference) = (default(Severity?), default(ImmutableArray<string>?), default(double?), default(string));
        for (Open(ref reader); Next(ref reader);)
        {
            if (Is(ref reader, "severity"u8)) severity = NamedEnumConverter<Severity>.Read(ref reader);
            else if (Is(ref reader, "testsFailed"u8)) tests = IsNull(ref reader) ? null : Texts(ref reader);
            else if (Is(ref reader, "perfDelta"u8)) perf = IsNull(ref reader) ? null : reader.GetDouble();
            else if (Is(ref reader, "externalRef"u8)) reference = Text(ref reader);
            else reader.Skip();
        }

        return new() { Severity = severity ?? throw Missing("severity"), TestsFailed = tests, PerfDelta = perf, ExternalRef = reference };
    }

    private static ImmutableArray<string> Texts(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartArray) throw Unexpected(ref reader);
        var items = ImmutableArray.CreateBuilder<string>(2);
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray) items.Add(Text(ref reader) ?? throw Unexpected(ref reader));
        return items.DrainToImmutable();
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw Unexpected(ref reader);

    /// <summary>What is rare, or looked at by nobody, is left to the generated reader.</summary>
    private static T? Other<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> type) where T : class => IsNull(ref reader) ? null : JsonSerializer.Deserialize(ref reader, type);

    private static void Open(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartObject) throw Unexpected(ref reader);
    }

    /// <summary>Goes to the next member's name; false at the object's end.</summary>
    private static bool Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType is JsonTokenType.PropertyName;

    /// <summary>Whether the member has this name; then the reader stands at its value.</summary>
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

    private static bool IsNull(ref Utf8JsonReader reader) => reader.TokenType is JsonTokenType.Null;

    private static JsonException Missing(string member) => new($"A stored event lacks \"{member}\".");

    private static JsonException Unexpected(ref Utf8JsonReader reader) => new($"A stored event has an unexpected {reader.TokenType} at byte {reader.TokenStartIndex}.");
}
