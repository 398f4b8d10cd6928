using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Xunit;

namespace Memento.Tests.Architecture;

/// <summary>
/// The projects that each project may know:
/// <code>
/// silo ──▶ grains ──▶ grain-interfaces ──▶ core ──▶ merging
///  │         └──────▶ storage ───────────▶ core
///  └──▶ storage                 client ──▶ grain-interfaces
/// </code>
/// The command line is on top of the client; it reaches into storage for <c>memento db</c> alone. Samples are on top of client and silo.
/// </summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["merging/Merging"] = [],
        ["core/Memento.Core"] = ["Merging"],
        ["grain-interfaces/Memento.GrainInterfaces"] = ["Memento.Core"],
        ["storage/Memento.Storage"] = ["Memento.Core"],
        ["grains/Memento.Grains"] = ["Memento.GrainInterfaces", "Memento.Storage"],
        ["silo/Memento.Silo"] = ["Memento.Grains", "Memento.Storage"],
        ["client/Memento.Client"] = ["Memento.GrainInterfaces"],
        ["client/cli/Memento.Cli"] = ["Memento.Client", "Memento.Storage"],
        ["bench/Memento.Bench"] = ["Memento.Client", "Memento.Silo"],
        ["samples/fleet/Memento.Samples.Fleet"] = ["Memento.Client", "Memento.Silo"],
        ["tests/Memento.Tests"] = ["Memento.Cli", "Memento.Client", "Memento.Samples.Fleet", "Memento.Silo"],
    };

    public static TheoryData<string> Projects => [.. Arrows.Keys];

    [Fact]
    public void Every_project_has_its_arrows_drawn_here() =>
        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), Repository.Files(".csproj").Select(path => path[..^".csproj".Length]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_to_the_projects_it_may_and_no_others(string project)
    {
        var references = XDocument.Parse(Repository.Read(project + ".csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.Equal(Arrows[project], references.Order(StringComparer.Ordinal));
    }

    /// <summary>References that projects pass on to each other would let the compiler see more than the project files say.</summary>
    [Theory]
    [InlineData("Memento.Core")]
    [InlineData("Memento.GrainInterfaces", "Memento.Core")]
    [InlineData("Memento.Storage", "Memento.Core")]
    [InlineData("Memento.Grains", "Memento.Core", "Memento.GrainInterfaces", "Memento.Storage")]
    [InlineData("Memento.Client", "Memento.Core", "Memento.GrainInterfaces")]
    [InlineData("memento", "Memento.Client", "Memento.Core", "Memento.GrainInterfaces", "Memento.Storage")]
    public void An_assembly_uses_the_assemblies_it_may_and_no_others(string assembly, params string[] allowed)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();

        var used = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => name.StartsWith("Memento.", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(used.Except(allowed));
    }

    [Fact]
    public void The_command_line_touches_storage_for_the_db_commands_alone()
    {
        var offenders = Repository.Files(".cs").Where(path => path.StartsWith("client/cli/", StringComparison.Ordinal))
            .Where(path => !path.StartsWith("client/cli/Database/", StringComparison.Ordinal) && Repository.Read(path).Contains("Memento.Storage", StringComparison.Ordinal));

        Assert.Empty(offenders);
    }

    /// <summary>The analyzer's list of banned symbols stops what is written by hand; this looks at what was compiled.</summary>
    [Fact]
    public void The_core_uses_nothing_that_waits_locks_reads_or_tells_the_time()
    {
        string[] banned = ["System.IO", "System.Net", "System.Threading", "System.Timers", "System.Data", "Microsoft.Data", "Npgsql", "Microsoft.Extensions.Logging"];
        using var file = File.OpenRead(typeof(Names).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();

        var used = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .Where(type => banned.Any(name => type.StartsWith(name + ".", StringComparison.Ordinal)));

        Assert.Empty(used);
    }
}
