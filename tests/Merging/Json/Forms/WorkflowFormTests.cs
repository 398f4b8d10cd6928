using Xunit;

namespace Memento.Tests.Merging.Json.Forms;

/// <summary>Workflows of a build service: steps with names, with ids, and with neither.</summary>
public sealed class WorkflowFormTests
{
    private const string Named = "{'name':'Check out','uses':'checkout'},{'name':'Build','run':'make'},{'name':'Test','run':'make test'}";
    private const string Plain = "{'uses':'checkout@3'},{'run':'make'},{'run':'make test'},{'run':'make lint'}";

    public static TheoryData<string, string, string, string, string> Merged => new()
    {
        { "steps with names", Steps(Named), Steps(Named.Replace("'make'", "'make all'", StringComparison.Ordinal)),
            Steps(Named.Replace("'make test'", "'make check'", StringComparison.Ordinal)),
            Steps("{'name':'Check out','uses':'checkout'},{'name':'Build','run':'make all'},{'name':'Test','run':'make check'}") },
        { "members of one named step", Steps(Named),
            Steps(Named.Replace("'run':'make'", "'run':'make','if':'always'", StringComparison.Ordinal)),
            Steps(Named.Replace("'run':'make'", "'run':'make all'", StringComparison.Ordinal)),
            Steps(Named.Replace("'run':'make'", "'run':'make all','if':'always'", StringComparison.Ordinal)) },
        { "plain step changed and step appended", Steps(Plain), Steps(Plain.Replace("@3", "@4", StringComparison.Ordinal)),
            Steps(Plain + ",{'run':'make publish'}"),
            Steps(Plain.Replace("@3", "@4", StringComparison.Ordinal) + ",{'run':'make publish'}") },
        { "plain step inserted and last changed", Steps(Plain), Steps("{'uses':'cache'}," + Plain),
            Steps(Plain.Replace("lint", "style", StringComparison.Ordinal)),
            Steps("{'uses':'cache'}," + Plain.Replace("lint", "style", StringComparison.Ordinal)) },
        { "branches added and removed", "{'on':['main','dev','qa','old']}", "{'on':['next','main','dev','qa','old']}",
            "{'on':['main','dev','qa']}", "{'on':['next','main','dev','qa']}" },
        { "jobs of two names", Jobs("'a':{'run':1}"), Jobs("'a':{'run':1},'b':{'run':2}"), Jobs("'a':{'run':1},'c':{'run':3}"),
            Jobs("'a':{'run':1},'b':{'run':2},'c':{'run':3}") },
        { "two axes of a matrix", "{'os':['linux'],'node':['18']}", "{'os':['linux','windows'],'node':['18']}",
            "{'os':['linux'],'node':['18','20']}", "{'os':['linux','windows'],'node':['18','20']}" },
        { "named step moved and changed", Steps(Named),
            Steps("{'name':'Test','run':'make test'},{'name':'Check out','uses':'checkout'},{'name':'Build','run':'make'}"),
            Steps(Named.Replace("'make test'", "'make check'", StringComparison.Ordinal)),
            Steps("{'name':'Test','run':'make check'},{'name':'Check out','uses':'checkout'},{'name':'Build','run':'make'}") },
        { "job renamed and another changed", Jobs("'a':{'run':'x','on':'linux'},'b':{'run':2}"),
            Jobs("'c':{'run':'x','on':'linux'},'b':{'run':2}"), Jobs("'a':{'run':'x','on':'linux'},'b':{'run':3}"),
            Jobs("'c':{'run':'x','on':'linux'},'b':{'run':3}") },
        { "member back in a step and step appended", Steps("{'run':'checkout'},{'run':'build','retries':1}"),
            Steps("{'run':'checkout'},{'run':'build','retries':1},{'run':'test','retries':1}"),
            Steps("{'run':'checkout','needs':'token'},{'run':'build','retries':1}"),
            Steps("{'run':'checkout','needs':'token'},{'run':'build','retries':1},{'run':'test','retries':1}") },
        { "steps with ids removed and changed", Steps("{'id':'a','run':'1'},{'id':'b','run':'2'},{'id':'c','run':'3'}"),
            Steps("{'id':'b','run':'2'},{'id':'c','run':'3'}"), Steps("{'id':'a','run':'1'},{'id':'b','run':'2'},{'id':'c','run':'4'}"),
            Steps("{'id':'b','run':'2'},{'id':'c','run':'4'}") },
    };

