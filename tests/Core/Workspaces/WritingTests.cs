using Memento.Workspaces;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;

namespace Memento.Tests.Core.Workspaces;

public sealed class WritingTests
{
    private readonly WorkspaceStory _story = new();

    [Fact]
    public void A_put_makes_a_version_and_says_who()
    {
        var change = Assert.Single(_story.Write(Put("a", """{ "x": 1 }""")));

        Assert.Null(change.Before);
        Assert.Equal("""{"x":1}""", Text(change.After));
        var fact = Assert.IsType<WorkspaceFact.DocumentsChanged>(Assert.Single(_story.Facts));
        Assert.Equal(("ada", "s1", null, Dawn), (fact.AgentId, fact.SessionId, fact.Cause, fact.At));
        Assert.Equal((1L, 1L, 1L, 7L), (_story.State.Seq, _story.State.ChangedSeq, _story.State.Documents, _story.State.Bytes));
        Assert.Equal((_story.RootFromScratch(), _story.State.Root), (fact.Root, fact.Root));
    }

    [Fact]
    public void A_batch_is_one_change()
    {
        _story.Write(Put("a", "1"), Put("b", "22"));
        var changes = _story.Write(Put("a", "3"), Delete("b"), Put("c", "true", DocumentKind.Metadata));

        Assert.Equal(["entity/a", "entity/b", "metadata/c"], changes.Select(c => c.Key.ToString()));
        Assert.All(changes.Take(2), c => Assert.Equal(1, c.Before!.Seq));
        Assert.Equal((2L, 2L, 5L), (_story.State.Seq, _story.State.Documents, _story.State.Bytes));
        Assert.Equal(_story.RootFromScratch(), _story.State.Root);
    }

    [Fact]
    public void What_is_equal_makes_no_version()
    {
        _story.Write(Put("a", """{"x":1,"y":2}"""), PutFile("f", [1, 2], "text/plain"));
        var state = _story.State;

        Assert.Empty(_story.Write(Put("a", """{ "y": 2.0, "x": 1e0 }""")));
        Assert.Empty(_story.Write(PutFile("f", [1, 2], "text/plain")));
        Assert.Empty(_story.Write(Patch("a", """{"z":null}""")));
        Assert.Same(state, _story.State);
        Assert.Equal("entity/b", Assert.Single(_story.Write(Put("a", """{"x":1,"y":2}"""), Put("b", "1"))).Key.ToString());
    }

    [Fact]
    public void The_same_bytes_of_another_type_are_a_new_version()
    {
        _story.Write(PutFile("f", [1, 2], "text/plain"));
        var before = _story.State.Root;

        Assert.Single(_story.Write(PutFile("f", [1, 2], "image/png")));
        Assert.NotEqual(before, _story.State.Root);
        Assert.Equal((1L, 2L), (_story.State.Documents, _story.State.Bytes));
    }

    [Fact]
    public void What_comes_and_goes_leaves_the_root_as_it_was()
    {
        _story.Write(Put("a", "1"));
        var before = _story.State;
        _story.Write(Put("b", "2"));
        _story.Write(Delete("b"));

        Assert.Equal((before.Root, before.Documents, before.Bytes), (_story.State.Root, _story.State.Documents, _story.State.Bytes));
        Assert.NotEqual(before.Chain, _story.State.Chain);
        Assert.Null(Assert.Single(_story.Write(Put("b", "3"))).Before!.Hash);
    }

    [Fact]
    public void Patches_are_told_apart_by_their_form()
    {
        _story.Write(Put("a", """{"list":[1],"n":1}"""));

        Assert.Equal("""{"list":[1],"n":2}""", Text(Assert.Single(_story.Write(Patch("a", """ {"n":2}"""))).After));
        Assert.Equal("""{"list":[1,5],"n":2}""", Text(Assert.Single(_story.Write(Patch("a", """ [{"op":"add","path":"/list/-","value":5}]"""))).After));
    }

