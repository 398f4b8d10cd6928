using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging.Json.Forms;

/// <summary>Manifests of a container platform: lists whose elements have names.</summary>
public sealed class ManifestFormTests
{
    private const string Log = "{'name':'log','image':'l:1'}";
    private const string Web =
        "{'name':'web','image':'w:1','env':[{'name':'A','value':'1'},{'name':'B','value':'2'},{'name':'C','value':'3'}]}";
    private const string Db = "{'name':'db','image':'d:1'}";

    private static readonly string Three = Pod(Log, Web, Db);

    public static TheoryData<string, string, string, string, string> Merged => new()
    {
        { "image and variable of one container", Three, Pod(Log, Changed("w:1", "w:2"), Db),
            Pod(Log, Changed("'value':'2'", "'value':'9'"), Db),
            Pod(Log, Changed("w:1", "w:2").Replace("'value':'2'", "'value':'9'", StringComparison.Ordinal), Db) },
        { "two variables", Three, Pod(Log, Changed("'value':'1'", "'value':'7'"), Db),
            Pod(Log, Changed("'value':'2'", "'value':'9'"), Db),
            Pod(Log, Changed("'value':'1'", "'value':'7'").Replace("'value':'2'", "'value':'9'", StringComparison.Ordinal), Db) },
        { "variables added at two places", Three, Pod(Log, Changed("'env':[", "'env':[{'name':'X','value':'x'},"), Db),
            Pod(Log, Changed("'3'}]", "'3'},{'name':'Y','value':'y'}]"), Db),
            Pod(Log, Changed("'env':[", "'env':[{'name':'X','value':'x'},")
                .Replace("'3'}]", "'3'},{'name':'Y','value':'y'}]", StringComparison.Ordinal), Db) },
        { "number of one port and protocol of another", "[{'name':'http','containerPort':80},{'name':'https','containerPort':443}]",
            "[{'name':'http','containerPort':8080},{'name':'https','containerPort':443}]",
            "[{'name':'http','containerPort':80},{'name':'https','containerPort':443,'protocol':'TCP'}]",
            "[{'name':'http','containerPort':8080},{'name':'https','containerPort':443,'protocol':'TCP'}]" },
        { "container added and image changed", Three, Pod(Log, Web, Db, "{'name':'sidecar','image':'s:1'}"),
            Pod("{'name':'log','image':'l:2'}", Web, Db),
            Pod("{'name':'log','image':'l:2'}", Web, Db, "{'name':'sidecar','image':'s:1'}") },
        { "container moved and image changed", Three, Pod(Db, Log, Web), Pod("{'name':'log','image':'l:2'}", Web, Db),
            Pod(Db, "{'name':'log','image':'l:2'}", Web) },
        { "moved container changed", Three, Pod(Db, Log, Web), Pod(Log, Web, "{'name':'db','image':'d:2'}"),
            Pod("{'name':'db','image':'d:2'}", Log, Web) },
        { "labels", "{'labels':{'app':'a'}}", "{'labels':{'app':'a','tier':'front'}}", "{'labels':{'app':'b'}}",
            "{'labels':{'app':'b','tier':'front'}}" },
        { "replicas and image", "{'replicas':1,'image':'a'}", "{'replicas':2,'image':'a'}", "{'replicas':1,'image':'b'}",
            "{'replicas':2,'image':'b'}" },
        { "list added by one side", "{'containers':[{'name':'a'}]}", "{'containers':[{'name':'a','x':1}]}",
            "{'containers':[{'name':'a'}],'volumes':[{'name':'v'}]}", "{'containers':[{'name':'a','x':1}],'volumes':[{'name':'v'}]}" },
        { "container renamed by one side, another changed", Three, Pod(Log, Changed("'web'", "'www'"), Db),
            Pod("{'name':'log','image':'l:2'}", Web, Db), Pod("{'name':'log','image':'l:2'}", Changed("'web'", "'www'"), Db) },
        { "container renamed by both alike", Three, Pod(Log, Changed("'web'", "'www'"), Db),
            Pod("{'name':'log','image':'l:2'}", Changed("'web'", "'www'"), Db),
            Pod("{'name':'log','image':'l:2'}", Changed("'web'", "'www'"), Db) },
        { "container removed by both", Three, Pod(Log, Db), Pod("{'name':'log','image':'l:2'}", Db),
            Pod("{'name':'log','image':'l:2'}", Db) },
        { "swap at one end, swap at the other", List("abcdefgh"), List("bacdefgh"), List("abcdefhg"), List("bacdefhg") },
    };

