using System.Text;
using CsCheck;
using Merging;
using Merging.Text;
using Xunit;

namespace Memento.Tests.Merging.Text;

public sealed class TextMergeTests
{
    private const int Times = 1000;

    private static readonly DiffAlgorithm[] Algorithms = [DiffAlgorithm.Myers, DiffAlgorithm.Histogram];

    [Theory]
    [InlineData(DiffAlgorithm.Myers, 1)]
    [InlineData(DiffAlgorithm.Histogram, 2)]
    public void Conflicts_with_blank_lines_between_are_one_as_in_git_merge_file(DiffAlgorithm algorithm, int conflicts)
    {
        var merged = TextMerge.Merge(Lines("a", "b"), Lines("a1", "b1"), Lines("a2", "b2"), algorithm);

        Assert.Equal(conflicts, merged.Conflicts.Length);

        static byte[] Lines(string first, string last) => Encoding.UTF8.GetBytes($"{first}\n\n\n\n\n{last}\n");
    }

    [Fact]
    public void Changes_in_different_places_are_both_kept() =>
        Assert.Equal("A\nb\nc\nD\n", Merged("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n"));

    [Fact]
    public void Equal_changes_are_no_conflict() => Assert.Equal("a\nX\nc\n", Merged("a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n"));

    [Fact]
    public void Changes_that_touch_conflict()
    {
        var result = Merge("a\nb\nc\n", "A\nb\nc\n", "a\nB\nc\n");

        var conflict = Assert.Single(result.Conflicts);
        Assert.Null(result.Merged);
        Assert.Equal((new IndexRange(0, 2), new IndexRange(0, 2), new IndexRange(0, 2)), (conflict.Base.Lines, conflict.Ours.Lines, conflict.Theirs.Lines));
        Assert.Equal(("a\nb\n", "A\nb\n", "a\nB\n"), (Text(conflict.Base.Bytes), Text(conflict.Ours.Bytes), Text(conflict.Theirs.Bytes)));
    }

    [Fact]
    public void A_conflict_has_only_what_differs()
    {
        var result = Merge("a\n1\nz\n", "a\nsame\nours\n2\n3\n4\n5\nz\n", "a\nsame\ntheirs\n2\n3\n4\n5\nz\n");

        var conflict = Assert.Single(result.Conflicts);
        Assert.Equal(("ours\n", "theirs\n"), (Text(conflict.Ours.Bytes), Text(conflict.Theirs.Bytes)));
        Assert.Equal("a\nsame\ntheirs\n2\n3\n4\n5\nz\n", Text(result.Resolve(MergeSide.Theirs)));
    }

    [Fact]
    public void A_missing_last_line_end_is_a_change_of_that_line()
    {
        Assert.Equal("A\nb", Merged("a\nx\nb\n", "A\nx\nb\n", "a\nx\nb").Replace("x\n", "", StringComparison.Ordinal));
        Assert.Equal("<<<<<<< o\nb\n=======\nc\n>>>>>>> t\n", Text(Merge("a", "b", "c").WithMarkers("o", "t")));
    }

    [Fact]
    public void Windows_line_ends_stay_and_markers_have_them_too()
    {
        Assert.Equal("A\r\nb\r\nC\r\n", Merged("a\r\nb\r\nc\r\n", "A\r\nb\r\nc\r\n", "a\r\nb\r\nC\r\n"));
        Assert.Equal("a\r\n<<<<<<< o\r\nx\r\n=======\r\ny\r\n>>>>>>> t\r\n", Text(Merge("a\r\nb\r\n", "a\r\nx\r\n", "a\r\ny\r\n").WithMarkers("o", "t")));
    }

    [Fact]
    public void Empty_texts_merge()
    {
        Assert.Equal("", Merged("", "", ""));
        Assert.Equal("x\n", Merged("", "", "x\n"));
        Assert.Equal("", Merged("a\n", "a\n", ""));
        Assert.Single(Merge("", "x\n", "y\n").Conflicts);
    }

