using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Memento.Sessions;

/// <summary>
/// Writes a stored event by hand: the same bytes as the generated writer in half the time and without its garbage. Every append does this once.
/// </summary>
internal static class SessionEventWriter
{
    private const int Usual = 512;
    private const int MostKept = 64 * 1024;

    private static readonly JsonEncodedText Seq = JsonEncodedText.Encode("seq"), Type = JsonEncodedText.Encode("type"), Actor = JsonEncodedText.Encode("actor"),
        Timestamp = JsonEncodedText.Encode("timestamp"), OccurredAt = JsonEncodedText.Encode("occurredAt"), ChangeInfo = JsonEncodedText.Encode("changeInfo"),
        StateTransition = JsonEncodedText.Encode("stateTransition"), Impact = JsonEncodedText.Encode("impact"), Metadata = JsonEncodedText.Encode("metadata"),
        Handoff = JsonEncodedText.Encode("handoff"), Checkpoint = JsonEncodedText.Encode("checkpoint"), ElementType = JsonEncodedText.Encode("elementType"),
        EntityIds = JsonEncodedText.Encode("entityIds"), Operation = JsonEncodedText.Encode("operation"), AffectedLines = JsonEncodedText.Encode("affectedLines"),
        SemanticHash = JsonEncodedText.Encode("semanticHash"), From = JsonEncodedText.Encode("from"), To = JsonEncodedText.Encode("to"),
        VerifiedBy = JsonEncodedText.Encode("verifiedBy"), Confidence = JsonEncodedText.Encode("confidence"), Severity = JsonEncodedText.Encode("severity"),
        TestsFailed = JsonEncodedText.Encode("testsFailed"), PerfDelta = JsonEncodedText.Encode("perfDelta"), ExternalRef = JsonEncodedText.Encode("externalRef");

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? _kept;

    public static byte[] Write(SessionEvent e)
    {
        var (buffer, json) = _kept ?? Make();
        _kept = null;   // not kept if this throws: a writer is then in the middle of something
        Write(json, e);
        json.Flush();
        var bytes = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= MostKept)
        {
            buffer.ResetWrittenCount();
            json.Reset(buffer);
            _kept = (buffer, json);
        }

        return bytes;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) Make()
    {
        var buffer = new ArrayBufferWriter<byte>(Usual);
        return (buffer, new(buffer, new() { SkipValidation = true }));
    }

    private static void Write(Utf8JsonWriter json, SessionEvent e)
    {
        json.WriteStartObject();
        json.WriteNumber(Seq, e.Seq);
        json.WriteString(Type, NamedEnumConverter<EventType>.TextOf(e.Type));
        json.WriteString(Actor, e.Actor);
        json.WriteString(Timestamp, e.Timestamp.UtcDateTime);
        if (e.OccurredAt is { } occurred) json.WriteString(OccurredAt, occurred.UtcDateTime);
        json.WriteStartObject(ChangeInfo);
        json.WriteString(ElementType, NamedEnumConverter<ElementType>.TextOf(e.ChangeInfo.ElementType));
        WriteTexts(json, EntityIds, e.ChangeInfo.EntityIds);
        json.WriteString(Operation, NamedEnumConverter<Operation>.TextOf(e.ChangeInfo.Operation));
        if (e.ChangeInfo.AffectedLines is { } lines) json.WriteNumber(AffectedLines, lines);
        if (e.ChangeInfo.SemanticHash is { } hash) json.WriteString(SemanticHash, hash);
        json.WriteEndObject();
        if (e.StateTransition is { } transition) Write(json, transition);
        if (e.Impact is { } impact) Write(json, impact);
        if (e.Metadata is { } metadata)
        {
            json.WritePropertyName(Metadata);
            json.WriteRawValue(metadata.Text, skipInputValidation: true);
        }

        if (e.Handoff is { } handoff)
        {
            json.WritePropertyName(Handoff);
            JsonSerializer.Serialize(json, handoff, MementoJson.Default.HandoffNote);
        }

        if (e.Checkpoint is { } checkpoint)
        {
            json.WritePropertyName(Checkpoint);
            JsonSerializer.Serialize(json, checkpoint, MementoJson.Default.SessionCheckpoint);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, StateTransition transition)
    {
        json.WriteStartObject(StateTransition);
        json.WriteString(From, NamedEnumConverter<WorkState>.TextOf(transition.From));
        json.WriteString(To, NamedEnumConverter<WorkState>.TextOf(transition.To));
        json.WriteString(VerifiedBy, NamedEnumConverter<VerifiedBy>.TextOf(transition.VerifiedBy));
        json.WriteNumber(Confidence, transition.Confidence);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Impact impact)
    {
        json.WriteStartObject(Impact);
        json.WriteString(Severity, NamedEnumConverter<Severity>.TextOf(impact.Severity));
        if (impact.TestsFailed is { } tests) WriteTexts(json, TestsFailed, tests);
        if (impact.PerfDelta is { } perf) json.WriteNumber(PerfDelta, perf);
        if (impact.ExternalRef is { } reference) json.WriteString(ExternalRef, reference);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, JsonEncodedText name, ImmutableArray<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
