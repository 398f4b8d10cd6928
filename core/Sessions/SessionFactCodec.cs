using System.Text.Json;

namespace Memento.Sessions;

/// <summary>The stored form of facts: a kind, a version, and JSON. Kinds and member names are a contract with every database that exists; the golden tests hold them.</summary>
public static class SessionFactCodec
{
    /// <summary>Version of the JSON that is written now, and the only one so far. Another is refused.</summary>
    public const short Version = 1;

    /// <summary>The kinds that are entries of the log, named like the event types.</summary>
    public static IReadOnlyList<string> EventKinds => NamedEnumConverter<EventType>.KnownNames;

    public static (string Kind, byte[] Payload) Encode(SessionFact fact) => fact switch
    {
        SessionFact.Recorded(var e) => (NamedEnumConverter<EventType>.NameOf(e.Type), SessionEventWriter.Write(e)),
        SessionFact.Created c => ("created", JsonSerializer.SerializeToUtf8Bytes(c, MementoJson.Default.Created)),
        SessionFact.Checkpointed(var c) => ("checkpointed", JsonSerializer.SerializeToUtf8Bytes(c, MementoJson.Default.SessionCheckpoint)),
        SessionFact.FailureCaptured f => ("failure_captured", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.FailureCaptured)),
        SessionFact.Expired e => ("expired", JsonSerializer.SerializeToUtf8Bytes(e, MementoJson.Default.Expired)),
        SessionFact.Deleted d => ("deleted", JsonSerializer.SerializeToUtf8Bytes(d, MementoJson.Default.Deleted)),
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
    };

    /// <summary>Throws <see cref="FormatException"/> for what is no entry of a session, or one of a kind or version that this program does not know.</summary>
    public static SessionFact Decode(string kind, short version, ReadOnlySpan<byte> payload)
    {
        if (NamedEnumConverter<EventType>.TryParse(kind, out _)) return new SessionFact.Recorded(DecodeEvent(version, payload));
        var what = $"A session's '{kind}' entry";
        Check(version, what);
        try
        {
            return kind switch
            {
                "created" => JsonSerializer.Deserialize(payload, MementoJson.Default.Created)!,
                "checkpointed" => new SessionFact.Checkpointed(JsonSerializer.Deserialize(payload, MementoJson.Default.SessionCheckpoint)!),
                "failure_captured" => JsonSerializer.Deserialize(payload, MementoJson.Default.FailureCaptured)!,
                "expired" => JsonSerializer.Deserialize(payload, MementoJson.Default.Expired)!,
                "deleted" => JsonSerializer.Deserialize(payload, MementoJson.Default.Deleted)!,
                _ => throw new FormatException($"'{kind}' is not a kind of session entry that this program knows."),
            };
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw Unreadable(what, e);
        }
    }

    /// <inheritdoc cref="Decode"/>
    public static SessionEvent DecodeEvent(short version, ReadOnlySpan<byte> payload)
    {
        Check(version, "A session's event");
        try
        {
            return SessionEventReader.Read(payload);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw Unreadable("A session's event", e);
        }
    }

    public static byte[] EncodeState(SessionState state) => JsonSerializer.SerializeToUtf8Bytes(state, MementoJson.Default.SessionState);

    /// <inheritdoc cref="Decode"/>
    public static SessionState DecodeState(short version, ReadOnlySpan<byte> payload)
    {
        Check(version, "A session's snapshot");
        try
        {
            return JsonSerializer.Deserialize(payload, MementoJson.Default.SessionState)!;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw Unreadable("A session's snapshot", e);
        }
    }

    private static bool IsUnreadable(Exception e) => e is JsonException or InvalidOperationException;

    private static FormatException Unreadable(string what, Exception e) => new($"{what} cannot be read: {e.Message}", e);

    private static void Check(short version, string what)
    {
        if (version != Version) throw new FormatException($"{what} has version {version}; this program knows {Version}.");
    }
}
