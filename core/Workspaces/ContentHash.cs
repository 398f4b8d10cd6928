using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Workspaces;

/// <summary>SHA-256 of a value's bytes: its name. Values with equal names are equal.</summary>
[GenerateSerializer, Immutable, Alias("memento.ContentHash"), JsonConverter(typeof(HexConverter<ContentHash>))]
public readonly record struct ContentHash([property: Id(0)] ulong A, [property: Id(1)] ulong B, [property: Id(2)] ulong C, [property: Id(3)] ulong D) : IHex<ContentHash>
{
    public const int Size = SHA256.HashSizeInBytes;

    public static ContentHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(content, hash);
        return FromBytes(hash);
    }

    /// <summary>Reads 32 bytes.</summary>
    public static ContentHash FromBytes(ReadOnlySpan<byte> hash) => new(
        BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]), BinaryPrimitives.ReadUInt64BigEndian(hash[16..]), BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));

    public void CopyTo(Span<byte> hash)
    {
        BinaryPrimitives.WriteUInt64BigEndian(hash, A);
        BinaryPrimitives.WriteUInt64BigEndian(hash[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(hash[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(hash[24..], D);
    }

    public byte[] ToBytes()
    {
        var hash = new byte[Size];
        CopyTo(hash);
        return hash;
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";

    /// <summary>Reads 64 hexadecimal digits. Throws <see cref="FormatException"/> for anything else.</summary>
    public static ContentHash Parse(string digits)
    {
        if (digits.Length != 2 * Size) throw new FormatException($"{Quoted.Text(digits)} is not a hash of 64 hexadecimal digits.");
        return new(Part(0), Part(16), Part(32), Part(48));

        ulong Part(int at) => ulong.Parse(digits.AsSpan(at, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}

/// <summary>What is written as hexadecimal digits.</summary>
public interface IHex<T>
{
    /// <summary>Throws <see cref="FormatException"/> for anything else.</summary>
    static abstract T Parse(string digits);
}

internal sealed class HexConverter<T> : JsonConverter<T> where T : struct, IHex<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return T.Parse(reader.TokenType is JsonTokenType.String ? reader.GetString()! : "");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
