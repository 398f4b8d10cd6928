using System.Security.Cryptography;
using CsCheck;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

public sealed class StateHashTests
{
    private static readonly Gen<Doc> AnyDoc = Gen.Select(Gen.OneOf("note", "file", "n", ""), JsonGen.Text, Gen.OneOf(null, "", "text/plain"), Gen.Byte.Array[0, 40],
        (kind, id, type, hash) => new Doc(kind, id, type, hash));

    private sealed record Doc(string Kind, string Id, string? ContentType, byte[] ValueHash);

    /// <summary>Hashes are stored: what they are made of must never change.</summary>
    [Fact]
    public void The_hash_is_the_one_that_is_stored()
    {
        var one = StateHash.Empty.Add("note", "é/1", null, SHA256.HashData("{}"u8));

        Assert.Equal("00a7d18b229917fc6adde53dd0524ed9a505b498a3a19a60b4fe3349152db72c", one.ToString());
        Assert.Equal("98cf3e11257ec1a15d760ca18f2124ded6ff52a9d93c38e2e749a4c17f3d4cee", one.Add("file", "a.cs", "text/plain", SHA256.HashData("class A;"u8)).ToString());
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
            new("note", "a", null, [1]), new("file", "a", null, [1]), new("note", "b", null, [1]), new("note", "a", "", [1]), new("note", "a", "x", [1]), new("note", "a", null, [2]),
            new("note", "a", null, []), new("notea", "", null, [1]), new("", "notea", null, [1]), new("note", "", "a", [1]), new("note\0a", "", null, [1]), new("note", "\0a", null, [1]), new("note", "a", null, [1, 0]),
        ];

        Assert.Equal(docs.Length, docs.Select(doc => Of([doc])).Distinct().Count());
    }

    [Fact]
    public void Two_of_a_document_are_not_one_and_not_none()
    {
        var doc = new Doc("note", "a", null, [1]);

        Assert.Equal(3, new[] { Of([]), Of([doc]), Of([doc, doc]) }.Distinct().Count());
    }

    [Fact]
    public void Long_names_are_taken_too()
    {
        var (one, other) = (new Doc("k", new string('é', 5_000) + "a", null, [1]), new Doc("k", new string('é', 5_000) + "b", null, [1]));

        Assert.NotEqual(Of([one]), Of([other]));
        Assert.Equal(StateHash.Empty, Remove(Of([one]), one));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000g")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000A")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_hash_is_refused(string text) => Assert.Equal("point.hash", Assert.Throws<MementoException>(() => StateHash.Parse(text, "point.hash")).Refusal.Errors[0].Field);

    private static StateHash Of(IEnumerable<Doc> docs) => docs.Aggregate(StateHash.Empty, Add);

    private static StateHash Add(StateHash hash, Doc doc) => hash.Add(doc.Kind, doc.Id, doc.ContentType, doc.ValueHash);

    private static StateHash Remove(StateHash hash, Doc doc) => hash.Remove(doc.Kind, doc.Id, doc.ContentType, doc.ValueHash);
}
