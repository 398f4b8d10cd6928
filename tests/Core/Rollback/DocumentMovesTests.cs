using CsCheck;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Rollback;

public sealed class DocumentMovesTests
{
    private static readonly ContentHash? One = ContentHash.Of("1"u8);
    private static readonly ContentHash? Two = ContentHash.Of("2"u8);

    private static readonly Gen<List<DocumentHashes>> Documents = Gen.Select(Gen.OneOf(DocumentKind.Entity, DocumentKind.File), Gen.Int[0, 30], Gen.OneOf(null, One, Two), Gen.OneOf(null, One, Two))
        .Select((kind, id, before, after) => new DocumentHashes(new(kind, $"d{id}"), before, after)).List[0, 40].Select(list => list.DistinctBy(document => document.Key).ToList());

    [Fact]
    public void A_document_that_is_gone_and_a_new_one_with_its_value_are_one_that_moved()
    {
        var moves = DocumentMoves.Find(
        [
            File("same", One, One), File("never", null, null), File("z-old", One, null), File("new", null, One), new(new(DocumentKind.Entity, "other-kind"), null, One), File("edited", One, Two), File("gone", Two, null),
        ]);

        Assert.Equal([new(new(DocumentKind.File, "new"), "z-old")], moves);
    }

    [Fact]
    public void Several_with_one_value_are_paired_in_the_order_of_their_ids() =>
        Assert.Equal([new(new(DocumentKind.File, "c"), "a"), new(new(DocumentKind.File, "d"), "b")], DocumentMoves.Find([File("d", null, One), File("b", One, null), File("c", null, One), File("a", One, null), File("e", null, One)]));

    [Fact]
    public void Each_move_leads_from_a_document_that_is_gone_to_a_new_one_with_its_value_and_none_is_left_to_pair() => Documents.Sample(documents =>
    {
        var moves = DocumentMoves.Find(documents);
        var (before, after) = (documents.ToDictionary(d => d.Key, d => d.Before), documents.ToDictionary(d => d.Key, d => d.After));

        Assert.Equal(moves.Count, moves.Select(m => m.Key with { Id = m.Value }).Distinct().Count());
        foreach (var (to, id) in moves)
        {
            var from = to with { Id = id };
            Assert.True(before[from] == after[to] && before[from] is not null && after[from] is null && before[to] is null);
        }

        var left = documents.Where(d => d is { Before: not null, After: null } && !moves.Any(m => m.Key.Kind == d.Key.Kind && m.Value == d.Key.Id)).Select(d => (d.Key.Kind, d.Before));
        Assert.Empty(left.Intersect(documents.Where(d => d is { Before: null, After: not null } && !moves.ContainsKey(d.Key)).Select(d => (d.Key.Kind, d.After))));
    }, iter: 1000);

    [Fact]
    public void The_order_in_which_documents_are_given_makes_no_difference() => Documents.Sample(documents =>
        Assert.Equal(DocumentMoves.Find(documents), DocumentMoves.Find(documents.AsEnumerable().Reverse())), iter: 500);

    private static DocumentHashes File(string id, ContentHash? before, ContentHash? after) => new(new(DocumentKind.File, id), before, after);
}
