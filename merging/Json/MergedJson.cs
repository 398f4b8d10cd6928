using System.Buffers;

namespace Merging.Json;

/// <summary>A merged value with gaps where conflicts are, so that it can be written with one choice or another.</summary>
internal abstract record MergedJson
{
    /// <summary>A value that is certain.</summary>
    public sealed record Taken(JsonPart Value) : MergedJson;

    /// <summary>A gap.</summary>
    public sealed record Open(MergeConflict Conflict) : MergedJson;

    /// <summary>Members in the order of their names.</summary>
    public sealed record Object(List<(ReadOnlyMemory<byte> Name, MergedJson Value)> Members) : MergedJson;

    public sealed record Array(List<MergedJson> Elements) : MergedJson;

    /// <summary>Writes the value. Each conflict becomes what <paramref name="choose"/> answers, or nothing where it answers null. False if nothing was written.</summary>
    /// <param name="prefix">What to write before the value, if there is one.</param>
    public bool Write(ArrayBufferWriter<byte> json, Func<MergeConflict, ReadOnlyMemory<byte>?> choose, ReadOnlySpan<byte> prefix)
    {
        switch (this)
        {
            case Taken taken:
                json.Write(prefix);
                json.Write(taken.Value.Bytes.Span);
                return true;
            case Open { Conflict: var conflict }:
                if (choose(conflict) is not { } chosen) return false;
                if (conflict.IsElements) chosen = chosen[1..^1];   // without its brackets
                if (chosen.IsEmpty) return false;
                json.Write(prefix);
                json.Write(chosen.Span);
                return true;
            case Object { Members: var members }:
                json.Write(prefix);
                json.Write("{"u8);
                var separator = ""u8;
                foreach (var (name, value) in members)
                    if (value.Write(json, choose, [.. separator, .. name.Span, (byte)':'])) separator = ","u8;
                json.Write("}"u8);
                return true;
            case Array { Elements: var elements }:
                json.Write(prefix);
                json.Write("["u8);
                var comma = ""u8;
                foreach (var element in elements)
                    if (element.Write(json, choose, comma)) comma = ","u8;
                json.Write("]"u8);
                return true;
            default:
                throw new InvalidOperationException($"There is no way to write {GetType().Name}.");
        }
    }
}
