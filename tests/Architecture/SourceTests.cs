using System.Text.RegularExpressions;
using Xunit;

namespace Memento.Tests.Architecture;

/// <summary>The rules of CONTRIBUTING.md that can be read off the text of the sources.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 300;

    [Fact]
    public void No_source_file_is_longer_than_300_lines()
    {
        var long_ = Repository.Files(".cs").Select(path => (path, lines: Repository.Read(path).Count(c => c == '\n'))).Where(file => file.lines > MaxLines);

        Assert.Empty(long_);
    }

    [Fact]
    public void Namespaces_are_file_scoped() => Assert.Empty(Matches(Repository.Files(".cs"), BlockNamespace()));

    [Fact]
    public void Nothing_blocks_a_thread_or_asks_the_machine_for_the_time() => Assert.Empty(Matches(Repository.Files(".cs"), Blocking()));

    [Fact]
    public void No_exception_is_swallowed_and_nothing_is_left_for_later() => Assert.Empty(Matches(Repository.Files(".cs"), LeftUndone()));

    [Fact]
    public void No_type_is_named_after_nothing_in_particular() => Assert.Empty(Matches(Repository.Files(".cs"), EmptyName()));

    /// <summary>The suite must run in any checkout on any machine.</summary>
    [Fact]
    public void No_file_names_a_place_on_somebodys_machine() =>
        Assert.Empty(Matches(Repository.Files(".cs", ".csproj", ".props", ".json", ".md", ".sql", ".yml", "/test", "/run", "/memento"), MachinePath()));

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken = from path in Repository.Files(".md")
                     from Match link in RelativeLink().Matches(Repository.Read(path))
                     let target = Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, Uri.UnescapeDataString(link.Groups[1].Value))
                     where !File.Exists(target) && !Directory.Exists(target)
                     select $"{path}: {link.Groups[1].Value}";

        Assert.Empty(broken);
    }

    private static List<string> Matches(IEnumerable<string> paths, Regex rule) =>
    [
        .. from path in paths
           where !path.EndsWith("Architecture/SourceTests.cs", StringComparison.Ordinal)
           from line in Repository.Read(path).Split('\n').Select((text, index) => (text, number: index + 1))
           where rule.IsMatch(line.text)
           select $"{path}:{line.number}: {line.text.Trim()}",
    ];

    [GeneratedRegex(@"^\s*namespace\s+[\w.]+\s*(\{|$)")]
    private static partial Regex BlockNamespace();

    [GeneratedRegex(@"\bThread\.Sleep\(|\.GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)|\basync void\b|\bDateTime(Offset)?\.(Utc)?Now\b")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"\bcatch\s*(\([^)]*\))?\s*\{\s*\}|\b(TODO|FIXME|HACK|XXX)\b|\bNotImplementedException\b")]
    private static partial Regex LeftUndone();

    [GeneratedRegex(@"\b(class|record|struct|interface)\s+\w+(Utils?|Helpers?|Manager|Service)\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"(?<![\w.:/-])/(work|root|home|tmp|Users)/\w")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex RelativeLink();
}
