using Xunit;

namespace Memento.Tests.Merging.Json.Forms;

/// <summary>Geographic features. A position is one value: no merge may give a point where neither side put it.</summary>
public sealed class GeoFormTests
{
    private const string Inn =
        "{'properties':{'name':'Inn','beds':9,'open':true},'geometry':{'type':'Point','coordinates':[10.1,50.1]}}";
    private const string Mill =
        "{'properties':{'name':'Mill','wheels':2,'open':false},'geometry':{'type':'Point','coordinates':[11.2,51.2]}}";
    private const string Ford =
        "{'properties':{'name':'Ford','depth':1,'open':true},'geometry':{'type':'Point','coordinates':[12.3,52.3]}}";
    private const string Gate =
        "{'properties':{'name':'Gate','keys':3,'open':false},'geometry':{'type':'Point','coordinates':[13.4,53.4]}}";

    private static readonly string WithIds = Map(Id(1, Inn), Id(2, Mill), Id(3, Ford));
    private static readonly string Plain = Map(Inn, Mill, Ford, Gate);

    public static TheoryData<string, string, string, string, string> Merged => new()
    {
        { "properties of two features", WithIds, Map(Id(1, Set(Inn, "9", "8")), Id(2, Mill), Id(3, Ford)),
            Map(Id(1, Inn), Id(2, Mill), Id(3, Set(Ford, "'depth':1", "'depth':2"))),
            Map(Id(1, Set(Inn, "9", "8")), Id(2, Mill), Id(3, Set(Ford, "'depth':1", "'depth':2"))) },
        { "place and property of one feature", WithIds, Map(Id(1, Set(Inn, "10.1", "10.9")), Id(2, Mill), Id(3, Ford)),
            Map(Id(1, Set(Inn, "'beds':9", "'beds':8")), Id(2, Mill), Id(3, Ford)),
            Map(Id(1, Set(Set(Inn, "10.1", "10.9"), "'beds':9", "'beds':8")), Id(2, Mill), Id(3, Ford)) },
        { "feature removed, another moved on the map", WithIds, Map(Id(2, Mill), Id(3, Ford)),
            Map(Id(1, Inn), Id(2, Mill), Id(3, Set(Ford, "12.3", "12.4"))), Map(Id(2, Mill), Id(3, Set(Ford, "12.3", "12.4"))) },
        { "feature added, another changed", WithIds, Map(Id(1, Inn), Id(2, Mill), Id(3, Ford), Id(4, Gate)),
            Map(Id(1, Set(Inn, "'Inn'", "'Old inn'")), Id(2, Mill), Id(3, Ford)),
            Map(Id(1, Set(Inn, "'Inn'", "'Old inn'")), Id(2, Mill), Id(3, Ford), Id(4, Gate)) },
        { "features without ids, far apart", Plain, Map(Set(Inn, "'beds':9", "'beds':8"), Mill, Ford, Gate),
            Map(Inn, Mill, Ford, Set(Gate, "'keys':3", "'keys':4")),
            Map(Set(Inn, "'beds':9", "'beds':8"), Mill, Ford, Set(Gate, "'keys':3", "'keys':4")) },
        { "feature without id removed, another changed", Plain, Map(Mill, Ford, Gate),
            Map(Inn, Mill, Ford, Set(Gate, "'keys':3", "'keys':4")), Map(Mill, Ford, Set(Gate, "'keys':3", "'keys':4")) },
        { "feature without id moved in the list", Plain, Map(Gate, Inn, Mill, Ford),
            Map(Inn, "{'properties':{'name':'Dam'}}", Mill, Ford, Gate),
            Map(Gate, Inn, "{'properties':{'name':'Dam'}}", Mill, Ford) },
        { "first and last point of a line", Line("[0,0],[1,1],[2,2],[3,3]"), Line("[0,9],[1,1],[2,2],[3,3]"),
            Line("[0,0],[1,1],[2,2],[8,3]"), Line("[0,9],[1,1],[2,2],[8,3]") },
        { "point changed, point appended", Line("[0,0],[1,1],[2,2]"), Line("[0,9],[1,1],[2,2]"), Line("[0,0],[1,1],[2,2],[3,3]"),
            Line("[0,9],[1,1],[2,2],[3,3]") },
        { "two corners of a closed ring", Line("[0,0],[4,0],[4,4],[2,6],[0,4],[0,0]"), Line("[0,0],[5,0],[4,4],[2,6],[0,4],[0,0]"),
            Line("[0,0],[4,0],[4,4],[2,6],[0,5],[0,0]"), Line("[0,0],[5,0],[4,4],[2,6],[0,5],[0,0]") },
    };