    public static TheoryData<string, string, string, string, string> Conflicts => new()
    {
        { "member of a removed step", Steps("{'run':'checkout'},{'run':'build','retries':1}"),
            Steps("{'run':'build','retries':2},{'run':'test','retries':1}"),
            Steps("{'run':'checkout','needs':'token'},{'run':'build','retries':1}"), "/steps" },
        { "command of a named step", Steps(Named), Steps(Named.Replace("'make'", "'make all'", StringComparison.Ordinal)),
            Steps(Named.Replace("'make'", "'make one'", StringComparison.Ordinal)), "/steps/1/run" },
        { "command of a plain step", Steps(Plain), Steps(Plain.Replace("'make'", "'make all'", StringComparison.Ordinal)),
            Steps(Plain.Replace("'make'", "'make one'", StringComparison.Ordinal)), "/steps" },
        { "different steps appended", Steps(Plain), Steps(Plain + ",{'run':'a'}"), Steps(Plain + ",{'run':'b'}"), "/steps" },
        { "different named steps appended", Steps(Named), Steps(Named + ",{'name':'A','run':'a'}"),
            Steps(Named + ",{'name':'B','run':'b'}"), "/steps" },
        { "job renamed by both", Jobs("'a':{'run':'x','on':'linux'}"), Jobs("'b':{'run':'x','on':'linux'}"),
            Jobs("'c':{'run':'x','on':'linux'}"), "/jobs" },
        { "job removed and changed", Jobs("'a':{'run':1},'b':{'run':2}"), Jobs("'b':{'run':2}"), Jobs("'a':{'run':3},'b':{'run':2}"),
            "/jobs/a" },
        { "one of two equal steps removed, one changed", Steps("{'run':'sleep 5'},{'run':'sleep 5'}"), Steps("{'run':'sleep 5'}"),
            Steps("{'run':'sleep 5'},{'run':'sleep 6'}"), "/steps" },
        { "list made a string and changed", "{'needs':['a']}", "{'needs':'a'}", "{'needs':['a','b']}", "/needs" },
        { "named step made anew and changed", Steps(Named),
            Steps(Named.Replace("'run':'make'", "'uses':'builder'", StringComparison.Ordinal)),
            Steps(Named.Replace("'make'", "'make all'", StringComparison.Ordinal)), "/steps/1" },
        { "step renamed by both", Steps(Named), Steps(Named.Replace("'Build'", "'Compile'", StringComparison.Ordinal)),
            Steps(Named.Replace("'Build'", "'Make'", StringComparison.Ordinal)), "/steps" },
        { "step renamed and changed", Steps(Named), Steps(Named.Replace("'Build'", "'Compile'", StringComparison.Ordinal)),
            Steps(Named.Replace("'make'", "'make all'", StringComparison.Ordinal)), "/steps" },
        { "branches appended by both", "{'on':['main']}", "{'on':['main','dev']}", "{'on':['main','qa']}", "/on" },
    };

    [Theory]
    [MemberData(nameof(Merged))]
    public void Workflows_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.NotEmpty(name);
        Form.AssertMerged(@base, ours, theirs, merged);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Workflows_are_in_conflict(string name, string @base, string ours, string theirs, string path)
    {
        Assert.NotEmpty(name);
        Form.AssertConflict(@base, ours, theirs, path);
    }

    private static string Steps(string steps) => $"{{'on':'push','steps':[{steps}]}}";

    private static string Jobs(string jobs) => $"{{'jobs':{{{jobs}}}}}";
}
