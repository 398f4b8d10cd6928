using System.Buffers;
using System.Collections.Immutable;

namespace Memento.Workspaces;

/// <summary>
/// A pattern for names that look like paths. It matches a whole text, exactly and with regard to case:
/// <list type="bullet">
/// <item><c>*</c>: any characters but <c>/</c>, or none. <c>?</c>: one character but <c>/</c>.</item>
/// <item><c>**</c>: any characters, or none. <c>**/</c> at the start of a segment: any whole segments, or none, so that <c>**/*.cs</c> matches <c>a.cs</c>.</item>
/// <item><c>[abc]</c>, <c>[a-z]</c>, <c>[!a-z]</c>: one character of those, or but those; never <c>/</c>.</item>
/// <item><c>{a,b}</c>: one of these patterns; they may have more of the kind in them.</item>
/// <item><c>\</c> takes away the meaning of the character after it.</item>
/// </list>
/// A character is a Unicode code point. Matching takes at most pattern length × text length steps, whatever the pattern: all ways through it are followed at once (Thompson 1968).
/// </summary>
public sealed class Glob
{
    /// <summary>Longest pattern, in UTF-16 code units.</summary>
    public const int MaxLength = 1_024;

    /// <summary>Most levels of braces in braces.</summary>
    public const int MaxNesting = 16;

    private const int Slash = '/';

    private readonly string pattern;
    private readonly ImmutableArray<GlobStep> steps;

    private Glob(string pattern, ImmutableArray<GlobStep> steps) => (this.pattern, this.steps) = (pattern, steps);

    /// <summary>Reads a pattern. Throws <c>VALIDATION_FAILED</c> for the field, saying what is wrong and where.</summary>
    public static Glob Parse(string pattern, string field) => new(pattern, new GlobParser(pattern, field).Parse());

    /// <summary>Whether the pattern matches all of the text.</summary>
    public bool IsMatch(string text)
    {
        var count = steps.Length;
        var rented = ArrayPool<int>.Shared.Rent(4 * count);
        try
        {
            var now = new Ways(steps, rented.AsSpan(0, count), rented.AsSpan(count, count), rented.AsSpan(2 * count, count));
            var waiting = rented.AsSpan(3 * count, count);
            now.Begin();
            now.Follow(0, atSegmentStart: true);
            foreach (var rune in text.EnumerateRunes())
            {
                var waitingCount = now.TakeWaiting(waiting);
                if (waitingCount == 0) return false;
                foreach (var at in waiting[..waitingCount])
                    if (steps[at].Takes(rune.Value)) now.Follow(at + 1, atSegmentStart: rune.Value == Slash);
            }

            return now.Ended;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    /// <summary>The pattern.</summary>
    public override string ToString() => pattern;

    /// <summary>The steps that may take the next character, each once, on all ways that the characters so far left open.</summary>
    /// <param name="waiting">Those steps.</param>
    /// <param name="seen">For each step, the character before which it was reached last.</param>
    /// <param name="open">Room for steps that have yet to be followed.</param>
    private ref struct Ways(ImmutableArray<GlobStep> steps, Span<int> waiting, Span<int> seen, Span<int> open)
    {
        private readonly Span<int> waiting = waiting, seen = seen, open = open;
        private int count, character;

        /// <summary>Whether the pattern may end here.</summary>
        public bool Ended { get; private set; }

        public void Begin()
        {
            seen.Fill(-1);
            (count, character, Ended) = (0, 0, false);
        }

        /// <summary>Hands over the steps and goes on to the next character.</summary>
        public int TakeWaiting(Span<int> taken)
        {
            waiting[..count].CopyTo(taken);
            var was = count;
            (count, Ended) = (0, false);
            character++;
            return was;
        }

        /// <summary>Adds the steps that can be reached from this one without taking a character.</summary>
        public void Follow(int from, bool atSegmentStart)
        {
            var left = 0;
            Reach(from, ref left);
            while (left > 0)
            {
                var at = open[--left];
                var step = steps[at];
                switch (step.Kind)
                {
                    case GlobStepKind.End: Ended = true; break;
                    case GlobStepKind.Jump: Reach(step.Target, ref left); break;
                    case GlobStepKind.Fork:
                        Reach(at + 1, ref left);
                        Reach(step.Target, ref left);
                        break;
                    case GlobStepKind.SegmentStart:
                        if (atSegmentStart) Reach(at + 1, ref left);
                        break;
                    default: waiting[count++] = at; break;
                }
            }
        }

        private readonly void Reach(int at, ref int left)
        {
            if (seen[at] == character) return;
            seen[at] = character;
            open[left++] = at;
        }
    }
}
