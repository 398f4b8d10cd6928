using System.Collections.Immutable;

namespace Memento;

/// <summary>A place in a JSON value, by RFC 6901: <c>/a/0/b~1c</c> is the member <c>b/c</c> of the first element of the member <c>a</c>. The empty pointer is the whole value.</summary>
public sealed class JsonPointer : IEquatable<JsonPointer>
{
    /// <summary>The pointer to the whole value.</summary>
    public static readonly JsonPointer Root = new("", []);

    private readonly string text;

    private JsonPointer(string text, ImmutableArray<string> tokens) => (this.text, Tokens) = (text, tokens);

    /// <summary>Names of members and numbers of elements, from the outside in, without escapes.</summary>
    public ImmutableArray<string> Tokens { get; }

    /// <summary>The pointer as messages name it: in quotation marks, and not at any length.</summary>
    public string Quoted => Memento.Quoted.Text(text);

    /// <summary>Reads the text of a pointer. Throws <c>VALIDATION_FAILED</c> for the field if it is none.</summary>
    public static JsonPointer Parse(string text, string field = "pointer") =>
        Problem(text) is { } problem ? throw new MementoException(Refusal.Invalid(field, problem))
        : text.Length == 0 ? Root
        : new(text, [.. text[1..].Split('/').Select(Unescape)]);

    /// <summary>What is wrong with the text of a pointer, or null.</summary>
    public static string? Problem(string text)
    {
        if (text.Length > 0 && text[0] != '/') return $"{Memento.Quoted.Text(text)} is no JSON Pointer: it must be empty or start with /";
        for (var at = text.IndexOf('~'); at >= 0; at = text.IndexOf('~', at + 1))
            if (at + 1 == text.Length || text[at + 1] is not ('0' or '1')) return $"{Memento.Quoted.Text(text)} is no JSON Pointer: the ~ at position {at} must be followed by 0 or 1";
        return null;
    }

    /// <summary>The pointer of these tokens.</summary>
    public static JsonPointer Of(params IEnumerable<string> tokens) => tokens.Aggregate(Root, (pointer, token) => pointer.Append(token));

    /// <summary>A token as pointers write it: <c>~</c> as <c>~0</c> and <c>/</c> as <c>~1</c>.</summary>
    public static string Escape(string token) => token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The token that was written so. In this order, as <c>~01</c> is <c>~1</c>.</summary>
    public static string Unescape(string escaped) => escaped.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    /// <summary>The place of a member or element within this place.</summary>
    public JsonPointer Append(string token) => new($"{text}/{Escape(token)}", Tokens.Add(token));

    /// <summary>The place of the first tokens of this one.</summary>
    public JsonPointer First(int count) => Of(Tokens.Take(count));

    /// <summary>Whether the other place lies within this one, and is not this one.</summary>
    public bool Contains(JsonPointer other) => other.text.Length > text.Length && other.text[text.Length] == '/' && other.text.StartsWith(text, StringComparison.Ordinal);

    public bool Equals(JsonPointer? other) => other is not null && text == other.text;

    public override bool Equals(object? obj) => Equals(obj as JsonPointer);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => text;
}
