using Merging;
using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>Merges that look harmless and are not: each is a conflict, because a clean result would be a guess.</summary>
public sealed class JsonMergeConflictTests
{
    public static TheoryData<string, string, string, string> Conflicts => new()
    {
        {
            "Replaced element beside one without a key",
            """[{"id":1,"name":"old","role":"admin"},{"note":"no id"}]""",
            """[{"id":1,"label":"new"},{"note":"no id"}]""",
            """[{"id":1,"mail":"x","name":"old","role":"admin"},{"note":"no id"}]"""
        },
        { "Replaced options of a tuple", """["web",{"x":1}]""", """["web",{"y":5}]""", """["web",{"x":1,"z":3}]""" },
        {
            "Replaced record of a map",
            """{"users":{"bob":{"name":"old","role":"admin"}}}""",
            """{"users":{"bob":{"label":"new"}}}""",
            """{"users":{"bob":{"mail":"x","name":"old","role":"admin"}}}"""
        },
        {
            "Replaced element with a flag in common",
            """[{"active":true,"id":1,"mail":"ann@x","name":"Ann","role":"admin"}]""",
            """[{"active":true,"id":1,"mail":"bob@y","name":"Bob","role":"user"}]""",
            """[{"active":true,"id":1,"mail":"ann@x","name":"Ann","phone":"ann's","role":"admin"}]"""
        },
        {
            "Member renamed by one side, renamed and made anew by the other",
            """{"a":{"runs-on":"ubuntu-latest","steps":["checkout"]}}""",
            """{"b":{"runs-on":"ubuntu-latest","steps":["checkout"]}}""",
            """{"a":{"entirely":"new"},"c":{"runs-on":"ubuntu-latest","steps":["checkout"]}}"""
        },
        {
            "Member renamed by one side and changed by the other",
            """{"lint":{"runs-on":"ubuntu-latest","steps":["checkout"]}}""",
            """{"docs":{"runs-on":"ubuntu-latest","steps":["checkout"]}}""",
            """{"lint":{"runs-on":"ubuntu-latest","steps":["checkout","eslint"]}}"""
        },
        { "One of several equal numbers removed", "[0,0,0,0,0,0]", "[0,0,7,0,0,0,0]", "[0,0,0,0,0]" },
        {
            "Renumbered elements, one of them changed",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"},{"id":3,"t":"gamma"}]""",
            """[{"id":1,"t":"zero"},{"id":2,"t":"alpha"},{"id":3,"t":"beta"},{"id":4,"t":"gamma"}]""",
            """[{"id":1,"t":"alpha"},{"done":true,"id":2,"t":"beta"},{"id":3,"t":"gamma"}]"""
        },
        {
            "Element removed and the later ones renumbered, one of them changed",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"},{"id":3,"t":"gamma"}]""",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"gamma"}]""",
            """[{"id":1,"t":"alpha"},{"done":true,"id":2,"t":"beta"},{"id":3,"t":"gamma"}]"""
        },
        {
            "Replaced element without a key that shares its owner",
            """[{"owner":"ann@example.org","text":"buy milk"}]""",
            """[{"done":true,"owner":"ann@example.org","text":"buy milk"}]""",
            """[{"owner":"ann@example.org","text":"call mum"}]"""
        },
        {
            "Replaced element of which both changed the name",
            """[{"id":1,"name":"Ann","role":"admin"}]""",
            """[{"id":1,"name":"Bob","role":"user"}]""",
            """[{"id":1,"name":"Anna","phone":"ann's","role":"admin"}]"""
        },
        {
            "Element moved to two lists",
            """{"blocked":[],"done":[],"todo":[{"id":1,"t":"a"}]}""",
            """{"blocked":[],"done":[{"id":1,"t":"a"}],"todo":[]}""",
            """{"blocked":[{"id":1,"t":"a"}],"done":[],"todo":[]}"""
        },
        {
            "Member moved to two objects",
            """{"x":{"package":"1.0.0"},"y":{},"z":{}}""", """{"x":{},"y":{"package":"1.0.0"},"z":{}}""", """{"x":{},"y":{},"z":{"package":"1.0.0"}}"""
        },
        {
            "Element moved to another list by one side and removed by the other",
            """{"done":[],"todo":[{"id":1,"t":"a"}]}""", """{"done":[{"id":1,"t":"a"}],"todo":[]}""", """{"done":[],"todo":[]}"""
        },
    };

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Uncertain_merge_is_a_conflict_both_ways_round(string name, string @base, string ours, string theirs)
    {
        Assert.True(JsonMerges.Clean(@base, ours, theirs) is null, name);
        Assert.True(JsonMerges.Clean(@base, theirs, ours) is null, name);
    }

    [Fact]
    public void Conflict_over_renamed_members_shows_every_member_involved()
    {
        var conflict = Assert.Single(JsonMerges.Merge("""{"a":"five"}""", """{"b":"five","c":7}""", """{"c":"five"}""").Conflicts);

        Assert.Equal((MergeConflictKind.Renamed, ConflictScope.Members), (conflict.Kind, conflict.Scope));
        Assert.Equal("""{"b":"five","c":7}""", System.Text.Encoding.UTF8.GetString(conflict.Ours!.Value.Span));
    }
    [Fact]
    public void Conflict_over_a_long_element_without_a_key_does_not_repeat_it()
    {
        var conflict = Assert.Single(JsonMerges.Merge(
            """[{"uses":"actions/setup-node@v3","with":{"node-version":"16"}}]""",
            """[{"uses":"actions/setup-python@v3","with":{"python-version":"3.11"}}]""",
            """[{"uses":"actions/setup-node@v3","with":{"cache":"npm","node-version":"16"}}]""").Conflicts);

        Assert.Equal("Both sides changed an element of the list, and one of them may be another element.", conflict.Why);
    }
}
