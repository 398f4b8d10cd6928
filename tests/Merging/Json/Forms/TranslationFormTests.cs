using Xunit;

namespace Memento.Tests.Merging.Json.Forms;

/// <summary>Translations: members are renamed, and a renamed text must not be there twice.</summary>
public sealed class TranslationFormTests
{
    private const string Base = "{'bye':'Good bye','greeting':'Good day','home':{'title':'Welcome home','text':'Sit down'}}";

    public static TheoryData<string, string, string, string, string> Merged => new()
    {
        { "two texts", Base, With("Good bye", "See you"), With("Good day", "Hello"),
            With("Good bye", "See you").Replace("Good day", "Hello", StringComparison.Ordinal) },
        { "texts of two names added", Base, With("'bye'", "'a':'A','bye'"), With("'bye'", "'b':'B','bye'"),
            With("'bye'", "'a':'A','b':'B','bye'") },
        { "text renamed, another changed", Base, With("'greeting'", "'hello'"), With("Good bye", "See you"),
            With("'greeting'", "'hello'").Replace("Good bye", "See you", StringComparison.Ordinal) },
        { "texts renamed apart", Base, With("'greeting'", "'hello'"), With("'bye'", "'farewell'"),
            With("'greeting'", "'hello'").Replace("'bye'", "'farewell'", StringComparison.Ordinal) },
        { "one text renamed by both alike", Base, With("'greeting'", "'hello'"), With("'greeting'", "'hello'"),
            With("'greeting'", "'hello'") },
        { "members of one section", Base, With("Welcome home", "Home"), With("Sit down", "Sit"),
            With("Welcome home", "Home").Replace("Sit down", "Sit", StringComparison.Ordinal) },
        { "one text removed by both", Base, With("'bye':'Good bye',", ""),
            With("'bye':'Good bye',", "").Replace("Sit down", "Sit", StringComparison.Ordinal),
            With("'bye':'Good bye',", "").Replace("Sit down", "Sit", StringComparison.Ordinal) },
    };

    public static TheoryData<string, string, string, string, string> Conflicts => new()
    {
        { "text renamed by both", Base, With("'greeting'", "'hello'"), With("'greeting'", "'welcome'"), "" },
        { "text renamed and changed", Base, With("'greeting'", "'hello'"), With("Good day", "Hello"), "/greeting" },
        { "section renamed by both", Base, With("'home'", "'start'"), With("'home'", "'main'"), "" },
        { "section renamed and a text of it changed", Base, With("'home'", "'start'"), With("Sit down", "Sit"), "/home" },
        { "one text", Base, With("Good day", "Hello"), With("Good day", "Hi"), "/greeting" },
        { "one text added by both", Base, With("'bye'", "'a':'A','bye'"), With("'bye'", "'a':'B','bye'"), "/a" },
        { "one section added by both", Base, With("'bye'", "'a':{'x':'1'},'bye'"), With("'bye'", "'a':{'y':'2'},'bye'"), "/a" },
        { "section made anew and changed", Base, With("{'title':'Welcome home','text':'Sit down'}", "{'heading':'Home'}"),
            With("Sit down", "Sit"), "/home" },
        { "text made a section and changed", Base, With("'Good day'", "{'am':'Good morning'}"), With("Good day", "Hello"), "/greeting" },
        { "document made anew and changed", "", "{'label':'new'}", "{'name':'old','role':'admin'}", "" },
    };

    [Theory]
    [MemberData(nameof(Merged))]
    public void Translations_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.NotEmpty(name);
        Form.AssertMerged(@base, ours, theirs, merged);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Translations_are_in_conflict(string name, string @base, string ours, string theirs, string path)
    {
        Assert.NotEmpty(name);
        Form.AssertConflict(@base, ours, theirs, path);
    }

    private static string With(string from, string to) => Base.Replace(from, to, StringComparison.Ordinal);
}
