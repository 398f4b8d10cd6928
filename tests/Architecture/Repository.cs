namespace Memento.Tests.Architecture;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] Made = ["bin", "obj", ".git", ".build", "artifacts", "TestResults", "data"];

    public static string Root { get; } = FindRoot();

    /// <summary>Relative paths, with forward slashes, of the files with one of these endings, without what builds and runs make.</summary>
    public static IEnumerable<string> Files(params string[] endings) => Walk(Root)
        .Where(path => endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)))
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<string> Walk(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder).Where(path => !Made.Contains(Path.GetFileName(path))).SelectMany(Walk));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Memento.Orleans.sln"))) return folder.FullName;
        throw new InvalidOperationException($"No Memento.Orleans.sln above {AppContext.BaseDirectory}.");
    }
}
