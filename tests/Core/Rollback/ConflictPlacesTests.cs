using System.Text;
using System.Text.Json;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>Every place has a sentence and three sides, also where the whole document is in conflict.</summary>
public sealed class ConflictPlacesTests
{
    private const string Several = "a\nx\ny\nz\nw\nv\nb\n";

    [Theory]
    [InlineData("1", "2", "3", PlaceConflict.ChangedByBoth, "to different numbers.")]
    [InlineData("\"a\"", "\"b\"", "\"c\"", PlaceConflict.ChangedByBoth, "to different strings.")]
    [InlineData("1", "null", "3", PlaceConflict.ChangedType, "later work has null now, the rollback has a number.")]
    [InlineData("true", "false", "null", PlaceConflict.ChangedType, "later work has a boolean now, the rollback has null.")]
    [InlineData("[1,2]", "{}", "3", PlaceConflict.ChangedType, "later work has an object now, the rollback has a number.")]
    public void Value_at_the_root_has_a_sentence_and_three_sides(
        string undone, string current, string before, PlaceConflict kind, string reason)
    {
        var place = Assert.Single(Places(Json(undone), Json(current), Json(before)));

        Assert.Equal(("", kind, PlaceScope.Value), (place.Path, place.Kind, place.Scope));
        Assert.StartsWith("Both sides changed the whole value", place.Reason, StringComparison.Ordinal);
        Assert.EndsWith(reason, place.Reason, StringComparison.Ordinal);
        Assert.Equal((undone, current, before), (place.Base?.Text, place.Current?.Text, place.Rollback?.Text));
    }

    [Fact]
    public void Value_null_is_not_the_same_as_no_value_after_the_wire()
    {
        var place = Assert.Single(Places(Json("1"), Json("null"), Json("3")));
        var deleted = Assert.Single(Places(Json("1"), null, Json("3")));

        Assert.Equal("null", OverTheWire(place).Current?.Text);
        Assert.Null(OverTheWire(deleted).Current);
    }

    [Fact]
    public void Bytes_have_sizes_and_media_types()
    {
        var place = Assert.Single(Places(Bytes([0, 1]), Bytes([0, 2, 3]), Bytes([0, 3])));

        Assert.Equal(("", PlaceConflict.ChangedByBoth), (place.Path, place.Kind));
        Assert.Equal("Both sides changed the document. The document is not text, and is not merged.", place.Reason);
        Assert.Equal((null, null, null), (place.Base, place.Current, place.Rollback));
        Assert.Equal(["base", "current", "rollback"], place.NotShown);
        Assert.Equal([new("base", 2, "image/png"), new("current", 3, "image/png"), new("rollback", 2, "image/png")], OverTheWire(place).Hidden);
    }

    [Fact]
    public void Bytes_that_both_added_or_one_deleted_or_made_JSON_are_told_apart()
    {
        var added = Assert.Single(Places(null, Bytes([0, 2]), Bytes([0, 3])));
        var deleted = Assert.Single(Places(Bytes([0, 2]), null, Bytes([0, 3])));
        var json = Assert.Single(Places(Bytes([0, 2]), Json("1"), Bytes([0, 3])));

        Assert.Equal((PlaceConflict.AddedByBoth, 2), (added.Kind, added.Hidden.Length));
        Assert.Equal((PlaceConflict.RemovedAndChanged, 2), (deleted.Kind, deleted.Hidden.Length));
        Assert.Equal((PlaceConflict.ChangedType, "1", 2), (json.Kind, json.Current?.Text, json.Hidden.Length));
        Assert.Equal("Both sides changed the document: later work has JSON, the rollback has image/png.", json.Reason);
    }

    [Fact]
    public void Text_that_is_a_number_is_shown_as_text()
    {
        var place = Assert.Single(Places(Text("5"), null, Text("6")));

        Assert.Equal(("\"5\"", null, "\"6\""), (place.Base?.Text, place.Current, place.Rollback?.Text));
    }

    [Fact]
    public void Lines_in_several_stretches_are_places_of_their_own()
    {
        var places = Places(Text(Several), Text("a1\nx\ny\nz\nw\nv\nb1\n"), Text("a2\nx\ny\nz\nw\nv\nb2\n"));

        Assert.Equal(["line 1", "line 7"], places.Select(place => place.Path));
        Assert.All(places, place => Assert.Equal(PlaceScope.Lines, place.Scope));
        Assert.Equal(("\"b\\n\"", "\"b1\\n\"", "\"b2\\n\""), (places[1].Base?.Text, places[1].Current?.Text, places[1].Rollback?.Text));
    }

    private static ConflictPlace OverTheWire(ConflictPlace place) =>
        JsonSerializer.Deserialize<ConflictPlace>(JsonSerializer.Serialize(place, MementoJson.Default.Options), MementoJson.Default.Options)!;

    private static List<ConflictPlace> Places(DocumentValue? undone, DocumentValue? current, DocumentValue? before) =>
        [.. ConflictPlaces.Of(DocumentMerge.Of(new(DocumentKind.File, "f"), undone, current, before))];

    private static DocumentValue Json(string json) => DocumentValue.Json(Encoding.UTF8.GetBytes(json));

    private static DocumentValue Bytes(byte[] bytes) => DocumentValue.Bytes(bytes, "image/png");

    private static DocumentValue Text(string text) => DocumentValue.Bytes(Encoding.UTF8.GetBytes(text), "text/plain");
}