    [Fact]
    public void What_is_not_there_cannot_be_patched_or_deleted()
    {
        _story.Write(Put("gone", "1"));
        _story.Write(Delete("gone"));

        foreach (var id in (string[])["gone", "never"])
        {
            Assert.Equal(RefusalKind.NotFound, _story.Refuse(Codes.DocumentNotFound, Patch(id, "{}")).Kind);
            _story.Refuse(Codes.DocumentNotFound, Delete(id));
        }

        _story.Refuse(Codes.DocumentNotFound, Put("a", "1"), Delete("never"));
        Assert.Equal(2, _story.State.Seq);
    }

    [Fact]
    public void An_etag_must_be_the_newest()
    {
        _story.Write(Put("a", "1"), Put("b", "1"));
        _story.Write(Put("a", "2"));

        foreach (var stale in (string[])["\"1\"", "1", "\"3\"", "W/\"2\"", "", "x", "-2"])
        {
            Assert.Equal(RefusalKind.Conflict, _story.Refuse(Codes.VersionConflict, Put("a", "3") with { IfMatch = stale }).Kind);
            _story.Refuse(Codes.VersionConflict, Delete("a") with { IfMatch = stale });
            _story.Refuse(Codes.VersionConflict, Patch("a", "3") with { IfMatch = stale });
            _story.Refuse(Codes.VersionConflict, Put("c", "1"), Put("a", "3") with { IfMatch = stale });
        }

        _story.Write(Put("a", "3") with { IfMatch = _story.Etag("a") });
        _story.Write(Put("a", "4") with { IfMatch = "3" });
        _story.Write(Put("a", "5") with { IfMatch = "*" }, Delete("b") with { IfMatch = "\"1\"" });
    }

    [Fact]
    public void What_must_exist_must_not_be_deleted_and_what_must_not_may()
    {
        _story.Write(Put("a", "1"));
        Assert.Contains("\"1\"", _story.Refuse(Codes.VersionConflict, Put("a", "1") with { IfAbsent = true }).Message, StringComparison.Ordinal);
        _story.Write(Delete("a"));

        _story.Refuse(Codes.VersionConflict, Put("a", "1") with { IfMatch = "*" });
        _story.Refuse(Codes.VersionConflict, Put("a", "1") with { IfMatch = "\"2\"" });
        _story.Write(Put("a", "1") with { IfAbsent = true });
    }

    [Fact]
    public void A_value_may_be_as_large_as_the_limit()
    {
        var mebibyte = 1024 * 1024;
        var refusal = _story.Refuse(Codes.SnapshotTooLarge, PutFile("f", new byte[11 * mebibyte]));
        Assert.Equal(RefusalKind.TooLarge, refusal.Kind);
        Assert.Contains("file/f", refusal.Message, StringComparison.Ordinal);
        _story.Refuse(Codes.SnapshotTooLarge, Put("a", $"\"{new string('x', 10 * mebibyte)}\""));

        Assert.Single(_story.Write(PutFile("f", new byte[10 * mebibyte])));
    }

    [Fact]
    public void What_a_patch_makes_is_held_to_the_limit_too()
    {
        var story = new WorkspaceStory { Limits = new() { MaxDocumentBytes = 20 } };
        story.Write(Put("a", """{"x":"12345"}"""));

        story.Refuse(Codes.SnapshotTooLarge, Patch("a", """{"y":"12345"}"""));
        story.Refuse(Codes.SnapshotTooLarge, Patch("a", """[{"op":"add","path":"/y","value":"12345"}]"""));
        story.Write(Patch("a", """{"y":1}"""));
    }

    [Fact]
    public void A_batch_has_bounds()
    {
        var story = new WorkspaceStory { Limits = new() { MaxBatch = 3, MaxBatchBytes = 100 } };

        Assert.Equal("operations", Assert.Single(story.Refuse(Codes.ValidationFailed).Errors).Field);
        story.Refuse(Codes.ValidationFailed, default(System.Collections.Immutable.ImmutableArray<DocumentOperation>));
        Assert.Equal(RefusalKind.TooLarge, story.Refuse(Codes.TooLarge, Put("a", "1"), Put("b", "1"), Put("c", "1"), Put("d", "1")).Kind);
        story.Refuse(Codes.TooLarge, PutFile("a", new byte[60]), PutFile("b", new byte[41]));
        story.Write(PutFile("a", new byte[60]), PutFile("b", new byte[40]), Put("c", "1") with { Value = DocumentValue.Bytes([], null), Kind = DocumentKind.File });
    }