    public static TheoryData<string, string, string, string, string> Conflicts => new()
    {
        { "image by both", Three, Pod(Log, Changed("w:1", "w:2"), Db), Pod(Log, Changed("w:1", "w:3"), Db), "/containers/1/image" },
        { "container renamed by both", Three, Pod(Log, Changed("'web'", "'www'"), Db), Pod(Log, Changed("'web'", "'front'"), Db),
            "/containers" },
        { "container removed and changed", Three, Pod(Log, Db), Pod(Log, Changed("w:1", "w:3"), Db), "/containers" },
        { "one variable added by both", Three, Pod(Log, Changed("'3'}]", "'3'},{'name':'X','value':'x'}]"), Db),
            Pod(Log, Changed("'3'}]", "'3'},{'name':'X','value':'y'}]"), Db), "/containers/1/env" },
        { "one variable added by both, members apart", Three, Pod(Log, Changed("'3'}]", "'3'},{'name':'X','value':'x'}]"), Db),
            Pod(Log, Changed("'3'}]", "'3'},{'name':'X','from':'y'}]"), Db), "/containers/1/env" },
        { "containers appended by both", Three, Pod(Log, Web, Db, "{'name':'x','image':'x'}"),
            Pod(Log, Web, Db, "{'name':'y','image':'y'}"), "/containers" },
        { "argument of a command", "{'command':['sh','-c','a']}", "{'command':['sh','-c','b']}", "{'command':['sh','-c','c']}",
            "/command" },
        { "variable made a reference and changed", Three,
            Pod(Log, Changed("{'name':'B','value':'2'}", "{'name':'B','valueFrom':{'secret':'s'}}"), Db),
            Pod(Log, Changed("'value':'2'", "'value':'9'"), Db), "/containers/1/env" },
        { "container made anew, the earlier one changed", Three, Pod(Log, Web, "{'name':'db','build':'./db'}"),
            Pod(Log, Web, "{'name':'db','image':'d:1','tty':true}"), "/containers/2" },
        { "replicas by both", "{'replicas':1}", "{'replicas':2}", "{'replicas':3}", "/replicas" },
        { "one container moved to two places", Three, Pod(Web, Db, Log), Pod(Web, Log, Db), "/containers" },
        { "container removed and moved", List("abcd"), List("bcd"), List("bcda"), "/containers" },
        { "null and absent", "{'limit':1}", "{'limit':null}", "{}", "/limit" },
    };

    [Theory]
    [MemberData(nameof(Merged))]
    public void Manifests_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.NotEmpty(name);
        Form.AssertMerged(@base, ours, theirs, merged);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Manifests_are_in_conflict(string name, string @base, string ours, string theirs, string path)
    {
        Assert.NotEmpty(name);
        Form.AssertConflict(@base, ours, theirs, path);
    }

    [Fact]
    public void Ports_without_names_are_matched_by_the_key_of_a_rule()
    {
        var byPort = new JsonMergeOptions { Rules = [new() { Path = "/ports", Key = ["port"] }] };

        Form.AssertMerged("{'ports':[{'port':80,'to':1},{'port':443,'to':1}]}",
            "{'ports':[{'port':443,'to':1},{'port':80,'to':2}]}", "{'ports':[{'port':80,'to':1},{'port':443,'to':3}]}",
            "{'ports':[{'port':443,'to':3},{'port':80,'to':2}]}", byPort);
        Form.AssertConflict("{'ports':[{'port':80,'to':1}]}", "{'ports':[{'port':81,'to':1}]}",
            "{'ports':[{'port':82,'to':1}]}", "/ports", byPort);
    }

    [Fact]
    public void Larger_number_is_taken_where_a_rule_says_so()
    {
        var max = new JsonMergeOptions { Rules = [new() { Path = "/replicas", Strategy = ConflictSettling.Max }] };

        Form.AssertMerged("{'replicas':1}", "{'replicas':2}", "{'replicas':3}", "{'replicas':3}", max);
        Form.AssertConflict("{'replicas':1}", "{'replicas':2}", "{'replicas':'3'}", "/replicas", max);
    }

    private static string Pod(params string[] containers) => $"{{'containers':[{string.Join(',', containers)}]}}";

    private static string List(string names) => Pod([.. names.Select(name => $"{{'name':'{name}','v':1}}")]);

    /// <summary>The container <c>web</c> with one thing changed.</summary>
    private static string Changed(string from, string to) => Web.Replace(from, to, StringComparison.Ordinal);
}
