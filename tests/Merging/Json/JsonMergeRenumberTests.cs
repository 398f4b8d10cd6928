using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>Keys that count the elements. Renumbering them moves contents to other keys.</summary>
public sealed class JsonMergeRenumberTests
{
    public static TheoryData<string, string, string, string> Conflicts => new()
    {
        {
            "Removed in the middle",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"},{"id":3,"t":"gamma"}]""",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"gamma"}]""",
            """[{"id":1,"t":"alpha"},{"done":true,"id":2,"t":"beta"},{"id":3,"t":"gamma"}]"""
        },
        {
            "Inserted before the last",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"},{"id":3,"t":"gamma"}]""",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"},{"id":3,"t":"new"},{"id":4,"t":"gamma"}]""",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"},{"done":true,"id":3,"t":"gamma"}]"""
        },
        {
            "Inserted in front",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"}]""",
            """[{"id":1,"t":"zero"},{"id":2,"t":"alpha"},{"id":3,"t":"beta"}]""",
            """[{"done":true,"id":1,"t":"alpha"},{"id":2,"t":"beta"}]"""
        },
        {
            "First removed by one side, last by the other",
            """[{"id":1,"st":"done","t":"a"},{"id":2,"st":"open","t":"b"}]""",
            """[{"id":1,"st":"open","t":"b"}]""",
            """[{"id":1,"st":"done","t":"a"}]"""
        },
        {
            "Contents that are numbers",
            """[{"id":1,"qty":10},{"id":2,"qty":20},{"id":3,"qty":30}]""",
            """[{"id":1,"qty":20},{"id":2,"qty":30}]""",
            """[{"id":1,"qty":10},{"id":2,"note":"x","qty":20},{"id":3,"qty":30}]"""
        },
        {
            "Keys with a number at the end",
            """[{"name":"step1","run":"a"},{"name":"step2","run":"b"}]""",
            """[{"name":"step1","run":"x"},{"name":"step2","run":"a"},{"name":"step3","run":"b"}]""",
            """[{"if":"1","name":"step1","run":"a"},{"name":"step2","run":"b"}]"""
        },
        {
            "Another member that counts",
            """[{"id":1,"pos":1,"t":"alpha"},{"id":2,"pos":2,"t":"beta"}]""",
            """[{"id":1,"pos":1,"t":"zero"},{"id":2,"pos":2,"t":"alpha"},{"id":3,"pos":3,"t":"beta"}]""",
            """[{"id":1,"pos":1,"t":"alpha"},{"done":true,"id":2,"pos":2,"t":"beta"}]"""
        },
        {
            "Names of members that count",
            """{"1":{"t":"alpha"},"2":{"t":"beta"}}""",
            """{"1":{"t":"zero"},"2":{"t":"alpha"},"3":{"t":"beta"}}""",
            """{"1":{"t":"alpha"},"2":{"done":true,"t":"beta"}}"""
        },
        {
            "Renumbered and changed by the same side, removed by the other",
            """[{"id":1,"t":"amber"},{"id":2,"t":"birch"}]""",
            """[{"id":1,"t":"amber"}]""",
            """[{"done":true,"id":1,"t":"birch"}]"""
        },
        {
            "Renumbered and changed by the same side, changed by the other",
            """[{"id":1,"t":"amber"},{"id":2,"t":"birch"},{"id":3,"t":"cedar"}]""",
            """[{"id":1,"t":"amber"},{"id":2,"n":1,"t":"birch"},{"id":3,"t":"cedar"}]""",
            """[{"id":1,"t":"amber"},{"done":true,"id":2,"t":"cedar"}]"""
        },
        {
            "Names of members with a number at the end",
            """{"steps":{"s1":{"d":"mix"},"s2":{"d":"bake"}}}""",
            """{"steps":{"s1":{"d":"mix","t":1},"s2":{"d":"bake"}}}""",
            """{"steps":{"s1":{"d":"wash"},"s2":{"d":"mix"},"s3":{"d":"bake"}}}"""
        },
    };

    public static TheoryData<string, string, string, string, string> Clean => new()
    {
        {
            "Appended by one side, changed by the other",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"}]""",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"},{"id":3,"t":"c"}]""",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta!"}]""",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta!"},{"id":3,"t":"c"}]"""
        },
        {
            "Last one removed by one side, changed by the other",
            """[{"id":1,"t":"alpha"},{"id":2,"t":"beta"}]""",
            """[{"id":1,"t":"alpha"}]""",
            """[{"id":1,"t":"alpha!"},{"id":2,"t":"beta"}]""",
            """[{"id":1,"t":"alpha!"}]"""
        },
        {
            "Flags that two elements exchanged",
            """[{"id":1,"on":true},{"id":2,"on":false},{"id":3,"on":false}]""",
            """[{"id":1,"on":false},{"id":2,"on":true},{"id":3,"on":false}]""",
            """[{"id":1,"n":1,"on":true},{"id":2,"on":false},{"id":3,"on":false}]""",
            """[{"id":1,"n":1,"on":false},{"id":2,"on":true},{"id":3,"on":false}]"""
        },
    };

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Renumbered_elements_that_the_other_side_changed_are_a_conflict(string name, string @base, string ours, string theirs)
    {
        Assert.True(JsonMerges.Clean(@base, ours, theirs) is null, name);
        Assert.True(JsonMerges.Clean(@base, theirs, ours) is null, name);
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void Counting_keys_without_renumbering_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.True(merged == JsonMerges.Clean(@base, ours, theirs), name);
        Assert.True(merged == JsonMerges.Clean(@base, theirs, ours), name);
    }
}
