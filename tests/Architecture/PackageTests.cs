using System.Text.Json;
using System.Xml.Linq;
using Xunit;

namespace Memento.Tests.Architecture;

public sealed class PackageTests
{
    private static readonly string[] Permissive = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "0BSD", "MS-PL", "Unlicense"];

    private static readonly XDocument Versions = XDocument.Parse(Repository.Read("Directory.Packages.props"));

    [Fact]
    public void Every_package_is_in_the_table_of_CONTRIBUTING_with_a_permissive_licence()
    {
        var rows = Repository.Read("CONTRIBUTING.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(cells => cells[0].Trim('`'), cells => cells[1]);

        var packages = Versions.Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value);

        Assert.Empty(packages.Where(package => !rows.TryGetValue(package, out var licence) || !Permissive.Contains(licence)).ToList());
    }

    [Fact]
    public void Every_version_is_exact_and_every_project_has_a_lock_file()
    {
        Assert.Empty(Versions.Descendants("PackageVersion").Select(package => package.Attribute("Version")!.Value).Where(version => version.IndexOfAny(['*', '[', '(', ',']) >= 0).ToList());
        Assert.Empty(Repository.Files(".csproj").Where(path => !File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, "packages.lock.json"))).ToList());
    }

    /// <summary>Also what our packages bring along: their own description, in the folder they were restored to, says the licence.</summary>
    [Fact]
    public void Everything_that_was_restored_has_a_permissive_licence()
    {
        var seen = 0;
        var offenders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var project in Repository.Files(".csproj"))
        {
            var assets = Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, "obj", "project.assets.json");
            if (!File.Exists(assets)) continue;
            using var json = JsonDocument.Parse(File.ReadAllBytes(assets));
            var folders = json.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
            foreach (var library in json.RootElement.GetProperty("libraries").EnumerateObject().Where(library => library.Value.GetProperty("type").GetString() == "package"))
            {
                seen++;
                if (Licence(folders, library) is var licence && !Permissive.Contains(licence)) offenders.Add($"{library.Name}: {licence}");
            }
        }

        Assert.True(seen > 50, $"Only {seen} packages were found.");
        Assert.Empty(offenders);
    }

    private static string Licence(IEnumerable<string> folders, JsonProperty library)
    {
        var folder = folders.Select(root => Path.Combine(root, library.Value.GetProperty("path").GetString()!)).First(Directory.Exists);
        var description = XDocument.Load(Directory.EnumerateFiles(folder, "*.nuspec").Single()).Root!;
        var licence = description.Descendants().FirstOrDefault(element => element.Name.LocalName == "license");
        if (licence?.Attribute("type")?.Value == "expression") return licence.Value;

        var text = licence is null ? "" : File.ReadAllText(Path.Combine(folder, licence.Value));
        return text.Contains("Permission is hereby granted, free of charge", StringComparison.Ordinal) ? "MIT" : $"not recognised ({licence?.Value ?? "none"})";
    }
}
