using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging.Json.Forms;

/// <summary>Notebooks in nbformat 4.5, whose cells have ids, and in 4.4, whose cells have none.</summary>
public sealed class NotebookFormTests
{
    private static readonly string Load = Cell("a", "'import data\\n','rows = data.load()\\n','rows.head()\\n','print(len(rows))'");
    private static readonly string Clean = Cell("b", "'rows = rows.dropna()'");
    private static readonly string Plot = Cell("c", "'rows.plot()'");
    private static readonly string Save = Cell("d", "'rows.save()'");
    private static readonly string Three = Book(Load, Clean, Plot);

    private static readonly string OldLoad = OldCell("'import data\\n','rows = data.load()\\n','rows.head()\\n','print(len(rows))'");
    private static readonly string OldClean = OldCell("'rows = rows.dropna()\\n','rows = rows.distinct()'");
    private static readonly string OldPlot = OldCell("'rows.plot()\\n','rows.legend(True)'");
    private static readonly string OldSave = OldCell("'rows.save()\\n','rows.close()'");
    private static readonly string OldFour = Book(OldLoad, OldClean, OldPlot, OldSave);

    public static TheoryData<string, string, string, string, string> Merged => new()
    {
        { "sources of two cells", Three, Book(Cell("a", "'import other'"), Clean, Plot), Book(Load, Clean, Cell("c", "'rows.hist()'")),
            Book(Cell("a", "'import other'"), Clean, Cell("c", "'rows.hist()'")) },
        { "source and outputs of one cell", Three, Book(Load, Cell("b", "'rows = rows.fillna(0)'"), Plot),
            Book(Load, Cell("b", "'rows = rows.dropna()'", "7", "{'text':'ok'}"), Plot),
            Book(Load, Cell("b", "'rows = rows.fillna(0)'", "7", "{'text':'ok'}"), Plot) },
        { "first and last line of one source", Three,
            Book(Files(Load), Clean, Plot),
            Book(Load.Replace("print(len(rows))", "print(rows)", StringComparison.Ordinal), Clean, Plot),
            Book(Cell("a", "'import files\\n','rows = data.load()\\n','rows.head()\\n','print(rows)'"), Clean, Plot) },
        { "cell moved and cell changed", Book(Load, Clean, Plot, Save), Book(Clean, Plot, Save, Load),
            Book(Load, Clean, Cell("c", "'rows.hist()'"), Save), Book(Clean, Cell("c", "'rows.hist()'"), Save, Load) },
        { "moved cell changed by the other", Book(Load, Clean, Plot, Save), Book(Clean, Plot, Save, Load),
            Book(Cell("a", "'import other'"), Clean, Plot, Save), Book(Clean, Plot, Save, Cell("a", "'import other'")) },
        { "cells inserted at two places", Three, Book(Cell("x", "'# Title'"), Load, Clean, Plot), Book(Load, Clean, Plot, Save),
            Book(Cell("x", "'# Title'"), Load, Clean, Plot, Save) },
        { "one cell inserted by both alike", Three, Book(Load, Clean, Plot, Save), Book(Load, Clean, Plot, Save),
            Book(Load, Clean, Plot, Save) },
        { "cell removed and cell changed", Three, Book(Load, Plot), Book(Cell("a", "'import other'"), Clean, Plot),
            Book(Cell("a", "'import other'"), Plot) },
        { "cells swapped and cell inserted elsewhere", Book(Load, Clean, Plot, Save), Book(Clean, Load, Plot, Save),
            Book(Load, Clean, Plot, Cell("x", "'check()'"), Save), Book(Clean, Load, Plot, Cell("x", "'check()'"), Save) },
        { "format number and cell", Three, Three.Replace("'minor':5", "'minor':6", StringComparison.Ordinal),
            Book(Load, Clean, Cell("c", "'rows.hist()'")),
            Book(Load, Clean, Cell("c", "'rows.hist()'")).Replace("'minor':5", "'minor':6", StringComparison.Ordinal) },
        { "one regenerated id and another cell", Three, Book(Load, Clean, Cell("z", "'rows.plot()'")),
            Book(Cell("a", "'import other'"), Clean, Plot), Book(Cell("a", "'import other'"), Clean, Cell("z", "'rows.plot()'")) },
        { "cells without ids changed far apart", OldFour,
            Book(Files(OldLoad), OldClean, OldPlot, OldSave),
            Book(OldLoad, OldClean, OldPlot, Ended(OldSave)),
            Book(Files(OldLoad), OldClean, OldPlot, Ended(OldSave)) },
        { "cell without id inserted and cell changed", OldFour, Book(OldCell("'# Title'"), OldLoad, OldClean, OldPlot, OldSave),
            Book(OldLoad, OldClean, OldPlot, Ended(OldSave)),
            Book(OldCell("'# Title'"), OldLoad, OldClean, OldPlot, Ended(OldSave)) },
        { "cell without id removed and cell appended", OldFour, Book(OldClean, OldPlot, OldSave),
            Book(OldLoad, OldClean, OldPlot, OldSave, OldCell("'done()'")), Book(OldClean, OldPlot, OldSave, OldCell("'done()'")) },
        { "cell without id moved and cell changed", OldFour, Book(OldClean, OldPlot, OldSave, OldLoad),
            Book(OldLoad, OldClean, OldCell("'rows.plot()\\n','rows.legend(False)'"), OldSave),
            Book(OldClean, OldCell("'rows.plot()\\n','rows.legend(False)'"), OldSave, OldLoad) },
    };

