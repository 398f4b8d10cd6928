using Merging;
using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>Things that move from one list or object to another.</summary>
public sealed class JsonMergeMoveTests
{
    public static TheoryData<string, string, string, string> Conflicts => new()
    {
        {
            "Element moved to two new lists",
            """{"todo":[{"id":7,"t":"fix the bug"},{"id":8}]}""",
            """{"doing":[{"id":7,"t":"fix the bug"}],"todo":[{"id":8}]}""",
            """{"done":[{"id":7,"t":"fix the bug"}],"todo":[{"id":8}]}"""
        },
        {
            "Element moved to a new list and removed",
            """{"todo":[{"id":7,"t":"fix the bug"},{"id":8}]}""",
            """{"doing":[{"id":7,"t":"fix the bug"}],"todo":[{"id":8}]}""",
            """{"todo":[{"id":8}]}"""
        },
        {
            "Member moved to two new objects",
            """{"srv":{"port":8080}}""",
            """{"http":{"port":8080},"srv":{}}""",
            """{"api":{"port":8080},"srv":{}}"""
        },
        {
            "Element moved and changed by both",
            """{"doing":[],"done":[],"todo":[{"id":7,"s":"todo","t":"a"}]}""",
            """{"doing":[{"id":7,"s":"doing","t":"a"}],"done":[],"todo":[]}""",
            """{"doing":[],"done":[{"id":7,"s":"done","t":"a"}],"todo":[]}"""
        },
        {
            "Text moved to two lists",
            """{"doing":["z"],"done":["y"],"todo":["fix the bug","x"]}""",
            """{"doing":["z","fix the bug"],"done":["y"],"todo":["x"]}""",
            """{"doing":["z"],"done":["y","fix the bug"],"todo":["x"]}"""
        },
        {
            "Text moved and removed",
            """{"doing":["z"],"todo":["fix the bug","x"]}""",
            """{"doing":["z","fix the bug"],"todo":["x"]}""",
            """{"doing":["z"],"todo":["x"]}"""
        },
        {
            "Member renamed while it moved, and removed",
            """{"a":{"cfg":{"host":"db.local"}},"b":{}}""",
            """{"a":{},"b":{"config":{"host":"db.local"}}}""",
            """{"a":{},"b":{}}"""
        },
        {
            "Element moved between lists of elements",
            """{"boards":[{"cols":[{"cards":[{"id":7,"t":"abc"}],"id":"c"},{"cards":[],"id":"d"},{"cards":[],"id":"e"}],"id":"x"}]}""",
            """{"boards":[{"cols":[{"cards":[],"id":"c"},{"cards":[{"id":7,"t":"abc"}],"id":"d"},{"cards":[],"id":"e"}],"id":"x"}]}""",
            """{"boards":[{"cols":[{"cards":[],"id":"c"},{"cards":[],"id":"d"},{"cards":[{"id":7,"t":"abc"}],"id":"e"}],"id":"x"}]}"""
        },
        {
            "Element without a key removed by one side, changed and moved by the other",
            """[{"t":"amber zero","x":"p"},{"t":"birch"}]""",
            """[{"t":"birch"}]""",
            """[{"t":"birch"},{"t":"amber zero","x":"new"}]"""
        },
        {
            "Element moved and changed by both, with a key that another list has too",
            """{"doing":[],"done":[],"todo":[{"id":7,"s":"todo","t":"fix the bug"}],"users":[{"id":7,"n":"ann"}]}""",
            """{"doing":[{"id":7,"s":"doing","t":"fix the bug"}],"done":[],"todo":[],"users":[{"id":7,"n":"ann"}]}""",
            """{"doing":[],"done":[{"id":7,"s":"done","t":"fix the bug"}],"todo":[],"users":[{"id":7,"n":"ann"}]}"""
        },
        {
            "Element moved and changed by one side, removed by the other, with a key that another list has too",
            """{"done":[],"todo":[{"id":7,"s":"todo","t":"fix the bug"}],"users":[{"id":7,"n":"ann"}]}""",
            """{"done":[{"id":7,"s":"done","t":"fix the bug"}],"todo":[],"users":[{"id":7,"n":"ann"}]}""",
            """{"done":[],"todo":[],"users":[{"id":7,"n":"ann"}]}"""
        },
        {
            "Member moved and removed, while a third object has an equal one",
            """{"b":{"left-pad":"1.0.0"},"dependencies":{"left-pad":"1.0.0","x":"1.0.0"},"dev":{}}""",
            """{"b":{"left-pad":"1.0.0"},"dependencies":{"x":"1.0.0"},"dev":{"left-pad":"1.0.0"}}""",
            """{"b":{"left-pad":"1.0.0"},"dependencies":{"x":"1.0.0"},"dev":{}}"""
        },
        {
            "Element moved to a list where the other side added one too",
            """{"doing":[{"id":5}],"done":[{"id":1}],"todo":[{"id":7,"t":"fix the bug"}]}""",
            """{"doing":[{"id":5},{"id":7,"t":"fix the bug"}],"done":[{"id":1},{"id":9}],"todo":[]}""",
            """{"doing":[{"id":5}],"done":[{"id":1},{"id":7,"t":"fix the bug"}],"todo":[]}"""
        },
        {
            "Element added by both at two places, one of them beside a move",
            """["a","b","c"]""",
            """["x","b","a!","c"]""",
            """["b","a","c","x"]"""
        },
    };

