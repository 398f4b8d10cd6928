using System.Collections.Immutable;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Rollback;

public sealed class GivenDependenciesTests
{
    [Fact]
    public void Entries_of_one_item_are_taken_together()
    {
        var given = GivenDependencies.Parse([new("entity/a", ["file/b"]), new("entity/a", ["entity/c"]), new("file/src/b.cs", [])]);

        Assert.Equal([new(DocumentKind.File, "b"), new DocumentKey(DocumentKind.Entity, "c")], given[new(DocumentKind.Entity, "a")]);
        Assert.Empty(given[new(DocumentKind.File, "src/b.cs")]);
        Assert.Empty(GivenDependencies.Parse(null));
        Assert.Empty(GivenDependencies.Parse([]));
        Assert.Empty(GivenDependencies.Parse(default(ImmutableArray<Dependency>)));
        Assert.Empty(GivenDependencies.Parse([new("entity/a", default)])[new(DocumentKind.Entity, "a")]);
    }

    [Fact]
    public void Bad_input_is_named_by_its_field()
    {
        Bad([null!], "dependencies[0]");
        Bad([new(null!, [])], "dependencies[0].item");
        Bad([new("entity/a", []), new("a", [])], "dependencies[1].item");
        Bad([new("nothing/a", [])], "dependencies[0].item");
        Bad([new("entity/a", ["entity/b", null!])], "dependencies[0].dependsOn[1]");
        Bad([new("entity/a", ["entity/"])], "dependencies[0].dependsOn[0]");
        Bad([.. Enumerable.Repeat(new Dependency("entity/a", []), GivenDependencies.MaxItems + 1)], "dependencies");
        Bad([new("entity/a", [.. Enumerable.Repeat("entity/b", GivenDependencies.MaxItems + 1)])], "dependencies[0].dependsOn");
    }

    private static void Bad(ImmutableArray<Dependency> dependencies, string field)
    {
        var refused = Assert.Throws<MementoException>(() => GivenDependencies.Parse(dependencies));
        Assert.Equal((Codes.ValidationFailed, field), (refused.Code, Assert.Single(refused.Refusal.Errors).Field));
    }
}
