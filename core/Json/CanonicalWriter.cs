using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Memento;

/// <summary>
/// Turns JSON text into its canonical form in one pass: tokens are written as they are read, and the members of an object are put in order when it ends.
/// Text that is in order already is only copied.
/// </summary>
internal ref struct CanonicalWriter
{
    private const int Few = 16;

    private readonly string field;
    private readonly int maxDepth;
    private byte[] output;
    private int length;
    private Level[] levels;
    private int depth;
    private Member[] members;
    private int memberCount;

    public CanonicalWriter(string field, int maxDepth, int expectedLength)
    {
        (this.field, this.maxDepth) = (field, maxDepth);
        output = ArrayPool<byte>.Shared.Rent(Math.Max(expectedLength, 64));
        levels = ArrayPool<Level>.Shared.Rent(16);
        members = ArrayPool<Member>.Shared.Rent(64);
    }

    /// <summary>An object or array that has begun and not ended.</summary>
    private struct Level
    {
        public bool IsObject;
        /// <summary>Where its inside starts in the output.</summary>
        public int Start;
        /// <summary>Where its members start in the list of members.</summary>
        public int FirstMember;
        /// <summary>How many elements or members have begun.</summary>
        public int Count;
        public bool OutOfOrder;
    }

    /// <summary>A member in the output: <c>"name":value</c> from the quotation mark on.</summary>
    private struct Member
    {
        public int Start;
        public int NameLength;
        public int Length;

        public readonly ReadOnlySpan<byte> Name(byte[] output) => output.AsSpan(Start + 1, NameLength);
    }

    private readonly struct ByName(byte[] output) : IComparer<Member>
    {
        public int Compare(Member x, Member y) => CanonicalString.Compare(x.Name(output), y.Name(output));
    }

    public readonly ReadOnlySpan<byte> Written => output.AsSpan(0, length);

    public readonly void Dispose()
    {
        ArrayPool<byte>.Shared.Return(output);
        ArrayPool<Level>.Shared.Return(levels);
        ArrayPool<Member>.Shared.Return(members);
    }

    public void Write(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) throw Malformed("is not UTF-8", null);
        // One level more, so that what is too deep is found here and said as such.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth + 1 });
        try
        {
            while (reader.Read()) WriteToken(ref reader);
        }
        catch (JsonException e)
        {
            throw Malformed($"is no well-formed JSON: {e.Message}", e);
        }
    }

    private void WriteToken(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: Begin((byte)'{', isObject: true); break;
            case JsonTokenType.StartArray: Begin((byte)'[', isObject: false); break;
            case JsonTokenType.EndArray: End((byte)']'); break;
            case JsonTokenType.EndObject:
                if (levels[depth - 1].OutOfOrder) PutInOrder();
                End((byte)'}');
                break;
            case JsonTokenType.PropertyName: WriteName(ref reader); break;
            case JsonTokenType.String:
                BeforeValue();
                WriteString(ref reader);
                break;
            case JsonTokenType.Number:
                BeforeValue();
                var room = Room(reader.ValueSpan.Length + CanonicalNumber.MaxGrowth);
                if (CanonicalNumber.Write(reader.ValueSpan, room, out var written) is { } problem) throw Invalid($"has a number that {problem}, at {PointerTo(depth)}");
                length += written;
                break;
            default:   // true, false, null
                BeforeValue();
                Append(reader.ValueSpan);
                break;
        }
    }

    private void Begin(byte bracket, bool isObject)
    {
        BeforeValue();
        if (depth == maxDepth) throw Invalid($"is nested more than {maxDepth} levels deep, at {PointerTo(depth)}");
        if (depth == levels.Length) Grow(ref levels);
        Append(bracket);
        levels[depth++] = new Level { IsObject = isObject, Start = length, FirstMember = memberCount };
    }

    private void End(byte bracket)
    {
        memberCount = levels[--depth].FirstMember;
        Append(bracket);
    }

    /// <summary>Counts and separates the elements of an array. What follows a name is part of its member.</summary>
    private void BeforeValue()
    {
        if (depth == 0) return;
        ref var level = ref levels[depth - 1];
        if (!level.IsObject && level.Count++ > 0) Append((byte)',');
    }

    private void WriteName(ref Utf8JsonReader reader)
    {
        ref var level = ref levels[depth - 1];
        if (level.Count++ > 0) Append((byte)',');
        var start = length;
        WriteString(ref reader);
        if (memberCount == members.Length) Grow(ref members);
        members[memberCount++] = new Member { Start = start, NameLength = length - start - 2 };
        Append((byte)':');

        if (level.OutOfOrder || level.Count == 1) return;
        var order = CanonicalString.Compare(members[memberCount - 2].Name(output), members[memberCount - 1].Name(output));
        if (order == 0) throw Duplicate(members[memberCount - 1]);
        level.OutOfOrder = order > 0;
    }

    private void WriteString(ref Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        var room = Room(raw.Length + 2);
        room[0] = (byte)'"';
        var written = raw.Length;
        if (!reader.ValueIsEscaped) raw.CopyTo(room[1..]);   // nothing in it needs an escape, or it would have one
        else if (!CanonicalString.TryRewrite(raw, room[1..], out written))
            throw Invalid($"has half a surrogate pair in a \\u escape, {(reader.TokenType is JsonTokenType.PropertyName ? $"in a name of the object at {PointerTo(depth - 1)}" : $"at {PointerTo(depth)}")}");
        room[written + 1] = (byte)'"';
        length += written + 2;
    }

    /// <summary>Sorts the members of the innermost object, which is complete but for its bracket.</summary>
    private readonly void PutInOrder()
    {
        var level = levels[depth - 1];
        var own = members.AsSpan(level.FirstMember, memberCount - level.FirstMember);
        for (var i = 0; i < own.Length; i++) own[i].Length = (i + 1 < own.Length ? own[i + 1].Start - 1 : length) - own[i].Start;
        if (own.Length <= Few) SortFew(own);
        else own.Sort(new ByName(output));

        var inside = output.AsSpan(level.Start, length - level.Start);
        var ordered = ArrayPool<byte>.Shared.Rent(inside.Length);
        try
        {
            var at = 0;
            for (var i = 0; i < own.Length; i++)
            {
                if (i > 0)
                {
                    if (own[i].Name(output).SequenceEqual(own[i - 1].Name(output))) throw Duplicate(own[i]);
                    ordered[at++] = (byte)',';
                }

                output.AsSpan(own[i].Start, own[i].Length).CopyTo(ordered.AsSpan(at));
                at += own[i].Length;
            }

            ordered.AsSpan(0, at).CopyTo(inside);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(ordered);
        }
    }

    /// <summary>Insertion sort: most objects are small, and the general one allocates.</summary>
    private readonly void SortFew(Span<Member> own)
    {
        for (var i = 1; i < own.Length; i++)
        {
            var member = own[i];
            var at = i;
            for (; at > 0 && CanonicalString.Compare(member.Name(output), own[at - 1].Name(output)) < 0; at--) own[at] = own[at - 1];
            own[at] = member;
        }
    }

    private void Append(byte value)
    {
        if (length == output.Length) _ = Room(1);
        output[length++] = value;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        length += bytes.Length;
    }

    /// <summary>Free space after what is written, at least this much.</summary>
    private Span<byte> Room(int needed)
    {
        if (output.Length - length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max((long)output.Length * 2, (long)length + needed), Array.MaxLength));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(output);
            output = larger;
        }

        return output.AsSpan(length);
    }

    private static void Grow<T>(ref T[] items)
    {
        var larger = ArrayPool<T>.Shared.Rent(items.Length * 2);
        items.CopyTo(larger, 0);
        ArrayPool<T>.Shared.Return(items);
        items = larger;
    }

    /// <summary>Where the reader stands within this many of the levels, as errors write it.</summary>
    private readonly string PointerTo(int levelCount)
    {
        var pointer = JsonPointer.Root;
        for (var i = 0; i < levelCount; i++)
            pointer = pointer.Append(levels[i].IsObject
                ? CanonicalString.Decode(members[(i + 1 < depth ? levels[i + 1].FirstMember : memberCount) - 1].Name(output))
                : (levels[i].Count - 1).ToString());
        return pointer.Quoted;
    }

    private readonly MementoException Duplicate(Member member) =>
        Invalid($"has the name {Quoted.Text(CanonicalString.Decode(member.Name(output)))} twice in the object at {PointerTo(depth - 1)}");

    private readonly MementoException Invalid(string problem) => new(Refusal.Invalid(field, problem));

    private readonly MementoException Malformed(string problem, Exception? inner)
    {
        var refusal = Refusal.Of(RefusalKind.Malformed, Codes.MalformedRequest, $"{field}: {problem}") with { Errors = [new FieldError(field, problem)] };
        return inner is null ? new(refusal) : new(refusal, inner);
    }
}
