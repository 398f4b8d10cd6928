using CsCheck;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

public sealed class StateHashTests
{
    private static readonly Gen<Doc> AnyDoc = Gen.Select(Gen.Enum<DocumentKind>(), JsonGen.Text, Gen.OneOf(null, "", "text/plain"), Gen.Byte.Array[0, 40],
        (kind, id, type, value) => new Doc(kind, id, type, value));

    private sealed record Doc(DocumentKind Kind, string Id, string? ContentType, byte[] Value);

    /// <summary>Hashes are stored: what they are made of must never change.</summary>
    [Fact]
    public void The_hash_is_the_one_that_is_stored()
    {
        var one = StateHash.Empty.Add(new(DocumentKind.Entity, "é/1"), ContentHash.Of("{}"u8), null);

        Assert.Equal("f7c3bd6f413b9f2a0a0b757c4e3306cfa5794466dfd31f4f745de27683171878", one.ToString());
        Assert.Equal("4c3dabf70c51450fbf164c7416140011dd466bfbf602cedfd15439dab4ba1662", one.Add(new(DocumentKind.File, "a.cs"), ContentHash.Of("class A;"u8), "text/plain").ToString());
    }

    [Fact]
    public void No_documents_have_the_hash_zero()
    {
        Assert.Equal(new string('0', 64), StateHash.Empty.ToString());
        Assert.Equal(default, StateHash.Empty);
    }

    [Fact]
    public void The_order_does_not_matter() => Gen.Select(AnyDoc.Array[0, 20], Gen.Int).Sample((docs, seed) =>
    {
        var shuffled = docs.ToArray();
        new Random(seed).Shuffle(shuffled);
        Assert.Equal(Of(docs), Of(shuffled));
    });

    [Fact]
    public void What_is_added_and_removed_leaves_no_trace() => Gen.Select(AnyDoc.Array[0, 10], AnyDoc.Array[1, 10]).Sample((kept, others) =>
    {
        var hash = others.Aggregate(Of(kept), Add);
        Assert.NotEqual(Of(kept), hash);
        Assert.Equal(Of(kept), others.Aggregate(hash, Remove));
        Assert.Equal(Of(kept), others.Aggregate(others.Aggregate(Of(kept), Remove), Add));
    });

    [Fact]
    public void The_text_reads_back() => AnyDoc.Array[0, 5].Sample(docs =>
    {
        var hash = Of(docs);
        Assert.Equal(hash, StateHash.Parse(hash.ToString()));
        Assert.Equal(hash.GetHashCode(), StateHash.Parse(hash.ToString()).GetHashCode());
        Assert.True(hash == StateHash.Parse(hash.ToString()) && !(hash != StateHash.Parse(hash.ToString())));
    });

    [Fact]
    public void Every_part_of_a_document_matters()
    {
        Doc[] docs =
        [
            new(DocumentKind.Entity, "a", null, [1]), new(DocumentKind.File, "a", null, [1]), new(DocumentKind.Entity, "b", null, [1]), new(DocumentKind.Entity, "a", "", [1]),
            new(DocumentKind.Entity, "a", "x", [1]), new(DocumentKind.Entity, "ax", "", [1]), new(DocumentKind.Entity, "ax", null, [1]), new(DocumentKind.Entity, "", "ax", [1]), new(DocumentKind.Entity, "a", null, [2]),
        ];

        Assert.Equal(docs.Length, docs.Select(doc => Of([doc])).Distinct().Count());
    }

    [Fact]
    public void Two_of_a_document_are_not_one_and_not_none()
    {
        var doc = new Doc(DocumentKind.Entity, "a", null, [1]);

        Assert.Equal(3, new[] { Of([]), Of([doc]), Of([doc, doc]) }.Distinct().Count());
    }

    [Fact]
    public void Long_names_are_taken_too()
    {
        var (one, other) = (new Doc(DocumentKind.File, new string('é', 5_000) + "a", null, [1]), new Doc(DocumentKind.File, new string('é', 5_000) + "b", null, [1]));

        Assert.NotEqual(Of([one]), Of([other]));
        Assert.Equal(StateHash.Empty, Remove(Of([one]), one));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000g")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_hash_is_refused(string text) => Assert.Throws<FormatException>(() => StateHash.Parse(text));

    private static StateHash Of(IEnumerable<Doc> docs) => docs.Aggregate(StateHash.Empty, Add);

    private static StateHash Add(StateHash hash, Doc doc) => hash.Add(new(doc.Kind, doc.Id), ContentHash.Of(doc.Value), doc.ContentType);

    private static StateHash Remove(StateHash hash, Doc doc) => hash.Remove(new(doc.Kind, doc.Id), ContentHash.Of(doc.Value), doc.ContentType);
}
