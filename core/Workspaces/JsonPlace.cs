using System.Globalization;

namespace Memento.Workspaces;

/// <summary>A place in a document that an operation of a JSON Patch names.</summary>
/// <param name="Member">The member of the operation that names it: <c>path</c> or <c>from</c>.</param>
internal sealed record JsonPlace(JsonPatchOperation Operation, string Member, JsonPointer Pointer)
{
    private const string AfterTheLast = "-";

    /// <summary>The value at the place, or null and why there is none.</summary>
    public JsonTree? TryGet(JsonTree document, out string why)
    {
        why = "";
        var value = document;
        for (var level = 0; level < Pointer.Tokens.Length; level++)
        {
            if (Locate(value, level, out why) is not { } index) return null;
            value = value.Items!.At(index);
        }

        return value;
    }

    public JsonTree Get(JsonTree document) => TryGet(document, out var why) ?? throw Impossible(why);

    /// <summary>The document with the value at the place: as a member, new or replaced, or as an element, before those from there on.</summary>
    public JsonTree Add(JsonTree document, JsonTree value) => Pointer.Tokens.IsEmpty ? value : Change(document, Pointer.Tokens.Length - 1, parent =>
    {
        var token = Pointer.Tokens[^1];
        if (parent.IsObject)
        {
            var name = CanonicalString.Encode(token);
            var (at, found) = parent.Items?.Find(name) ?? (0, false);
            return parent.With(at, found ? 1 : 0, JsonRope.Member(name, value));
        }

        var count = parent.Items?.Count ?? 0;
        var after = parent.IsArray && (token == AfterTheLast || token == count.ToString(CultureInfo.InvariantCulture));
        return parent.With(after ? count : Need(parent, Pointer.Tokens.Length - 1), 0, JsonRope.Element(value));
    });

    /// <summary>The document with the value instead of the one at the place.</summary>
    public JsonTree Replace(JsonTree document, JsonTree value) => Change(document, Pointer.Tokens.Length, _ => value);

    /// <summary>The document without the value at the place.</summary>
    public JsonTree Remove(JsonTree document) => Pointer.Tokens.IsEmpty
        ? throw Impossible("the whole document cannot be removed")
        : Change(document, Pointer.Tokens.Length - 1, parent => parent.With(Need(parent, Pointer.Tokens.Length - 1), 1, null));

    /// <summary>The document with the value changed that the pointer leads to after this many tokens.</summary>
    private JsonTree Change(JsonTree document, int depth, Func<JsonTree, JsonTree> change)
    {
        return Within(document, 0);

        JsonTree Within(JsonTree value, int level)
        {
            if (level == depth) return change(value);
            var index = Need(value, level);
            var changed = Within(value.Items!.At(index), level + 1);
            return value.With(index, 1, value.IsObject ? JsonRope.Member(CanonicalString.Encode(Pointer.Tokens[level]), changed) : JsonRope.Element(changed));
        }
    }

    private int Need(JsonTree parent, int level) => Locate(parent, level, out var why) ?? throw Impossible(why);

    /// <summary>Which item of a value the pointer leads to with its next token, or null and why there is none.</summary>
    private int? Locate(JsonTree parent, int level, out string why)
    {
        why = "";
        var token = Pointer.Tokens[level];
        if (parent.IsObject)
        {
            if (parent.Items?.Find(CanonicalString.Encode(token)) is (var at, true)) return at;
            why = $"the object at {Before(level)} has no member {Quoted.Text(token)}";
            return null;
        }

        if (!parent.IsArray)
        {
            why = $"the value at {Before(level)} is neither an object nor an array";
            return null;
        }

        var count = parent.Items?.Count ?? 0;
        var isIndex = token == "0" || token.Length > 0 && token[0] != '0' && token.All(char.IsAsciiDigit);
        if (isIndex && int.TryParse(token, CultureInfo.InvariantCulture, out var index) && index < count) return index;
        why = isIndex ? $"the array at {Before(level)} has {count} elements, and none with the index {Quoted.Text(token)}"
            : token == AfterTheLast ? $"- is the place after the last element of the array at {Before(level)}, where nothing is"
            : $"{Quoted.Text(token)} is no index of the array at {Before(level)}: those are 0 and numbers of digits that do not start with 0";
        return null;
    }

    private string Before(int level) => Pointer.First(level).Quoted;

    private MementoException Impossible(string why) => Operation.Impossible(Member, Pointer, why);
}
