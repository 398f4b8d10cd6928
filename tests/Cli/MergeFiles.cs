namespace Memento.Tests.Cli;

/// <summary>Makes merge commits of two branches that changed the same file.</summary>
internal static class MergeFiles
{
    /// <summary>An object with the members a to e, all of them 1, each on a line.</summary>
    public const string Base = "{\n  \"a\": 1,\n  \"b\": 1,\n  \"c\": 1,\n  \"d\": 1,\n  \"e\": 1\n}\n";

    /// <summary>The base with some members changed.</summary>
    public static string Change(params object[] namesAndValues)
    {
        var text = Base;
        for (var i = 0; i < namesAndValues.Length; i += 2)
        {
            var (name, value) = (namesAndValues[i], namesAndValues[i + 1]);
            text = text.Replace($"\"{name}\": 1", $"\"{name}\": {value}", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Makes a merge commit of two branches that have a file as given; null where there is no such file.</summary>
    public static void Merge(this TemporaryRepository git, string path, string? @base, string? ours, string? theirs, string? committed)
    {
        git.Put(path, @base);
        git.Commit("Base");
        git.Git("checkout", "-q", "-B", "side");
        git.Put(path, theirs);
        git.Commit("Theirs");
        git.Git("checkout", "-q", "main");
        git.Put(path, ours);
        git.Commit("Ours");
        git.Git("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "side");
        git.Put(path, committed);
        git.Commit("Merge");
    }

    private static void Put(this TemporaryRepository git, string path, string? content)
    {
        if (content is not null) git.Write(path, content);
        else File.Delete(Path.Combine(git.Folder, path));
    }
}
