using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>What a path leads to, as people would name it.</summary>
internal sealed class Subject
{
    private const int MaxParts = 4;

    private readonly string? name;
    private readonly string? id;

    private Subject(Subject? parent, string? name, int index, string? id) => (Parent, this.name, Index, this.id) = (parent, name, index, id);

    public static Subject Document { get; } = new(null, null, -1, null);

    public Subject? Parent { get; }

    /// <summary>Place in its array, from 0; -1 if it is not an element.</summary>
    public int Index { get; }

    public bool IsElement => Index >= 0;

    public bool IsDocument => Parent is null;

    /// <summary>The path with a star for each index.</summary>
    public string Pattern
    {
        get
        {
            if (IsDocument) return "";
            var text = new StringBuilder(Parent!.Pattern);
            JsonPath.Append(text, IsElement ? "*" : name!);
            return text.ToString();
        }
    }

    public bool IsWithinArray => IsElement || Parent is { IsWithinArray: true };

    public Subject Member(string member) => new(this, member, -1, null);

    public Subject Element(int index, JsonElement value, ImmutableArray<string> ids)
    {
        if (value.ValueKind is JsonValueKind.Object)
            foreach (var key in ids)
                if (value.TryGetProperty(key, out var found) && found.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                    return new(this, null, index, $"{key}={Label(found.ToString())}");
        return new(this, null, index, null);
    }

    /// <summary>The name of a member, or what an element is called by: its id, else its value if that is simple and known, else its place.</summary>
    public string Own(string? simpleValue = null) =>
        IsDocument ? "the document"
        : !IsElement ? Label(name!)
        : id is not null ? $"{Singular} {id}"
        : simpleValue is not null ? $"{Singular} {simpleValue}"
        : $"{Ordinal(Index)} {Singular}";

    /// <summary>What tells this one from others of its group.</summary>
    public string Short(string? simpleValue) => IsElement ? id ?? simpleValue ?? Ordinal(Index) : Label(name!);

    /// <summary>The subject and what it is part of, from the inside out, e.g. <c>price of item id=7</c>.</summary>
    public string Phrase(string? simpleValue = null) => Join(Own(simpleValue), Outer, subject => subject.Own());

    /// <summary>The same for many subjects at once: the innermost elements are counted.</summary>
    public string Phrase(int count)
    {
        var counted = false;
        return Join(Plural(this), Outer, Plural);

        string Plural(Subject subject)
        {
            if (!subject.IsElement) return subject.Own();
            if (counted) return subject.ListName;
            counted = true;
            return $"{count} {subject.ListName}";
        }
    }

    /// <summary>What this is part of. The array of an element goes without saying.</summary>
    public Subject Outer => IsElement && Parent is { IsDocument: false, IsElement: false } ? Parent.Parent! : Parent ?? this;

    /// <summary>1st, 2nd, 3rd, 4th … of an index from 0.</summary>
    public static string Ordinal(int index)
    {
        var place = index + 1L;
        var ending = (place % 100) is >= 11 and <= 13 ? "th" : (place % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" };
        return place.ToString(CultureInfo.InvariantCulture) + ending;
    }

    private string ListName => Parent is { IsElement: false, IsDocument: false } array ? Label(array.name!) : "items";

    private string Singular => ListName switch
    {
        [.. var stem, 'i', 'e', 's'] when stem.Length > 1 => stem + "y",
        [.., 's', 's', 'e', 's'] or [.., 'x', 'e', 's'] => ListName[..^2],
        [.. var stem, 's'] when stem is [_, .., not ('s' or 'u' or 'i')] => stem,
        var list => $"{list} item",
    };

    private static string Join(string own, Subject outer, Func<Subject, string> word)
    {
        var text = new StringBuilder(own);
        var parts = 1;
        for (; !outer.IsDocument; outer = outer.Outer)
        {
            if (++parts > MaxParts) return text.Append(" of …").ToString();
            text.Append(" of ").Append(word(outer));
        }

        return text.ToString();
    }

    /// <summary>A name as it is if it reads as a word, else in quotation marks.</summary>
    private static string Label(string text) =>
        text.Length is > 0 and <= 64 && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '$') ? text : Quoted.Text(text);
}
