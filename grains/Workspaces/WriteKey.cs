using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Memento.Journaling;

namespace Memento.Workspaces;

/// <summary>The idempotency key of a batch. Values count by their hash, so that a large batch is not written out as JSON to be compared.</summary>
internal static class WriteKey
{
    public static KeyedRequest For(string scope, string key, WriteDocuments request)
    {
        Names.Check("Idempotency-Key", key);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(request, MementoJson.Default.WriteDocuments));
        foreach (var operation in request.Operations.IsDefault ? [] : request.Operations)
        {
            Append(operation.Value is null ? [] : Encoding.UTF8.GetBytes($"{operation.Value.Hash} {operation.Value.ContentType}"));
            Append(operation.Patch ?? []);
        }

        return new() { Scope = scope, Key = key, Hash = hash.GetHashAndReset() };

        void Append(byte[] part)
        {
            var length = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            hash.AppendData(length);
            hash.AppendData(part);
        }
    }
}
