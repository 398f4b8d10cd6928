using CsCheck;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

public sealed class DiffDocumentSetTests
{
    private static readonly Gen<List<DocumentHashes>> Documents = Gen.Select(Gen.OneOf("entity", "file"), Gen.Int[0, 30], Gen.OneOf(null, "h1", "h2", "h3"), Gen.OneOf(null, "h1", "h2", "h3"))
        .Select((kind, id, before, after) => new DocumentHashes(kind, $"d{id}", before, after)).List[0, 40].Select(list => list.DistinctBy(document => (document.Kind, document.Id)).ToList());

    [Fact]
    public void Documents_are_created_updated_deleted_and_moved()
    {
        var changes = DocumentSetDiff.Compare(
        [
            new("file", "same", "h", "h"), new("file", "never", null, null), new("file", "z-old", "h1", null), new("file", "new", null, "h1"),
            new("entity", "other-kind", null, "h1"), new("file", "edited", "h1", "h2"), new("file", "gone", "h3", null),
        ]);

        Assert.Equal(
            [
                new() { Kind = "entity", Id = "other-kind", Operation = DiffOperation.Create, AfterHash = "h1" },
                new() { Kind = "file", Id = "edited", Operation = DiffOperation.Update, BeforeHash = "h1", AfterHash = "h2" },
                new() { Kind = "file", Id = "gone", Operation = DiffOperation.Delete, BeforeHash = "h3" },
                new() { Kind = "file", Id = "new", FromId = "z-old", Operation = DiffOperation.Move, BeforeHash = "h1", AfterHash = "h1" },
            ],
            changes);
    }

    [Fact]
    public void The_changes_lead_from_one_state_to_the_other_and_back() => Documents.Sample(documents =>
    {
        var changes = DocumentSetDiff.Compare(documents);

        Assert.Equal(State(documents, x => x.AfterHash), Apply(State(documents, x => x.BeforeHash), changes));
        Assert.Equal(State(documents, x => x.BeforeHash), Apply(State(documents, x => x.AfterHash), changes.Select(change => change.Invert())));
        Assert.Equal(changes, changes.Select(change => change.Invert().Invert()));
    }, iter: 1000);

    [Fact]
    public void The_order_in_which_documents_are_given_makes_no_difference() => Documents.Sample(documents =>
        Assert.Equal(DocumentSetDiff.Compare(documents).AsEnumerable(), DocumentSetDiff.Compare(documents.AsEnumerable().Reverse())), iter: 500);

    private static SortedDictionary<string, string> State(IEnumerable<DocumentHashes> documents, Func<DocumentHashes, string?> hash) =>
        new(documents.Where(x => hash(x) is not null).ToDictionary(x => $"{x.Kind}/{x.Id}", x => hash(x)!));

    private static SortedDictionary<string, string> Apply(SortedDictionary<string, string> state, IEnumerable<DocumentDifference> changes)
    {
        var after = new SortedDictionary<string, string>(state);
        foreach (var change in changes.Where(change => change.BeforeHash is not null)) Assert.True(after.Remove($"{change.Kind}/{change.FromId ?? change.Id}"));
        foreach (var change in changes.Where(change => change.AfterHash is not null)) after.Add($"{change.Kind}/{change.Id}", change.AfterHash!);
        return after;
    }
}
