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
            """{"doing":[],"done":[],"todo":[{"id":7,"s":"todo"}]}""",
            """{"doing":[{"id":7,"s":"doing"}],"done":[],"todo":[]}""",
            """{"doing":[],"done":[{"id":7,"s":"done"}],"todo":[]}"""
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
    };

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Thing_that_one_side_moved_and_the_other_moved_or_removed_is_a_conflict(string name, string @base, string ours, string theirs)
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
}
