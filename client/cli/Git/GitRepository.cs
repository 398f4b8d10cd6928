namespace Memento.Cli.Git;

/// <summary>A repository on this machine.</summary>
/// <param name="Folder">Where git is run.</param>
/// <param name="Name">Name of the folder that holds it.</param>
/// <param name="Head">The commit that HEAD names; null if there is none yet.</param>
/// <param name="Boundary">Commits of a shallow clone whose parents are not there. Empty if it is not shallow.</param>
internal sealed record GitRepository(string Folder, string Name, ObjectId? Head, IReadOnlySet<ObjectId> Boundary)
{
    public bool IsShallow => Boundary.Count > 0;

    /// <summary>Opens the repository at or above a path. Throws <see cref="CommandException"/> if there is none.</summary>
    public static async Task<GitRepository> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(path);
        if (!Directory.Exists(folder)) throw new CommandException($"There is no folder {folder}", ExitCode.WrongUsage);

        var (code, output, errors) = await GitProcess.RunAsync(folder, cancellationToken, "rev-parse", "--absolute-git-dir", "--is-bare-repository", "--git-path", "shallow");
        if (code != 0)
        {
            if (errors.Contains("not a git repository", StringComparison.OrdinalIgnoreCase)) throw new CommandException($"{folder} is not in a git repository", ExitCode.WrongUsage);
            throw new CommandException($"git cannot open {folder}: {errors}");
        }

        var lines = output.Split('\n');
        var (directory, bare, shallow) = (lines[0], lines[1] == "true", Path.GetFullPath(lines[2], folder));
        var top = bare ? directory : (await GitProcess.RunAsync(folder, cancellationToken, "rev-parse", "--show-toplevel")).Output;
        var name = Path.GetFileName((top.Length > 0 ? top : directory).TrimEnd('/'));
        if (bare && name.EndsWith(".git", StringComparison.Ordinal)) name = name.Length > 4 ? name[..^4] : Path.GetFileName(Path.GetDirectoryName(directory))!;

        var head = await GitProcess.RunAsync(folder, cancellationToken, "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
        return new(folder, name, ObjectId.TryParse(head.Output, out var id) ? id : null, await BoundaryAsync(shallow, cancellationToken));
    }

    private static async Task<IReadOnlySet<ObjectId>> BoundaryAsync(string file, CancellationToken cancellationToken)
    {
        var found = new HashSet<ObjectId>();
        if (!File.Exists(file)) return found;
        await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
            if (ObjectId.TryParse(line.Trim(), out var id)) found.Add(id);
        return found;
    }
}
