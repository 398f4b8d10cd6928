using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Memento.Storage;

namespace Memento.Journaling;

/// <summary>A request with an idempotency key: what it belongs to, and a hash that tells whether a second one under the same key is the same.</summary>
[GenerateSerializer, Immutable, Alias("memento.KeyedRequest")]
internal sealed record KeyedRequest
{
    [Id(0)] public required string Scope { get; init; }
    [Id(1)] public required string Key { get; init; }
    [Id(2)] public required byte[] Hash { get; init; }

    /// <summary>Null without a key. Throws <c>VALIDATION_FAILED</c> for a bad one.</summary>
    public static KeyedRequest? For<T>(string scope, string? key, string operation, T request, JsonTypeInfo<T> json)
    {
        if (key is null) return null;
        Names.Check("Idempotency-Key", key);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(operation));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(request, json));
        return new() { Scope = scope, Key = key, Hash = hash.GetHashAndReset() };
    }

    /// <summary>Returns the answer that the same request got before; the default if the request is new.</summary>
    /// <exception cref="MementoException"><c>IDEMPOTENCY_KEY_REUSED</c>: the key was used for another request.</exception>
    public async Task<T?> FindAnswerAsync<T>(IJournal journal, JsonTypeInfo<T> json) =>
        await FindAsync(journal) is { } record ? AnswerOf(record, json) : default;

    /// <summary>Returns what is recorded for the same request; null if the request is new.</summary>
    /// <exception cref="MementoException"><c>IDEMPOTENCY_KEY_REUSED</c>: the key was used for another request.</exception>
    public async Task<IdempotencyRecord?> FindAsync(IJournal journal)
    {
        if (await journal.FindKeyAsync(Scope, Key) is not { } record) return null;
        return record.RequestHash.AsSpan().SequenceEqual(Hash)
            ? record
            : throw new MementoException(Refusal.Of(
                RefusalKind.Conflict, Codes.IdempotencyKeyReused, $"The idempotency key \"{Key}\" was used for another request."));
    }

    public static T AnswerOf<T>(IdempotencyRecord record, JsonTypeInfo<T> json) => JsonSerializer.Deserialize(record.Response, json)!;

    public IdempotencyRecord Answer<T>(T answer, JsonTypeInfo<T> json) => new(Scope, Key, Hash, JsonSerializer.SerializeToUtf8Bytes(answer, json));
}
