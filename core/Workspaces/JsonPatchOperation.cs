using System.Text;

namespace Memento.Workspaces;

/// <summary>What an operation of a JSON Patch does.</summary>
internal enum JsonPatchVerb { Add, Remove, Replace, Move, Copy, Test }

/// <summary>One operation of a JSON Patch, read and found to be well formed, and the words in which it refuses.</summary>
/// <param name="Field">Path of the operation as the caller wrote it, e.g. <c>patch[2]</c>.</param>
/// <param name="From">Where <c>move</c> and <c>copy</c> take their value from; the root for the others.</param>
/// <param name="Value">Canonical text of the value of <c>add</c>, <c>replace</c> and <c>test</c>; empty for the others.</param>
internal sealed record JsonPatchOperation(string Field, JsonPatchVerb Verb, JsonPointer Path, JsonPointer From, ReadOnlyMemory<byte> Value)
{
    /// <summary>Reads the operations of a canonical patch, and refuses what is not one. Members that mean nothing are passed over, as RFC 6902 asks.</summary>
    public static List<JsonPatchOperation> ReadAll(ReadOnlyMemory<byte> patch, string field, int maxOperations)
    {
        if (patch.Span[0] != '[') throw Invalid(field, "must be a JSON array of operations");
        var operations = new List<JsonPatchOperation>();
        var rest = patch[1..^1];
        while (CanonicalScan.NextElement(ref rest, out var operation))
        {
            if (operations.Count == maxOperations) throw Invalid(field, $"has more than {maxOperations} operations");
            operations.Add(Read(operation, $"{field}[{operations.Count}]"));
        }

        return operations;
    }

    /// <summary>This operation cannot be done in the document.</summary>
    public MementoException Impossible(string member, JsonPointer pointer, string why) => Invalid($"{Field}.{member}", $"{Name} at {pointer.Quoted} is not possible: {why}");

    /// <summary>The whole patch is refused, as it comes to this operation.</summary>
    public MementoException Unfulfilled(string why)
    {
        var problem = $"the test at {Path.Quoted} failed: {why}";
        return new(Refusal.Of(RefusalKind.Conflict, Codes.PatchTestFailed, $"{Field}: {problem}") with { Errors = [new FieldError(Field, problem)] });
    }

    private string Name => Verb.ToString().ToLowerInvariant();

    private static JsonPatchOperation Read(ReadOnlyMemory<byte> operation, string field)
    {
        if (operation.Span[0] != '{') throw Invalid(field, "must be a JSON object");
        ReadOnlyMemory<byte> op = default, path = default, from = default, value = default;
        var rest = operation[1..^1];
        while (CanonicalScan.NextMember(ref rest, out var name, out var content))
        {
            if (name.Span.SequenceEqual("op"u8)) op = content;
            else if (name.Span.SequenceEqual("path"u8)) path = content;
            else if (name.Span.SequenceEqual("from"u8)) from = content;
            else if (name.Span.SequenceEqual("value"u8)) value = content;
        }

        var verb = VerbOf(Text(op, $"{field}.op"), $"{field}.op");
        var takes = verb is JsonPatchVerb.Move or JsonPatchVerb.Copy;
        var gives = verb is JsonPatchVerb.Add or JsonPatchVerb.Replace or JsonPatchVerb.Test;
        if (gives && value.IsEmpty) throw Invalid($"{field}.value", "is missing");
        return new(field, verb, Pointer(path, $"{field}.path"), takes ? Pointer(from, $"{field}.from") : JsonPointer.Root, gives ? value : default);
    }

    private static JsonPatchVerb VerbOf(string name, string field) => name switch
    {
        "add" => JsonPatchVerb.Add,
        "remove" => JsonPatchVerb.Remove,
        "replace" => JsonPatchVerb.Replace,
        "move" => JsonPatchVerb.Move,
        "copy" => JsonPatchVerb.Copy,
        "test" => JsonPatchVerb.Test,
        _ => throw Invalid(field, $"{Quoted.Text(name)} is not one of: add, remove, replace, move, copy, test"),
    };

    private static JsonPointer Pointer(ReadOnlyMemory<byte> content, string field)
    {
        var pointer = JsonPointer.Parse(Text(content, field), field);
        if (pointer.Tokens.Length > CanonicalJson.MaxDepth) throw Invalid(field, $"leads {pointer.Tokens.Length} levels deep; at most {CanonicalJson.MaxDepth} are allowed");
        return pointer;
    }

    private static string Text(ReadOnlyMemory<byte> content, string field)
    {
        if (content.IsEmpty) throw Invalid(field, "is missing");
        if (content.Span[0] != '"') throw Invalid(field, $"must be a string, and is {Encoding.UTF8.GetString(content.Span[..Math.Min(content.Length, 1)]) switch { "{" => "an object", "[" => "an array", "n" => "null", "t" or "f" => "true or false", _ => "a number" }}");
        return CanonicalString.Decode(content.Span[1..^1]);
    }

    private static MementoException Invalid(string field, string problem) => new(Refusal.Invalid(field, problem));
}
