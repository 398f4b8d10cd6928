namespace Memento.Workspaces;

/// <summary>
/// The members of an object or the elements of an array, as a balanced tree (a rope, kept balanced as an AVL tree) whose leaves are single items or runs of small ones still in their text.
/// Every change takes O(log n) steps and leaves the rope that it started from as it was.
/// </summary>
internal abstract class JsonRope
{
    /// <summary>Items whose text is longer stand alone, so that one of them is never searched for others.</summary>
    private const int MaxRunBytes = 1_024;

    /// <summary>How many items there are; at least one.</summary>
    public abstract int Count { get; }

    /// <summary>Length of the text: all items and the commas between them.</summary>
    public abstract long Size { get; }

    /// <summary>Levels of nesting in the deepest item.</summary>
    public abstract int Depth { get; }

    protected virtual int Height => 0;

    /// <summary>The name of the first member, as canonical text without quotation marks. Empty in an array.</summary>
    protected abstract ReadOnlyMemory<byte> FirstName { get; }

    /// <summary>Reads the inside of canonical text; null if nothing is there.</summary>
    public static JsonRope? Read(ReadOnlyMemory<byte> inside, bool named)
    {
        var leaves = new List<JsonRope>();
        var (start, at, count, deepest) = (0, 0, 0, 0);
        while (at < inside.Length)
        {
            var item = at;
            if (named) at += CanonicalScan.StringLength(inside.Span[at..]) + 1;
            var value = inside.Slice(at, CanonicalScan.ValueLength(inside.Span[at..], out var depth));
            at += value.Length;
            var alone = at - item > MaxRunBytes;
            if (count > 0 && (alone || at - start > MaxRunBytes))
            {
                leaves.Add(new Run(inside[start..(item - 1)], count, deepest, named));
                (start, count, deepest) = (item, 0, 0);
            }

            if (alone)
            {
                leaves.Add(new Item(named ? inside[(item + 1)..(at - value.Length - 2)] : default, named, new JsonTree(value, depth)));
                start = at + 1;
            }
            else
            {
                (count, deepest) = (count + 1, Math.Max(deepest, depth));
            }

            at++;   // the comma
        }

        if (count > 0) leaves.Add(new Run(inside[start..], count, deepest, named));
        return leaves.Count == 0 ? null : Balanced(leaves, 0, leaves.Count);
    }

    /// <summary>One member, by its name as canonical text without quotation marks.</summary>
    public static JsonRope Member(ReadOnlyMemory<byte> name, JsonTree value) => new Item(name, true, value);

    public static JsonRope Element(JsonTree value) => new Item(default, false, value);

    /// <summary>The items of the one, then those of the other.</summary>
    public static JsonRope? Join(JsonRope? left, JsonRope? right)
    {
        if (left is null || right is null) return left ?? right;
        if (left.Height > right.Height + 1 && left is Branch l) return Rebalanced(l.Left, Join(l.Right, right)!);
        if (right.Height > left.Height + 1 && right is Branch r) return Rebalanced(Join(left, r.Left)!, r.Right);
        return new Branch(left, right);
    }

    /// <summary>The first items, and the rest.</summary>
    public (JsonRope? Left, JsonRope? Right) Split(int index) => index == 0 ? (null, this) : index == Count ? (this, null) : SplitInside(index);

    /// <summary>The same with one item in the place of this many others.</summary>
    public static JsonRope? Splice(JsonRope? rope, int index, int removed, JsonRope? item)
    {
        var (left, rest) = rope?.Split(index) ?? (null, null);
        return Join(Join(left, item), rest?.Split(removed).Right);
    }

    public abstract JsonTree At(int index);

    /// <summary>Where a member is, or where it would be.</summary>
    public abstract (int Index, bool Found) Find(ReadOnlySpan<byte> name);

    /// <summary>Writes the text and returns what is left of the space.</summary>
    public abstract Span<byte> Write(Span<byte> space);

    protected abstract (JsonRope? Left, JsonRope? Right) SplitInside(int index);

    private static JsonRope Balanced(List<JsonRope> leaves, int from, int to)
    {
        if (to - from == 1) return leaves[from];
        var middle = (from + to) / 2;
        return new Branch(Balanced(leaves, from, middle), Balanced(leaves, middle, to));
    }