    [Fact]
    public void A_batch_changes_a_document_once()
    {
        var refusal = _story.Refuse(Codes.ValidationFailed, Put("a", "1"), Put("a", "1", DocumentKind.File) with { Value = DocumentValue.Bytes([1], null) }, Delete("a"));

        Assert.Equal("operations[2].id", Assert.Single(refusal.Errors).Field);
        Assert.Contains("operations[0]", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DocumentKind.Entity)]
    [InlineData(DocumentKind.SessionState)]
    [InlineData(DocumentKind.Metadata)]
    public void Only_files_may_be_something_else_than_json(DocumentKind kind)
    {
        var refusal = _story.Refuse(Codes.ValidationFailed, PutFile("a", [1], "text/plain") with { Kind = kind });

        Assert.Equal("value", Assert.Single(refusal.Errors).Field);
        _story.Write(PutFile("a", [1], "text/plain"), Put("j", "1", DocumentKind.File));
    }

    [Fact]
    public void Every_bad_name_is_told_by_its_field()
    {
        var refusal = WorkspaceStory.Refused(Codes.ValidationFailed, _story.Try(new Author("", "a\u0001"),
            Put("", "1"), Put("a//b", "1"), Put("fine", "1"), Put("a/../b", "1"), Put(new string('x', 257), "1"), Put("\ud800", "1"), null!, Put("k", "1") with { Kind = (DocumentKind)9 }, Put("o", "1") with { Op = (DocumentOp)9 }));

        Assert.Equal(
            ["agentId", "sessionId", "operations[0].id", "operations[1].id", "operations[3].id", "operations[4].id", "operations[5].id", "operations[6]", "operations[7].kind", "operations[8].op"],
            refusal.Errors.Select(e => e.Field));
        Assert.Equal("id", Assert.Single(_story.Refuse(Codes.ValidationFailed, Put("/", "1")).Errors).Field);
    }

    [Fact]
    public void What_is_missing_or_cannot_be_applied_is_told_by_its_field()
    {
        _story.Write(Put("a", "1"), PutFile("f", [1], "text/plain"));

        Assert.Equal("operations[1].value", Field(Put("b", "1"), Put("c", "1") with { Value = null }));
        Assert.Equal("patch", Field(Patch("a", "1") with { Patch = null }));
        Assert.Equal("patch", Field(Patch("f", "{}", DocumentKind.File)));
        Assert.StartsWith("patch", Field(Patch("a", """[{"op":"sneeze","path":""}]""")), StringComparison.Ordinal);
        Assert.Equal("patch", Assert.Single(_story.Refuse(Codes.MalformedRequest, Patch("a", "{")).Errors).Field);
        Assert.Equal(RefusalKind.Conflict, _story.Refuse(Codes.PatchTestFailed, Patch("a", """[{"op":"test","path":"","value":2}]""")).Kind);

        string Field(params System.Collections.Immutable.ImmutableArray<DocumentOperation> operations) => Assert.Single(_story.Refuse(Codes.ValidationFailed, operations).Errors).Field;
    }

    [Fact]
    public void Times_never_decrease_though_the_clock_does()
    {
        _story.Write(Put("a", "1"));
        _story.Later(-100).Write(Put("a", "2"));

        Assert.Equal([Dawn, Dawn], _story.Facts.Select(f => f.At));
        Assert.Equal(Dawn, _story.State.UpdatedAt);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("text/ü")]
    [InlineData("text/plain\n")]
    [InlineData(" text/plain")]
    public void A_media_type_can_be_sent_in_a_header(string type) =>
        Assert.Equal("contentType", Assert.Single(Assert.Throws<MementoException>(() => DocumentValue.Bytes([1], type)).Refusal.Errors).Field);
}
