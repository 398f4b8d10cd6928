using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Memento.Tests.Cli;

/// <summary>A git repository in a folder of its own, with every clock and name set by the test.</summary>
internal sealed class TemporaryRepository : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("memento-git-").FullName;

    public TemporaryRepository(string name = "project")
    {
        Folder = Path.Combine(_home, name);
        Directory.CreateDirectory(Folder);
        Git("init", "-q", "-b", "main");
    }

    public string Folder { get; }

    /// <summary>Seconds since 1970 that the next commit is made at.</summary>
    public long Clock { get; set; } = 1_700_000_000;

    public string Author { get; set; } = "Ada";

    /// <summary>Runs git and answers what it wrote.</summary>
    public string Git(params string[] arguments) => Run(Folder, null, arguments);

    public string CloneShallow(int depth)
    {
        Run(_home, null, "clone", "-q", "--depth", depth.ToString(CultureInfo.InvariantCulture), new Uri(Folder).AbsoluteUri, "shallow");
        return Path.Combine(_home, "shallow");
    }

    public void Write(string path, string text)
    {
        var file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>Writes a file, commits everything and answers the hash.</summary>
    public string Commit(string path, string text, string? message = null, long wait = 60)
    {
        Write(path, text);
        return Commit(message ?? "Change " + path, wait);
    }

    /// <summary>Commits everything, some seconds after the commit before, and answers the hash.</summary>
    public string Commit(string message, long wait = 60)
    {
        Clock += wait;
        Git("add", "-A");
        Git("commit", "-q", "--allow-empty", "-m", message);
        return Head();
    }

    public string Head() => Git("rev-parse", "HEAD");

    /// <summary>Makes a commit of any bytes: <c>git fast-import</c> takes what the command line cannot say.</summary>
    public void FastImport(byte[] script) => Run(Folder, script, "fast-import", "--quiet", "--force");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private string Run(string folder, byte[]? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        foreach (var (name, value) in new[]
        {
            ("HOME", _home), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_NAME", Author), ("GIT_COMMITTER_NAME", Author), ("GIT_AUTHOR_EMAIL", Author.ToLowerInvariant() + "@example.org"),
            ("GIT_COMMITTER_EMAIL", "c@example.org"), ("GIT_AUTHOR_DATE", $"@{Clock} +0000"), ("GIT_COMMITTER_DATE", $"@{Clock} +0000"),
        }) start.Environment[name] = value;
        using var git = Process.Start(start)!;
        if (input is not null) git.StandardInput.BaseStream.Write(input);
        git.StandardInput.Close();
        var errors = new StringBuilder();
        git.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        git.BeginErrorReadLine();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {errors}");
    }
}
