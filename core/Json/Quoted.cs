using System.Text.Json;

namespace Memento;

/// <summary>What somebody sent, as messages quote it.</summary>
public static class Quoted
{
    private const int MaxLength = 64;

    /// <summary>A text in quotation marks, cut where it gets long.</summary>
    public static string Text(string text) =>
        text.Length <= MaxLength ? $"\"{text}\"" : $"\"{text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)]}…\"";

    /// <summary>The token that a reader stands at.</summary>
    internal static string Token(ref Utf8JsonReader reader) => reader.TokenType is JsonTokenType.String ? Text(reader.GetString()!) : $"a JSON {reader.TokenType}";
}
