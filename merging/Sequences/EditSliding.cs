namespace Merging.Sequences;

/// <summary>
/// Slides blocks of changed elements, as git does before it merges. A block whose last element equals the element before the block
/// may as well start one element earlier. Each block ends as late as possible, or beside a change of the other sequence if possible.
/// Blocks that touch are joined.
/// </summary>
internal static class EditSliding
{
    /// <summary>
    /// Moves the marks in <paramref name="changed"/>, which belong to <paramref name="elements"/>. The marks of the other sequence stay.
    /// </summary>
    public static void Slide(ReadOnlySpan<int> elements, Span<bool> changed, ReadOnlySpan<bool> otherChanged)
    {
        // Unchanged elements correspond one to one, so both cursors take the same number of steps and always stand at corresponding gaps.
        var block = Block.First(changed);
        var other = Block.First(otherChanged);
        do
        {
            if (!block.IsEmpty) Settle(elements, changed, ref block, otherChanged, ref other);
        }
        while (block.TryNext(changed) && other.TryNext(otherChanged));
    }

    private static void Settle(
        ReadOnlySpan<int> elements, Span<bool> changed, ref Block block, ReadOnlySpan<bool> otherChanged, ref Block other)
    {
        int length, earliestEnd;
        bool metOther;
        do
        {
            length = block.Length;
            while (block.TrySlideUp(elements, changed)) other.TryPrevious(otherChanged);
            earliestEnd = block.End;
            metOther = !other.IsEmpty;
            while (block.TrySlideDown(elements, changed))
            {
                other.TryNext(otherChanged);
                metOther |= !other.IsEmpty;
            }
        }
        while (block.Length != length);   // the block took in a neighbor and may now slide further

        if (block.End == earliestEnd || !metOther) return;
        while (other.IsEmpty && block.TrySlideUp(elements, changed)) other.TryPrevious(otherChanged);
    }

    /// <summary>
    /// The marked elements between two unmarked ones, from <see cref="Start"/> up to <see cref="End"/>. A block may be empty.
    /// </summary>
    private struct Block
    {
        public int Start { get; private set; }
        public int End { get; private set; }
        public readonly int Length => End - Start;
        public readonly bool IsEmpty => End == Start;

        public static Block First(ReadOnlySpan<bool> changed) => new() { End = RunFrom(changed, 0) };

        public bool TryNext(ReadOnlySpan<bool> changed)
        {
            if (End == changed.Length) return false;
            Start = End + 1;
            End = RunFrom(changed, Start);
            return true;
        }

        public bool TryPrevious(ReadOnlySpan<bool> changed)
        {
            if (Start == 0) return false;
            End = Start - 1;
            Start = RunBefore(changed, End);
            return true;
        }

        public bool TrySlideUp(ReadOnlySpan<int> elements, Span<bool> changed)
        {
            if (Start == 0 || elements[Start - 1] != elements[End - 1]) return false;
            changed[--Start] = true;
            changed[--End] = false;
            Start = RunBefore(changed, Start);
            return true;
        }

        public bool TrySlideDown(ReadOnlySpan<int> elements, Span<bool> changed)
        {
            if (End == elements.Length || elements[Start] != elements[End]) return false;
            changed[Start++] = false;
            changed[End++] = true;
            End = RunFrom(changed, End);
            return true;
        }

        private static int RunFrom(ReadOnlySpan<bool> changed, int at)
        {
            while (at < changed.Length && changed[at]) at++;
            return at;
        }

        private static int RunBefore(ReadOnlySpan<bool> changed, int at)
        {
            while (at > 0 && changed[at - 1]) at--;
            return at;
        }
    }
}
