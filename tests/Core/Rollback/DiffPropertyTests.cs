using System.Text;
using CsCheck;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>What holds for every pair of documents.</summary>
public sealed class DiffPropertyTests
{
    private const int Times = 600;

    [Fact]
    public void A_delta_leads_there_and_its_inverse_leads_back_byte_for_byte() =>
        DiffGen.Edited.Sample(pair => DiffGen.Exact(DiffGen.Canonical(pair.Before), DiffGen.Canonical(pair.After)), iter: Times);

    [Fact]
    public void Unrelated_documents_have_an_exact_delta_too() =>
        Gen.Select(DiffGen.Value, DiffGen.Value).Sample((before, after) => DiffGen.Exact(DiffGen.Canonical(before), DiffGen.Canonical(after)), iter: Times);

    [Fact]
    public void A_delta_that_is_cut_off_at_a_depth_is_still_exact() => Gen.Select(DiffGen.Edited, Gen.Int[1, 4]).Sample((pair, depth) =>
    {
        var delta = DiffGen.Exact(DiffGen.Canonical(pair.Before), DiffGen.Canonical(pair.After), new() { MaxDepth = depth });
        Assert.All(delta.Changes, change => Assert.InRange(change.Path.Count(c => c == '/'), 0, depth));
        Assert.Equal(delta.Changes.Count(change => change.Truncated), delta.TruncatedCount);
    }, iter: Times);

    [Fact]
    public void There_are_no_changes_if_and_only_if_the_documents_are_the_same() => DiffGen.Edited.Sample(pair =>
    {
        byte[] before = DiffGen.Canonical(pair.Before), after = DiffGen.Canonical(pair.After);
        Assert.Equal(before.AsSpan().SequenceEqual(after), JsonDiff.Compare(before, after).Changes.IsEmpty);
    }, iter: Times / 4);

    [Fact]
    public void What_is_left_out_is_counted_and_stops_an_application() => Gen.Select(DiffGen.Edited, Gen.Int[1, 3], Gen.OneOf("a", "/**/v", "/*", "/b/**", "id")).Sample((pair, most, pattern) =>
    {
        byte[] before = DiffGen.Canonical(pair.Before), after = DiffGen.Canonical(pair.After);
        var delta = JsonDiff.Compare(before, after, new() { MaxChanges = most, IgnoreProperties = [pattern] });

        Assert.InRange(delta.Changes.Length, 0, most);
        Assert.Equal(delta.IsComplete, delta.Omissions.IsEmpty);
        Assert.Equal(Math.Min(delta.IgnoredCount + delta.DroppedCount, JsonDelta.MaxListedOmissions), delta.Omissions.Length);
        var applied = delta.Apply(before);
        Assert.Equal(delta.IsComplete ? null : Codes.DiffIncomplete, applied.Refusal?.Code);
        if (delta.IsComplete) Assert.Equal(after, applied.Document.ToArray());
    }, iter: Times);

    [Fact]
    public void A_delta_of_other_documents_is_refused_or_gives_some_document() => Gen.Select(DiffGen.Edited, DiffGen.Edited).Sample((pair, other) =>
    {
        var delta = JsonDiff.Compare(DiffGen.Canonical(pair.Before), DiffGen.Canonical(pair.After));
        var applied = delta.Apply(DiffGen.Canonical(other.Before));

        if (applied.Refusal is { } refusal) Assert.Equal(Codes.DiffMismatch, refusal.Code);
        else Assert.Equal(applied.Document.ToArray(), DiffGen.Canonical(Encoding.UTF8.GetString(applied.Document.Span)));
    }, iter: Times);

    [Fact]
    public void Changes_found_name_values_that_are_there() => DiffGen.Edited.Sample(pair =>
    {
        foreach (var change in JsonDiff.Compare(DiffGen.Canonical(pair.Before), DiffGen.Canonical(pair.After)).Changes)
        {
            Assert.Equal(change.Operation is not DiffOperation.Create, change.OldValue is not null);
            Assert.Equal(change.Operation is not DiffOperation.Delete, change.NewValue is not null);
            if (change.Operation is DiffOperation.Move) Assert.NotNull(change.From);
            if (change.Operation is DiffOperation.Update) Assert.NotEqual(change.OldValue, change.NewValue);
        }
    }, iter: Times / 4);
}
