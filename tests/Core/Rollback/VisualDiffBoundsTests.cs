using System.Diagnostics;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>The most unpleasant texts: the answer comes in seconds, and says when it is less fine than asked.</summary>
public sealed class VisualDiffBoundsTests
{
    /// <summary>Far above what is measured, which is well below a second each; without the bounds it would be minutes.</summary>
    private const int Seconds = 20;

    [Fact]
    public void Lines_in_another_order_take_no_longer_than_allowed()
    {
        var order = Enumerable.Range(0, 19_000).ToArray();
        new Random(7).Shuffle(order);

        var diff = Timed(Lines(Enumerable.Range(0, 19_000)), Lines(order));

        Assert.InRange(diff.Similarity, 0.01, 0.5);
    }

    [Fact]
    public void Lines_that_are_all_repeated_are_compared_in_parts()
    {
        var random = new Random(7);

        var diff = Timed(Lines(Enumerable.Range(0, 19_000).Select(_ => random.Next(3))), Lines(Enumerable.Range(0, 19_000).Select(_ => random.Next(3))));

        Assert.True(diff.Coarsened);
        Assert.InRange(diff.Similarity, 0.4, 1);
        Assert.Contains("The texts are so different that the comparison was cut short: some equal pieces are shown as changed.", diff.Notes);
    }

    [Fact]
    public void Few_edits_in_a_large_text_are_found_exactly()
    {
        var before = Enumerable.Range(0, 19_000).ToList();
        var after = before.Where(i => i % 100 != 0).ToList();

        var diff = Timed(Lines(before), Lines(after));

        Assert.Equal((0, 190, 0, false), (diff.Added, diff.Removed, diff.Changed, diff.Coarsened));
    }

    [Fact]
    public void A_text_with_too_many_lines_is_compared_by_whole_lines()
    {
        var before = Enumerable.Range(0, 30_000).ToList();
        var after = before.Select(i => i == 15_000 ? -1 : i);

        var diff = Timed(Lines(before), Lines(after));

        Assert.Equal((DiffGranularity.Line, true, 1, 1, 0), (diff.Granularity, diff.Coarsened, diff.Added, diff.Removed, diff.Changed));
        Assert.Equal((DiffAdvice.Manual, 0), (diff.Recommended, diff.Hunks.Sum(hunk => hunk.Rows.Sum(row => row.Left?.Changed.Length ?? 0))));
        Assert.Equal(["Larger than 20,000 lines or 2,097,152 bytes: only whole lines are compared."], diff.Notes);
    }

    [Fact]
    public void One_line_of_a_hundred_thousand_words_is_compared_within_the_bounds()
    {
        var random = new Random(7);
        var words = Enumerable.Range(0, 100_000).Select(_ => random.Next(1000)).ToArray();

        var diff = Timed(string.Join(' ', words), string.Join(' ', words.Select(word => random.Next(50) == 0 ? 1000 : word)), new() { Granularity = DiffGranularity.Word });

        Assert.Equal(1, diff.Changed);
        Assert.InRange(diff.Similarity, 0.05, 1);
    }

    [Fact]
    public void A_long_line_is_not_compared_by_character()
    {
        var diff = Timed(new string('a', 2_001) + " x", new string('a', 2_001) + " y", new() { Granularity = DiffGranularity.Character });

        Assert.True(diff.Coarsened);
        Assert.Equal(["Lines longer than 2,000 characters are compared by words."], diff.Notes);
        Assert.Equal(new DiffSpan(2_002, 1), Assert.Single(diff.Hunks[0].Rows[0].Left!.Changed));
    }

    [Fact]
    public void Many_blocks_of_changed_lines_are_paired_within_the_bounds()
    {
        var diff = Timed(Lines(Enumerable.Range(0, 15_000), i => $"{(i % 60 == 0 ? "same" : "the old value")} of number {i}"), Lines(Enumerable.Range(0, 15_000), i => $"{(i % 60 == 0 ? "same" : "the new value")} of number {i}"));

        Assert.Equal(15_000 - 250, diff.Changed);
    }

    [Fact]
    public void Deep_json_that_would_grow_beyond_measure_is_compared_as_text()
    {
        var inner = string.Join(',', Enumerable.Repeat("0", 100_000));
        var deep = new string('[', 60) + inner + new string(']', 60);

        var diff = Timed(deep, deep + " ", new() { Granularity = DiffGranularity.Json, MaxBytes = 300_000 });

        Assert.Equal(DiffGranularity.Line, diff.Granularity);
    }

    private static string Lines(IEnumerable<int> numbers) => Lines(numbers, i => $"line number {i}");

    private static string Lines(IEnumerable<int> numbers, Func<int, string> line) => string.Concat(numbers.Select(i => line(i) + "\n"));

    private static VisualDiffResult Timed(string before, string after, VisualDiffOptions? options = null)
    {
        var watch = Stopwatch.StartNew();
        var diff = VisualDiff.Compare(before, after, options);
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.ElapsedMilliseconds} ms");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, Seconds);
        return diff;
    }
}
