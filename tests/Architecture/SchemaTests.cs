using System.Text.RegularExpressions;
using Xunit;

namespace Memento.Tests.Architecture;

public sealed partial class SchemaTests
{
    private static readonly string[] Stores = ["Sqlite", "PostgreSql"];

    [Fact]
    public void Both_stores_have_the_same_migrations_numbered_without_a_gap()
    {
        var scripts = Stores.Select(store => Repository.Files(".sql").Where(path => path.StartsWith($"storage/Schema/{store}/", StringComparison.Ordinal)).Select(path => Path.GetFileName(path)).ToList()).ToList();

        Assert.NotEmpty(scripts[0]);
        Assert.Equal(scripts[0], scripts[1]);
        Assert.All(scripts[0], script => Assert.Matches(ScriptName(), script));
        Assert.Equal(Enumerable.Range(1, scripts[0].Count), scripts[0].Select(script => int.Parse(script[..4], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"^\d{4}-[a-z0-9-]+\.sql$")]
    private static partial Regex ScriptName();
}
