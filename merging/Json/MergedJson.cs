using System.Buffers;

namespace Merging.Json;

/// <summary>A merged value with gaps where conflicts are, so that one merge can be written with different choices.</summary>
internal abstract record MergedJson
{
    /// <summary>A value without conflicts.</summary>
    public sealed record Taken(JsonPart Value) : MergedJson;

    /// <summary>Elements of an array in a row, without conflicts.</summary>
    public sealed record Run(List<JsonPart> Elements) : MergedJson;

    /// <summary>A gap for the value of a conflict.</summary>
    public sealed record Open(MergeConflict Conflict) : MergedJson;

    /// <summary>Members of an object, in any order.</summary>
    public sealed record Object(List<(ReadOnlyMemory<byte> Name, MergedJson Value)> Members) : MergedJson;

    /// <summary>Elements of an array.</summary>
    public sealed record Array(List<MergedJson> Elements) : MergedJson;

    /// <summary>Elements in a row whose order is in conflict. Their contents are merged, each by itself.</summary>
    /// <param name="Orders">The elements that base, ours and theirs have, as indexes of <paramref name="Elements"/>.</param>
    public sealed record Order(MergeConflict Conflict, List<MergedJson> Elements, int[][] Orders) : MergedJson
    {
        /// <summary>Returns the index in <see cref="Orders"/> of the chosen order.</summary>
        public int Chosen(Func<MergeConflict, ReadOnlyMemory<byte>?> choose)
        {
            var chosen = choose(Conflict);
            foreach (var side in new[] { MergeSide.Ours, MergeSide.Theirs, MergeSide.Base })
                if (chosen is { } bytes && Conflict[side] is { } known && bytes.Span.SequenceEqual(known.Span)) return (int)side;
            throw new ArgumentException(
                $"The order of elements at \"{Conflict.Path}\" was settled by another value than the conflict's three. Choose one of them.",
                nameof(choose));
        }
    }

    /// <summary>
    /// Writes the value. Each conflict becomes the result of <paramref name="choose"/>, or nothing where the result is null.
    /// </summary>
    /// <param name="prefix">Bytes to write before the value, if there is one.</param>
    /// <returns>Whether a value was written.</returns>
    public bool Write(ArrayBufferWriter<byte> json, Func<MergeConflict, ReadOnlyMemory<byte>?> choose, ReadOnlySpan<byte> prefix)
    {
        switch (this)
        {
            case Taken taken: return Write(json, taken.Value.Bytes.Span, prefix);
            case Run run: return WriteAll(json, run.Elements.Select(element => new Taken(element)), choose, prefix);
            case Open open: return WriteOpen(json, open.Conflict, choose, prefix);
            case Order order: return WriteAll(json, order.Orders[order.Chosen(choose)].Select(i => order.Elements[i]), choose, prefix);
            case Object: return WriteObject(json, choose, prefix);
            case Array array:
                json.Write(prefix);
                WriteAll(json, array.Elements, choose, "["u8, always: true);
                json.Write("]"u8);
                return true;
            default: throw new InvalidOperationException($"{GetType().Name} cannot be written.");
        }
    }

    private static bool Write(ArrayBufferWriter<byte> json, ReadOnlySpan<byte> value, ReadOnlySpan<byte> prefix)
    {
        json.Write(prefix);
        json.Write(value);
        return true;
    }

    private static bool WriteOpen(
        ArrayBufferWriter<byte> json, MergeConflict conflict, Func<MergeConflict, ReadOnlyMemory<byte>?> choose, ReadOnlySpan<byte> prefix)
    {
        if (choose(conflict) is not { } chosen) return false;
        if (conflict.Scope is ConflictScope.Elements) chosen = chosen[1..^1];   // without the brackets
        return !chosen.IsEmpty && Write(json, chosen.Span, prefix);
    }

    private static bool WriteAll(
        ArrayBufferWriter<byte> json, IEnumerable<MergedJson> elements, Func<MergeConflict, ReadOnlyMemory<byte>?> choose,
        ReadOnlySpan<byte> prefix, bool always = false)
    {
        if (always) json.Write(prefix);
        var separator = always ? [] : prefix;
        var any = false;
        foreach (var element in elements)
        {
            if (!element.Write(json, choose, separator)) continue;
            separator = ","u8;
            any = true;
        }

        return any;
    }

    /// <summary>Writes the members in the order of their names, because a conflict over members may bring new names.</summary>
    private bool WriteObject(ArrayBufferWriter<byte> json, Func<MergeConflict, ReadOnlyMemory<byte>?> choose, ReadOnlySpan<byte> prefix)
    {
        var written = new SortedDictionary<string, (ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)>(StringComparer.Ordinal);
        foreach (var (name, value) in ((Object)this).Members)
        {
            if (value is Open { Conflict: { Scope: ConflictScope.Members } conflict })
            {
                foreach (var member in choose(conflict) is { } some ? new JsonPart(some).MemberList() : [])
                    written[member.Text] = (member.Name, member.Value.Bytes);
                continue;
            }

            var bytes = value is Taken taken ? taken.Value.Bytes : Written(value);
            if (!bytes.IsEmpty) written[new JsonPart(name).Text()] = (name, bytes);
        }

        json.Write(prefix);
        var separator = "{"u8;
        foreach (var (name, value) in written.Values)
        {
            Write(json, name.Span, separator);
            Write(json, value.Span, ":"u8);
            separator = ","u8;
        }

        json.Write(written.Count == 0 ? "{}"u8 : "}"u8);
        return true;

        ReadOnlyMemory<byte> Written(MergedJson value)
        {
            var bytes = new ArrayBufferWriter<byte>();
            value.Write(bytes, choose, []);
            return bytes.WrittenMemory;
        }
    }
}
