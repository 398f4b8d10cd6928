using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging.Json.Forms;

/// <summary>OpenAPI documents: parameters are identified by name and place, which a rule says.</summary>
public sealed class OpenApiFormTests
{
    private const string InQuery = "{'name':'id','in':'query','required':false,'type':'string'}";
    private const string InPath = "{'name':'id','in':'path','required':true,'type':'string'}";
    private const string Limit = "{'name':'limit','in':'query','required':false,'type':'integer'}";

    private static readonly JsonMergeOptions ByNameAndPlace = new()
    {
        Rules = [new() { Path = "/paths/*/*/parameters", Key = ["name", "in"] }, new() { Path = "/enum", As = JsonMergeKind.Set }],
    };

    private static readonly string Three = Api(InQuery, InPath, Limit);

    public static TheoryData<string, string, string, string, string> Merged => new()
    {
        { "two parameters of one name", Three, Api(Numeric(InQuery), InPath, Limit), Api(InQuery, Numeric(InPath), Limit),
            Api(Numeric(InQuery), Numeric(InPath), Limit) },
        { "one parameter, two members", Three, Api(Numeric(InQuery), InPath, Limit), Api(Required(InQuery), InPath, Limit),
            Api(Required(Numeric(InQuery)), InPath, Limit) },
        { "parameter added, another changed", Three, Api(InQuery, InPath, Limit, "{'name':'sort','in':'query'}"),
            Api(Numeric(InQuery), InPath, Limit), Api(Numeric(InQuery), InPath, Limit, "{'name':'sort','in':'query'}") },
        { "parameter moved, another changed", Three, Api(Limit, InQuery, InPath), Api(Numeric(InQuery), InPath, Limit),
            Api(Limit, Numeric(InQuery), InPath) },
        { "parameter removed, another changed", Three, Api(InQuery, InPath), Api(Numeric(InQuery), InPath, Limit),
            Api(Numeric(InQuery), InPath) },
        { "paths of two names", "{'paths':{'/a':{'get':1}}}", "{'paths':{'/a':{'get':1},'/b':{'get':2}}}",
            "{'paths':{'/a':{'get':1},'/c':{'get':3}}}", "{'paths':{'/a':{'get':1},'/b':{'get':2},'/c':{'get':3}}}" },
        { "responses by status", "{'responses':{'200':{'text':'ok'}}}", "{'responses':{'200':{'text':'fine'}}}",
            "{'responses':{'200':{'text':'ok'},'404':{'text':'none'}}}", "{'responses':{'200':{'text':'fine'},'404':{'text':'none'}}}" },
        { "tags by name", "{'tags':[{'name':'a','text':'1'},{'name':'b','text':'2'}]}",
            "{'tags':[{'name':'b','text':'2'},{'name':'a','text':'1'}]}", "{'tags':[{'name':'a','text':'9'},{'name':'b','text':'2'}]}",
            "{'tags':[{'name':'b','text':'2'},{'name':'a','text':'9'}]}" },
        { "values of a set", "{'enum':['a','b']}", "{'enum':['a','b','c']}", "{'enum':['b','d']}", "{'enum':['b','c','d']}" },
        { "operations of one path", "{'paths':{'/a':{'get':1,'put':2}}}", "{'paths':{'/a':{'get':3,'put':2}}}",
            "{'paths':{'/a':{'get':1}}}", "{'paths':{'/a':{'get':3}}}" },
        { "value changed to and fro", "{'type':'string','max':5}", "{'type':'string','max':6}", "{'type':'text','max':5}",
            "{'type':'text','max':6}" },
    };

    public static TheoryData<string, string, string, string, string> Conflicts => new()
    {
        { "type of one parameter", Three, Api(Numeric(InQuery), InPath, Limit),
            Api(InQuery.Replace("string", "boolean", StringComparison.Ordinal), InPath, Limit), "/paths/~1a/get/parameters/0/type" },
        { "parameter removed and changed", Three, Api(InPath, Limit), Api(Numeric(InQuery), InPath, Limit), "/paths/~1a/get/parameters" },
        { "parameter put elsewhere by both", Three, Api(InQuery, InPath, Limit.Replace("query", "header", StringComparison.Ordinal)),
            Api(InQuery, InPath, Limit.Replace("query", "cookie", StringComparison.Ordinal)), "/paths/~1a/get/parameters" },
        { "one path added by both", "{'paths':{}}", "{'paths':{'/b':{'get':{'id':'x'}}}}", "{'paths':{'/b':{'put':{'id':'y'}}}}",
            "/paths/~1b" },
        { "path renamed by both", "{'paths':{'/a':{'get':{'id':'x'}}}}", "{'paths':{'/b':{'get':{'id':'x'}}}}",
            "{'paths':{'/c':{'get':{'id':'x'}}}}", "/paths" },
        { "path renamed and changed", "{'paths':{'/a':{'get':{'id':'x'}}}}", "{'paths':{'/b':{'get':{'id':'x'}}}}",
            "{'paths':{'/a':{'get':{'id':'y'}}}}", "/paths" },
        { "list without a rule, appended by both", "{'required':['a']}", "{'required':['a','b']}", "{'required':['a','c']}",
            "/required" },
        { "schema made a reference and changed", "{'schema':{'type':'object','max':1}}", "{'schema':{'$ref':'x'}}",
            "{'schema':{'type':'object','max':2}}", "/schema" },
        { "description", "{'info':{'title':'a','text':'b'}}", "{'info':{'title':'a','text':'c'}}", "{'info':{'title':'a','text':'d'}}",
            "/info/text" },
    };

    [Theory]
    [MemberData(nameof(Merged))]
    public void Interface_descriptions_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.NotEmpty(name);
        Form.AssertMerged(@base, ours, theirs, merged, ByNameAndPlace);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Interface_descriptions_are_in_conflict(string name, string @base, string ours, string theirs, string path)
    {
        Assert.NotEmpty(name);
        Form.AssertConflict(@base, ours, theirs, path, ByNameAndPlace);
    }

    private static string Api(params string[] parameters) =>
        $"{{'paths':{{'/a':{{'get':{{'parameters':[{string.Join(',', parameters)}]}}}}}}}}";

    private static string Numeric(string parameter) => parameter.Replace("string", "number", StringComparison.Ordinal);

    private static string Required(string parameter) => parameter.Replace("false", "true", StringComparison.Ordinal);
}