    /// <summary>A branch of two whose heights differ by two at most, by one turn or two.</summary>
    private static Branch Rebalanced(JsonRope left, JsonRope right)
    {
        if (left.Height > right.Height + 1 && left is Branch l)
            return l.Left.Height >= l.Right.Height || l.Right is not Branch inner
                ? new(l.Left, new Branch(l.Right, right))
                : new(new Branch(l.Left, inner.Left), new Branch(inner.Right, right));
        if (right.Height > left.Height + 1 && right is Branch r)
            return r.Right.Height >= r.Left.Height || r.Left is not Branch inner
                ? new(new Branch(left, r.Left), r.Right)
                : new(new Branch(left, inner.Left), new Branch(inner.Right, r.Right));
        return new(left, right);
    }

    private sealed class Branch(JsonRope left, JsonRope right) : JsonRope
    {
        public JsonRope Left => left;

        public JsonRope Right => right;

        public override int Count { get; } = left.Count + right.Count;

        public override long Size { get; } = left.Size + 1 + right.Size;

        public override int Depth { get; } = Math.Max(left.Depth, right.Depth);

        protected override int Height { get; } = 1 + Math.Max(left.Height, right.Height);

        protected override ReadOnlyMemory<byte> FirstName { get; } = left.FirstName;

        public override JsonTree At(int index) => index < left.Count ? left.At(index) : right.At(index - left.Count);

        public override (int Index, bool Found) Find(ReadOnlySpan<byte> name)
        {
            if (CanonicalString.Compare(name, right.FirstName.Span) < 0) return left.Find(name);
            var (index, found) = right.Find(name);
            return (left.Count + index, found);
        }

        public override Span<byte> Write(Span<byte> space)
        {
            space = left.Write(space);
            space[0] = (byte)',';
            return right.Write(space[1..]);
        }

        protected override (JsonRope? Left, JsonRope? Right) SplitInside(int index)
        {
            var inLeft = index < left.Count;
            var (first, second) = inLeft ? left.Split(index) : right.Split(index - left.Count);
            return inLeft ? (first, Join(second, right)) : (Join(left, first), second);
        }
    }

    private sealed class Item(ReadOnlyMemory<byte> name, bool named, JsonTree value) : JsonRope
    {
        public override int Count => 1;

        public override long Size => (named ? name.Length + 3 : 0) + value.Size;

        public override int Depth => value.Depth;

        protected override ReadOnlyMemory<byte> FirstName => name;

        public override JsonTree At(int index) => value;

        public override (int Index, bool Found) Find(ReadOnlySpan<byte> wanted) => CanonicalString.Compare(wanted, name.Span) is var order && order > 0 ? (1, false) : (0, order == 0);

        public override Span<byte> Write(Span<byte> space)
        {
            if (!named) return value.Write(space);
            space[0] = (byte)'"';
            name.Span.CopyTo(space[1..]);
            "\":"u8.CopyTo(space[(name.Length + 1)..]);
            return value.Write(space[(name.Length + 3)..]);
        }

        protected override (JsonRope? Left, JsonRope? Right) SplitInside(int index) => (this, null);   // one item has no inside
    }

    private sealed class Run(ReadOnlyMemory<byte> text, int count, int depth, bool named) : JsonRope
    {
        public override int Count => count;

        public override long Size => text.Length;

        public override int Depth => depth;

        protected override ReadOnlyMemory<byte> FirstName => named ? text[1..(CanonicalScan.StringLength(text.Span) - 1)] : default;

        public override JsonTree At(int index)
        {
            var rest = text[Start(index)..];
            if (named) rest = rest[(CanonicalScan.StringLength(rest.Span) + 1)..];
            return new(rest[..CanonicalScan.ValueLength(rest.Span, out var itsDepth)], itsDepth);
        }

        public override (int Index, bool Found) Find(ReadOnlySpan<byte> wanted)
        {
            var rest = text;
            for (var i = 0; CanonicalScan.NextMember(ref rest, out var name, out _); i++)
                if (CanonicalString.Compare(wanted, name.Span) is var order && order <= 0) return (i, order == 0);
            return (count, false);
        }

        public override Span<byte> Write(Span<byte> space)
        {
            text.Span.CopyTo(space);
            return space[text.Length..];
        }

        protected override (JsonRope? Left, JsonRope? Right) SplitInside(int index)
        {
            var start = Start(index);
            var (left, right) = (text[..(start - 1)], text[start..]);
            return (new Run(left, index, CanonicalScan.Depth(left.Span), named), new Run(right, count - index, CanonicalScan.Depth(right.Span), named));
        }

        private int Start(int index)
        {
            var rest = text;
            for (var i = 0; i < index; i++)
                _ = named ? CanonicalScan.NextMember(ref rest, out _, out _) : CanonicalScan.NextElement(ref rest, out _);
            return index == 0 ? 0 : text.Length - rest.Length + 1;
        }
    }
}