    [Fact]
    public void Any_bytes_are_taken_as_they_are()
    {
        byte[] invalid = [0xFF, 0xFE, (byte)'\n', (byte)'a', (byte)'\n', 0xC3];
        Assert.Equal(invalid, TextMerge.Merge("x\n"u8.ToArray(), "x\n"u8.ToArray(), invalid).Merged);
    }

    [Fact]
    public void A_zero_byte_near_the_start_is_binary()
    {
        Assert.True(TextMerge.IsBinary([1, 0, 2]));
        Assert.False(TextMerge.IsBinary([]));
        Assert.False(TextMerge.IsBinary("text"u8));
        var late = Enumerable.Repeat((byte)'x', TextMerge.BinaryProbe + 1).ToArray();
        late[^1] = 0;
        Assert.False(TextMerge.IsBinary(late));
    }

    [Fact]
    public void Where_one_side_changed_nothing_the_other_is_the_result() => TextGen.Triple.Sample(t =>
    {
        foreach (var algorithm in Algorithms)
        {
            Assert.Equal(t.Theirs, TextMerge.Merge(t.Base, t.Base, t.Theirs, algorithm).Merged);
            Assert.Equal(t.Ours, TextMerge.Merge(t.Base, t.Ours, t.Base, algorithm).Merged);
            Assert.Equal(t.Ours, TextMerge.Merge(t.Base, t.Ours, t.Ours, algorithm).Merged);
        }
    }, iter: Times);

    [Fact]
    public void Without_a_conflict_it_does_not_matter_which_side_is_ours() => TextGen.Triple.Sample(t =>
    {
        foreach (var algorithm in Algorithms)
            Assert.Equal(TextMerge.Merge(t.Base, t.Ours, t.Theirs, algorithm).Merged, TextMerge.Merge(t.Base, t.Theirs, t.Ours, algorithm).Merged);
    }, iter: Times);

    [Fact]
    public void The_chunks_cover_all_three_texts_in_order() => TextGen.Triple.Sample(t =>
    {
        foreach (var algorithm in Algorithms)
        {
            var chunks = TextMerge.Merge(t.Base, t.Ours, t.Theirs, algorithm).Chunks;
            foreach (var (side, text) in new[] { (MergeSide.Base, t.Base), (MergeSide.Ours, t.Ours), (MergeSide.Theirs, t.Theirs) })
            {
                Assert.Equal(text, chunks.SelectMany(chunk => chunk[side].Bytes.ToArray()));
                Assert.Equal(chunks.Skip(1).Select(chunk => chunk[side].Lines.Start), chunks.SkipLast(1).Select(chunk => chunk[side].Lines.End));
            }

            Assert.All(chunks.Where(chunk => chunk.Part is MergePart.Common), chunk => Assert.Equal(chunk.Ours.Bytes.ToArray(), chunk.Theirs.Bytes.ToArray()));
        }
    }, iter: Times);

    /// <summary>Quadratic time would be an hour.</summary>
    [Fact]
    public void Texts_that_have_nothing_but_chance_in_common_merge_in_bounded_time()
    {
        const int lines = 60_000;
        var (b, o, t) = (Noise(1), Noise(2), Noise(3));

        foreach (var algorithm in Algorithms) Assert.Equal(o.Length, TextMerge.Merge(b, o, t, algorithm).Chunks.Sum(chunk => chunk.Ours.Bytes.Length));

        static byte[] Noise(uint seed)
        {
            var text = new StringBuilder();
            for (var i = 0; i < lines; i++) text.Append((seed = seed * 1664525 + 1013904223) >> 22).Append('\n');
            return Encoding.UTF8.GetBytes(text.ToString());
        }
    }

    private static TextMergeResult Merge(string @base, string ours, string theirs) =>
        TextMerge.Merge(Encoding.UTF8.GetBytes(@base), Encoding.UTF8.GetBytes(ours), Encoding.UTF8.GetBytes(theirs));

    private static string Merged(string @base, string ours, string theirs) => Text(Merge(@base, ours, theirs).Merged!);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
