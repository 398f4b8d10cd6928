using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Memento;

/// <summary>What a journal records.</summary>
public interface IFact
{
    /// <summary>When it was recorded, by the server's clock.</summary>
    DateTimeOffset At { get; }
}

/// <summary>
/// The stored form of facts and of the state that follows from them: a kind, a version, and JSON.
/// Kinds and member names are a contract with every database that exists; the golden tests hold them.
/// </summary>
/// <param name="owner">Whose they are, for messages: <c>queue</c>.</param>
/// <param name="state">The JSON of the state.</param>
public sealed class FactCodec<TState, TFact>(string owner, JsonTypeInfo<TState> state) where TFact : class, IFact
{
    private readonly Dictionary<Type, (string Kind, Func<TFact, byte[]> Write)> _writers = [];
    private readonly Dictionary<string, Reader> _readers = new(StringComparer.Ordinal);

    private delegate TFact Reader(short version, ReadOnlySpan<byte> payload);

    /// <summary>Version of the JSON that is written now, and the only one so far. Another is refused.</summary>
    public const short Version = 1;

    /// <summary>Stores facts of one type under a kind.</summary>
    public FactCodec<TState, TFact> With<T>(string kind, JsonTypeInfo<T> type) where T : class, TFact
    {
        _writers.Add(typeof(T), (kind, fact => JsonSerializer.SerializeToUtf8Bytes((T)fact, type)));
        _readers.Add(kind, (version, payload) => Read(kind, version, payload, type));
        return this;
    }

    public (string Kind, byte[] Payload) Encode(TFact fact)
    {
        var (kind, write) = _writers[fact.GetType()];
        return (kind, write(fact));
    }

    /// <summary>Throws <see cref="FormatException"/> for what cannot be read, and for a kind or version that this program does not know.</summary>
    public TFact Decode(string kind, short version, ReadOnlySpan<byte> payload) =>
        _readers.TryGetValue(kind, out var read) ? read(version, payload) : throw new FormatException($"'{kind}' is not a kind of {owner} entry that this program knows.");

    public byte[] EncodeState(TState value) => JsonSerializer.SerializeToUtf8Bytes(value, state);

    /// <inheritdoc cref="Decode"/>
    public TState DecodeState(short version, ReadOnlySpan<byte> payload) => Read("snapshot", version, payload, state);

    private T Read<T>(string kind, short version, ReadOnlySpan<byte> payload, JsonTypeInfo<T> type)
    {
        if (version != Version) throw new FormatException($"The {owner} entry '{kind}' has version {version}; this program knows {Version}.");
        try
        {
            return JsonSerializer.Deserialize(payload, type) ?? throw new FormatException($"The {owner} entry '{kind}' is empty.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The {owner} entry '{kind}' cannot be read: {e.Message}", e);
        }
    }
}