    public static TheoryData<string, string, string, string, string> Clean => new()
    {
        {
            "One side moved, the other changed another element",
            """{"done":[],"todo":[{"id":7,"t":"fix the bug"},{"id":8}]}""",
            """{"done":[{"id":7,"t":"fix the bug"}],"todo":[{"id":8}]}""",
            """{"done":[],"todo":[{"id":7,"t":"fix the bug"},{"id":8,"x":1}]}""",
            """{"done":[{"id":7,"t":"fix the bug"}],"todo":[{"id":8,"x":1}]}"""
        },
        {
            "One side moved, the other added an element",
            """{"done":[],"todo":[{"id":7,"t":"fix the bug"}]}""",
            """{"done":[{"id":7,"t":"fix the bug"}],"todo":[]}""",
            """{"done":[],"todo":[{"id":7,"t":"fix the bug"},{"id":9}]}""",
            """{"done":[{"id":7,"t":"fix the bug"}],"todo":[{"id":9}]}"""
        },
        {
            "Both moved the same element to the same list",
            """{"done":[],"todo":[{"id":7,"t":"fix the bug"}],"v":1}""",
            """{"done":[{"id":7,"t":"fix the bug"}],"todo":[],"v":1}""",
            """{"done":[{"id":7,"t":"fix the bug"}],"todo":[],"v":2}""",
            """{"done":[{"id":7,"t":"fix the bug"}],"todo":[],"v":2}"""
        },
        {
            "Appended by one side, the last one moved by the other",
            """["a","b","c","d"]""",
            """["a","b","c","d","e"]""",
            """["d","a","b","c"]""",
            """["d","a","b","c","e"]"""
        },
        {
            "Added in front by one side, the first one moved by the other",
            """["a","b","c","d"]""",
            """["e","a","b","c","d"]""",
            """["b","c","d","a"]""",
            """["e","b","c","d","a"]"""
        },
        {
            "Both moved the same elements, one added an element",
            """["a","b"]""",
            """["b","a"]""",
            """["b","a","e"]""",
            """["b","a","e"]"""
        },
        {
            "Both moved the same elements, both added elements elsewhere",
            """["b","a"]""",
            """["a","x","b"]""",
            """["a","b","y"]""",
            """["a","x","b","y"]"""
        },
        {
            "Key of an element removed by both, given to another thing",
            """{"tasks":[{"id":3,"t":"a"},{"id":4,"t":"b"}],"users":[{"id":1,"n":"ann"},{"id":2,"n":"bob"}]}""",
            """{"tasks":[{"id":4,"t":"b"}],"users":[{"id":1,"n":"ann"},{"id":2,"n":"bob"},{"id":3,"n":"c"}]}""",
            """{"tasks":[{"id":4,"t":"b"}],"users":[{"id":1,"n":"ann"},{"id":2,"n":"bob","x":1}]}""",
            """{"tasks":[{"id":4,"t":"b"}],"users":[{"id":1,"n":"ann"},{"id":2,"n":"bob","x":1},{"id":3,"n":"c"}]}"""
        },
        {
            "Part of an element removed by both, in a new element",
            """{"servers":[{"ip":"10.0.0.1","name":"x","tags":["production"]},{"name":"z"}]}""",
            """{"servers":[{"name":"z"},{"ip":"10.0.0.2","name":"y","tags":["production"]}]}""",
            """{"servers":[{"name":"z","q":1}]}""",
            """{"servers":[{"name":"z","q":1},{"ip":"10.0.0.2","name":"y","tags":["production"]}]}"""
        },
        {
            "Flag removed by both, set in a new object",
            """{"a":{"enabled":true,"x":1}}""",
            """{"a":{"x":1},"b":{"enabled":true}}""",
            """{"a":{"x":2}}""",
            """{"a":{"x":2},"b":{"enabled":true}}"""
        },
    };

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Item_moved_by_one_side_and_moved_or_removed_by_the_other_conflicts(string name, string @base, string ours, string theirs)
    {
        Assert.True(JsonMerges.Clean(@base, ours, theirs) is null, name);
        Assert.True(JsonMerges.Clean(@base, theirs, ours) is null, name);
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void Moves_that_do_not_touch_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.True(merged == JsonMerges.Clean(@base, ours, theirs), name);
        Assert.True(merged == JsonMerges.Clean(@base, theirs, ours), name);
    }

    [Theory]
    [InlineData("""[{"id":1}]""", """[{"id":1},{"id":2,"v":"a"},{"id":3}]""", """[{"id":1},{"id":3,"z":1},{"id":2,"v":"b"}]""")]
    [InlineData("""{"b":{"name":"old","role":"r"}}""", """{"b":{"label":"new"}}""", """{"b":{"mail":"x","name":"old","role":"r"}}""")]
    public void Union_of_two_things_under_one_name_is_never_made(string @base, string ours, string theirs)
    {
        foreach (var conflict in JsonMerges.Merge(@base, ours, theirs).Conflicts)
            Assert.Null(ConflictSettler.Settle(conflict, ConflictSettling.Union, MergeSide.Ours));
    }
}