    public static TheoryData<string, string, string, string, string> Conflicts => new()
    {
        { "one line by both", Three, Book(Load, Cell("b", "'rows = rows.fillna(0)'"), Plot),
            Book(Load, Cell("b", "'rows = rows.fillna(1)'"), Plot), "/cells/1/source" },
        { "different cells at one place", Three, Book(Load, Clean, Plot, Save), Book(Load, Clean, Plot, Cell("x", "'check()'")),
            "/cells" },
        { "one id with two contents", Three, Book(Load, Clean, Plot, Cell("x", "'one()'")), Book(Load, Clean, Plot, Cell("x", "'two()'")),
            "/cells/3" },
        { "cell removed and changed", Three, Book(Load, Plot), Book(Load, Cell("b", "'rows = rows.fillna(0)'"), Plot), "/cells" },
        { "cell removed and moved", Book(Load, Clean, Plot, Save), Book(Load, Plot, Save), Book(Load, Plot, Save, Clean), "/cells" },
        { "count of executions", Three, Book(Cell("a", "'x'", "2"), Clean, Plot), Book(Cell("a", "'x'", "3"), Clean, Plot), "/cells/0" },
        { "outputs by both", Three, Book(Load, Clean, Cell("c", "'rows.plot()'", "1", "{'text':'1'}")),
            Book(Load, Clean, Cell("c", "'rows.plot()'", "1", "{'text':'2'}")), "/cells/2/outputs" },
        { "id regenerated by both", Three, Book(Load, Cell("y", "'rows = rows.dropna()'"), Plot),
            Book(Load, Cell("z", "'rows = rows.dropna()'"), Plot), "/cells" },
        { "all ids regenerated and a cell changed", Three,
            Book(Cell("x", "'import data'"), Cell("y", "'rows = rows.dropna()'"), Cell("z", "'rows.plot()'")),
            Book(Load, Cell("b", "'rows = rows.fillna(0)'"), Plot), "/cells" },
        { "all ids regenerated by both", Three, Book(Cell("x", "'1'"), Cell("y", "'rows = rows.dropna()'"), Cell("z", "'rows.plot()'")),
            Book(Cell("u", "'1'"), Cell("v", "'rows = rows.dropna()'"), Cell("w", "'rows.plot()'")), "/cells" },
        { "one cell moved to two places", Book(Load, Clean, Plot, Save), Book(Clean, Plot, Load, Save), Book(Clean, Plot, Save, Load),
            "/cells" },
        { "cell made anew and changed", Three, Book(Load, "{'id':'b','kind':'raw','text':'note'}", Plot),
            Book(Load, Cell("b", "'rows = rows.fillna(0)'"), Plot), "/cells/1" },
        { "cell made anew, the earlier one tagged", Three, Book(Load, "{'id':'b','kind':'raw','text':'note'}", Plot),
            Book(Load, Clean.Replace("'metadata':{}", "'metadata':{},'tags':['x']", StringComparison.Ordinal), Plot), "/cells/1" },
        { "line of a cell without id by both", OldFour,
            Book(OldLoad, OldClean.Replace("distinct", "first", StringComparison.Ordinal), OldPlot, OldSave),
            Book(OldLoad, OldClean.Replace("distinct", "last", StringComparison.Ordinal), OldPlot, OldSave), "/cells" },
        { "cell without id removed and changed", OldFour, Book(OldLoad, OldPlot, OldSave),
            Book(OldLoad, OldClean.Replace("distinct", "last", StringComparison.Ordinal), OldPlot, OldSave), "/cells" },
        { "equal cells without ids", Book(OldPlot, OldPlot), Book(OldPlot),
            Book(OldPlot, OldPlot.Replace("True", "False", StringComparison.Ordinal)), "/cells" },
    };

    [Theory]
    [MemberData(nameof(Merged))]
    public void Notebooks_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.NotEmpty(name);
        Form.AssertMerged(@base, ours, theirs, merged);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Notebooks_are_in_conflict(string name, string @base, string ours, string theirs, string path)
    {
        Assert.NotEmpty(name);
        Form.AssertConflict(@base, ours, theirs, path);
    }

    [Fact]
    public void Source_in_one_string_is_merged_by_line_where_a_rule_says_so()
    {
        const string Base = "{'cells':[{'id':'a','source':'one\\ntwo\\nthree\\nfour\\n'}]}";
        var (ours, theirs) = (Base.Replace("one", "1", StringComparison.Ordinal), Base.Replace("four", "4", StringComparison.Ordinal));
        var asText = new JsonMergeOptions { Rules = [new() { Path = "/cells/*/source", As = JsonMergeKind.Text }] };

        Form.AssertConflict(Base, ours, theirs, "/cells/0/source");
        Form.AssertMerged(Base, ours, theirs, "{'cells':[{'id':'a','source':'1\\ntwo\\nthree\\n4\\n'}]}", asText);
    }

    private static string Book(params string[] cells) =>
        $"{{'metadata':{{'kernel':'python3'}},'minor':5,'cells':[{string.Join(',', cells)}]}}";

    private static string Cell(string id, string source, string count = "null", string output = "") =>
        $"{{'id':'{id}','type':'code','metadata':{{}},'source':[{source}],'execution_count':{count},'outputs':[{output}]}}";

    /// <summary>The cell with another first line.</summary>
    private static string Files(string cell) => cell.Replace("import data", "import files", StringComparison.Ordinal);

    /// <summary>The cell with another last line.</summary>
    private static string Ended(string cell) => cell.Replace("close()", "end()", StringComparison.Ordinal);

    private static string OldCell(string source) => $"{{'type':'code','metadata':{{}},'source':[{source}],'outputs':[]}}";
}
