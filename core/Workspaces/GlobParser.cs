using System.Collections.Immutable;
using System.Text;

namespace Memento.Workspaces;

/// <summary>Turns a pattern into steps; see <see cref="Glob"/>. There are at most three for each character of the pattern, as braces are forks and not copies.</summary>
internal sealed class GlobParser(string pattern, string field)
{
    private readonly ImmutableArray<GlobStep>.Builder steps = ImmutableArray.CreateBuilder<GlobStep>();
    private int at;
    private int nesting;

    private bool AtEnd => at == pattern.Length;

    public ImmutableArray<GlobStep> Parse()
    {
        if (pattern.Length == 0) throw Invalid("must not be empty");
        if (pattern.Length > Glob.MaxLength) throw Invalid($"has {pattern.Length} characters; at most {Glob.MaxLength} are allowed");
        ReadSequence();
        if (!AtEnd) throw Invalid($"has a }} at position {at} that no {{ belongs to; \\}} stands for the character");
        steps.Add(new(GlobStepKind.End));
        return steps.ToImmutable();
    }

    /// <summary>Reads to the end, or to what ends an alternative.</summary>
    private void ReadSequence()
    {
        while (!AtEnd)
        {
            switch (pattern[at])
            {
                case '}':
                case ',' when nesting > 0:
                    return;
                case '*': ReadStars(); break;
                case '?':
                    at++;
                    steps.Add(new(GlobStepKind.InSegment));
                    break;
                case '[': ReadSet(); break;
                case '{': ReadAlternatives(); break;
                default: steps.Add(new(GlobStepKind.Character, ReadCharacter())); break;
            }
        }
    }

    private void ReadStars()
    {
        var start = at;
        while (!AtEnd && pattern[at] == '*') at++;
        if (at - start == 1)
        {
            Repeat(GlobStepKind.InSegment);
            return;
        }

        if (AtEnd || pattern[at] != '/')
        {
            Repeat(GlobStepKind.Any);
            return;
        }

        // Nothing at all where a segment starts, or anything that ends in a slash.
        at++;
        var nothing = Reserve();
        Repeat(GlobStepKind.Any);
        steps.Add(new(GlobStepKind.Character, '/'));
        var done = Reserve();
        steps[nothing] = new(GlobStepKind.Fork, Target: steps.Count);
        steps.Add(new(GlobStepKind.SegmentStart));
        steps[done] = new(GlobStepKind.Jump, Target: steps.Count);
    }

    private void Repeat(GlobStepKind kind)
    {
        var fork = Reserve();
        steps.Add(new(kind));
        steps.Add(new(GlobStepKind.Jump, Target: fork));
        steps[fork] = new(GlobStepKind.Fork, Target: steps.Count);
    }

    private void ReadAlternatives()
    {
        var start = at++;
        if (++nesting > Glob.MaxNesting) throw Invalid($"has more than {Glob.MaxNesting} levels of braces in braces, at position {start}");
        var ends = new List<int>();
        while (true)
        {
            var fork = Reserve();
            ReadSequence();
            if (AtEnd) throw Invalid($"has a {{ at position {start} that is never closed; \\{{ stands for the character");
            ends.Add(Reserve());
            // The last alternative has no other to fork to.
            steps[fork] = pattern[at] == ',' ? new(GlobStepKind.Fork, Target: steps.Count) : new(GlobStepKind.Jump, Target: fork + 1);
            if (pattern[at++] == '}') break;
        }

        foreach (var end in ends) steps[end] = new(GlobStepKind.Jump, Target: steps.Count);
        nesting--;
    }

    private void ReadSet()
    {
        var start = at++;
        var negated = !AtEnd && pattern[at] == '!';
        if (negated) at++;
        var ranges = ImmutableArray.CreateBuilder<(int First, int Last)>();
        while (!AtEnd && pattern[at] != ']')
        {
            var first = ReadCharacter();
            var last = first;
            if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
            {
                at++;
                last = ReadCharacter();
                if (last < first) throw Invalid($"has the range {new Rune(first)}-{new Rune(last)}, which is the wrong way round, in the set at position {start}");
            }

            ranges.Add((first, last));
        }

        if (AtEnd) throw Invalid($"has a [ at position {start} that is never closed; \\[ stands for the character");
        if (ranges.Count == 0) throw Invalid($"has an empty set at position {start}; \\] stands for the character ] in a set");
        at++;
        steps.Add(new(GlobStepKind.Set, Ranges: ranges.ToImmutable(), Negated: negated));
    }

    /// <summary>A character as it stands, or the one after a backslash.</summary>
    private int ReadCharacter()
    {
        if (pattern[at] == '\\' && ++at == pattern.Length) throw Invalid("ends with a \\ that no character follows; \\\\ stands for the character");
        if (!Rune.TryGetRuneAt(pattern, at, out var rune)) throw Invalid($"has half a surrogate pair at position {at}");
        at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private int Reserve()
    {
        steps.Add(default);
        return steps.Count - 1;
    }

    private MementoException Invalid(string problem) => new(Refusal.Invalid(field, $"the pattern {Quoted.Text(pattern)} {problem}"));
}