    public static TheoryData<string, string, string, string, string> Conflicts => new()
    {
        { "two coordinates of one position", Line("10.1,50.1"), Line("10.9,50.1"), Line("10.1,50.9"), "/coordinates" },
        { "two coordinates of one feature", WithIds, Map(Id(1, Set(Inn, "10.1", "10.9")), Id(2, Mill), Id(3, Ford)),
            Map(Id(1, Set(Inn, "50.1", "50.9")), Id(2, Mill), Id(3, Ford)), "/features/0/geometry" },
        { "two coordinates of one point of a line", Line("[0,0],[1,1],[2,2]"), Line("[0,0],[9,1],[2,2]"), Line("[0,0],[1,9],[2,2]"),
            "/coordinates" },
        { "height added and place changed", Line("10.1,50.1"), Line("10.1,50.1,7"), Line("10.1,50.9"), "/coordinates" },
        { "one coordinate", Line("10.1,50.1"), Line("10.8,50.1"), Line("10.9,50.1"), "/coordinates" },
        { "feature removed and changed", WithIds, Map(Id(2, Mill), Id(3, Ford)), Map(Id(1, Set(Inn, "9", "8")), Id(2, Mill), Id(3, Ford)),
            "/features" },
        { "one id added by both", WithIds, Map(Id(1, Inn), Id(2, Mill), Id(3, Ford), Id(4, Gate)),
            Map(Id(1, Inn), Id(2, Mill), Id(3, Ford), Id(4, Set(Gate, "13.4", "13.5"))), "/features/3" },
        { "id changed by both", WithIds, Map(Id(1, Inn), Id(2, Mill), Id(8, Ford)), Map(Id(1, Inn), Id(2, Mill), Id(9, Ford)),
            "/features" },
        { "point made an area and moved", "{'type':'Point','coordinates':[1,1]}",
            "{'type':'Polygon','coordinates':[[[0,0],[1,0],[0,0]]]}", "{'type':'Point','coordinates':[2,2]}", "/coordinates" },
        { "feature without id removed and changed", Plain, Map(Inn, Mill, Ford), Map(Inn, Mill, Ford, Set(Gate, "'keys':3", "'keys':4")),
            "/features" },
        { "points appended by both", Line("[0,0],[1,1]"), Line("[0,0],[1,1],[2,2]"), Line("[0,0],[1,1],[3,3]"), "/coordinates" },
    };

    [Theory]
    [MemberData(nameof(Merged))]
    public void Maps_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.NotEmpty(name);
        Form.AssertMerged(@base, ours, theirs, merged);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Maps_are_in_conflict(string name, string @base, string ours, string theirs, string path)
    {
        Assert.NotEmpty(name);
        Form.AssertConflict(@base, ours, theirs, path);
    }

    private static string Map(params string[] features) => $"{{'type':'FeatureCollection','features':[{string.Join(',', features)}]}}";

    private static string Id(int id, string feature) => $"{{'id':{id},{feature[1..]}";

    private static string Line(string coordinates) => $"{{'type':'LineString','coordinates':[{coordinates}]}}";

    private static string Set(string feature, string from, string to) => feature.Replace(from, to, StringComparison.Ordinal);
}
