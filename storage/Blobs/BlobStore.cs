using System.Security.Cryptography;

namespace Memento.Storage;

/// <summary>Values named by the SHA-256 of their content. They are written with the append that needs them (<see cref="Append.Blobs"/>) and never change.</summary>
public interface IBlobStore
{
    /// <summary>Reads a value and checks it against its name. Null if there is none; <c>STORED_DATA_CORRUPTED</c> if it is not what was stored.</summary>
    Task<byte[]?> FindAsync(byte[] hash, CancellationToken cancellationToken = default);
}

internal sealed class BlobStore(IDatabase database) : IBlobStore
{
    public Task<byte[]?> FindAsync(byte[] hash, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT encoding, length, content FROM blob WHERE hash = @hash", ("hash", hash));
        using var reader = await command.ExecuteReaderAsync(token);
        if (!await reader.ReadAsync(token)) return null;
        var content = BlobEncoding.Decode(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
        return SHA256.HashData(content).AsSpan().SequenceEqual(hash) ? content : throw StoreErrors.Corrupted($"Blob {Convert.ToHexStringLower(hash)}");
    }, cancellationToken);
}
