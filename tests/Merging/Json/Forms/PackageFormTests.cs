using Xunit;

namespace Memento.Tests.Merging.Json.Forms;

/// <summary>Package manifests and lock files.</summary>
public sealed class PackageFormTests
{
    private const string Base =
        "{'name':'p','version':'1.0.0','dependencies':{'left':'1','right':'1'},'scripts':{'test':'run'},"
        + "'keywords':['one','two','three','four']}";
    private const string LockA = "'node_modules/a':{'version':'1','resolved':'r/a-1','integrity':'i-a1'}";
    private const string LockA2 = "'node_modules/a':{'version':'2','resolved':'r/a-2','integrity':'i-a2'}";
    private const string LockB = "'node_modules/b':{'version':'1','resolved':'r/b-1','integrity':'i-b1'}";
    private const string LockB2 = "'node_modules/b':{'version':'2','resolved':'r/b-2','integrity':'i-b2'}";

    private static readonly string Locked = Lock(LockA, LockB);

    public static TheoryData<string, string, string, string, string> Merged => new()
    {
        { "two dependencies", Base, With("'left':'1'", "'left':'2'"), With("'right':'1'", "'right':'3'"),
            With("'left':'1','right':'1'", "'left':'2','right':'3'") },
        { "dependencies of two names added", Base, With("'left'", "'a':'1','left'"), With("'left'", "'z':'1','left'"),
            With("'left'", "'a':'1','z':'1','left'") },
        { "version and script", Base, With("1.0.0", "1.1.0"), With("'run'", "'run all'"),
            With("1.0.0", "1.1.0").Replace("'run'", "'run all'", StringComparison.Ordinal) },
        { "keyword appended, first removed", Base, With("'four'", "'four','five'"), With("'one',", ""),
            With("'one',", "").Replace("'four'", "'four','five'", StringComparison.Ordinal) },
        { "one dependency by both alike", Base, With("'left':'1'", "'left':'2'"), With("'left':'1'", "'left':'2'"),
            With("'left':'1'", "'left':'2'") },
        { "dependency moved, another changed", Base, With("'left':'1','right':'1'}", "'right':'1'},'devDependencies':{'left':'1'}"),
            With("'right':'1'", "'right':'2'"), With("'left':'1','right':'1'}", "'right':'2'},'devDependencies':{'left':'1'}") },
        { "nested exports", "{'exports':{'.':{'import':'a','require':'b'}}}", "{'exports':{'.':{'import':'c','require':'b'}}}",
            "{'exports':{'.':{'import':'a','require':'d'}}}", "{'exports':{'.':{'import':'c','require':'d'}}}" },
        { "two locked packages", Locked, Lock(LockA2, LockB), Lock(LockA, LockB2), Lock(LockA2, LockB2) },
        { "locked package added, another removed", Locked, Lock(LockB), Lock(LockA, LockB, "'node_modules/c':{'version':'1'}"),
            Lock(LockB, "'node_modules/c':{'version':'1'}") },
    };

    public static TheoryData<string, string, string, string, string> Conflicts => new()
    {
        { "locked package marked and upgraded", Locked, Lock(LockA2, LockB),
            Lock(LockA.Replace("}", ",'dev':true}", StringComparison.Ordinal), LockB), "/packages/node_modules~1a" },
        { "one dependency", Base, With("'left':'1'", "'left':'2'"), With("'left':'1'", "'left':'3'"), "/dependencies/left" },
        { "dependency removed and changed", Base, With("'left':'1',", ""), With("'left':'1'", "'left':'3'"), "/dependencies/left" },
        { "dependency moved and changed", Base, With("'left':'1','right':'1'}", "'right':'1'},'devDependencies':{'left':'1'}"),
            With("'left':'1'", "'left':'3'"), "/dependencies/left" },
        { "one dependency added by both", Base, With("'left'", "'a':'1','left'"), With("'left'", "'a':'2','left'"), "/dependencies/a" },
        { "version", Base, With("1.0.0", "1.1.0"), With("1.0.0", "2.0.0"), "/version" },
        { "keywords appended by both", Base, With("'four'", "'four','five'"), With("'four'", "'four','six'"), "/keywords" },
        { "keyword changed and removed", Base, With("'two'", "'2'"), With("'two',", ""), "/keywords" },
        { "string made an object and changed", "{'author':'a'}", "{'author':{'name':'a'}}", "{'author':'b'}", "/author" },
        { "one locked package", Locked, Lock(LockA2, LockB), Lock(LockA2.Replace('2', '3'), LockB), "/packages/node_modules~1a" },
        { "locked package upgraded and taken elsewhere", Locked, Lock(LockA2, LockB),
            Lock(LockA.Replace("r/", "mirror/", StringComparison.Ordinal), LockB), "/packages/node_modules~1a" },
        { "locked package under two new names", Locked, Lock(LockA.Replace("/a'", "/x'", StringComparison.Ordinal), LockB),
            Lock(LockA.Replace("/a'", "/y'", StringComparison.Ordinal), LockB), "/packages" },
    };

    [Theory]
    [MemberData(nameof(Merged))]
    public void Packages_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.NotEmpty(name);
        Form.AssertMerged(@base, ours, theirs, merged);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Packages_are_in_conflict(string name, string @base, string ours, string theirs, string path)
    {
        Assert.NotEmpty(name);
        Form.AssertConflict(@base, ours, theirs, path);
    }

    private static string With(string from, string to) => Base.Replace(from, to, StringComparison.Ordinal);

    private static string Lock(params string[] packages) => $"{{'lockfileVersion':3,'packages':{{{string.Join(',', packages)}}}}}";
}
