using Memento.Cli.Git;

namespace Memento.Cli.Verify;

/// <summary>What reverting a commit does to one file.</summary>
/// <param name="Conflicts">Whether there is a conflict about it.</param>
/// <param name="File">What it becomes without one; null = it goes.</param>
internal readonly record struct Reverted(bool Conflicts, TreeFile? File);

/// <summary>Reverts commits on HEAD with git, in a clone of its own that shares the objects and is removed in the end.</summary>
internal sealed class GitReverts : IAsyncDisposable
{
    // No renames, and nothing of the user's taste that changes what is merged.
    private static readonly string[] Plain =
    [
        "-c", "merge.renames=false", "-c", "diff.renames=false", "-c", "merge.directoryRenames=false", "-c", "merge.renormalize=false", "-c", "rerere.enabled=false",
        "-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null", "-c", "user.name=verify", "-c", "user.email=verify@localhost", "-c", "advice.mergeConflict=false",
    ];

    // The strategy "ort" of git before 2.50 looks for renames whatever it is told. The older one does not, and takes the same diff if it is told to.
    private static readonly string[] Strategy = ["--strategy=recursive", "-X", "no-renames", "-X", "histogram"];

    private readonly string _home = Directory.CreateTempSubdirectory("memento-verify-").FullName;
    private readonly ObjectId _head;
    private ObjectReader? _objects;

    private GitReverts(ObjectId head) => _head = head;

    public string Folder => Path.Combine(_home, "clone");

    public static async Task<GitReverts> CloneAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var clone = new GitReverts(repository.Head!.Value);
        try
        {
            await RunAsync(repository.Folder, ["clone", "--quiet", "--shared", "--no-checkout", "--template=", repository.Folder, clone.Folder], cancellationToken);
            // Attributes of the repository may name other merges and other line ends; these come before them.
            Directory.CreateDirectory(Path.Combine(clone.Folder, ".git", "info"));
            await File.WriteAllTextAsync(Path.Combine(clone.Folder, ".git", "info", "attributes"), "* !merge !diff -text !eol -filter -ident !working-tree-encoding\n", cancellationToken);
            await RunAsync(clone.Folder, [.. Plain, "checkout", "--quiet", "--detach", clone._head.ToString()], cancellationToken);
            return clone;
        }
        catch
        {
            await clone.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reverts one commit, says which files that touches, and goes back to HEAD.</summary>
    public async Task<Dictionary<string, Reverted>> RevertAsync(ObjectId commit, bool isMerge, CancellationToken cancellationToken)
    {
        string[] mainline = isMerge ? ["-m", "1"] : [];
        var (code, _, errors) = await GitProcess.RunAsync(Folder, cancellationToken, [.. Plain, "revert", "--no-commit", .. Strategy, .. mainline, commit.ToString()]);
        cancellationToken.ThrowIfCancellationRequested();
        if (code > 1) throw new CommandException($"git cannot revert {commit}: {Format.Clean(errors)}");

        var found = new Dictionary<string, Reverted>(StringComparer.Ordinal);
        await using (var git = GitProcess.Start(Folder, "diff-index", "--cached", "-r", "-z", "--raw", "--no-renames", _head.ToString()))
        {
            git.Input.Close();
            var fields = new NulReader(git.Output);
            while (await fields.ReadAsync(cancellationToken) is { } raw)
            {
                var kept = raw[1..].ToArray();
                var path = await fields.ReadAsync(cancellationToken) ?? throw new InvalidDataException("git stopped in the middle of a file.");
                var change = TreeChange.OfRaw(kept, path.Span);
                if (change.IsSubmodule || change.OldMode == TreeChange.SubmoduleMode) continue;
                if (kept.AsSpan().EndsWith(" U"u8)) found[change.Key.Id] = new(true, null);
                else if (!found.ContainsKey(change.Key.Id)) found[change.Key.Id] = new(false, change.NewMode == 0 ? null : await ContentAsync(change.Blob));
            }

            await git.FinishAsync(cancellationToken);
        }

        await RunAsync(Folder, [.. Plain, "reset", "--quiet", "--hard", _head.ToString()], cancellationToken);
        await RunAsync(Folder, [.. Plain, "clean", "--quiet", "-ffdx"], cancellationToken);
        return found;

        async Task<TreeFile?> ContentAsync(ObjectId blob)
        {
            _objects ??= new(Folder);   // What the merge made is in the clone alone.
            var (size, content) = await _objects.ReadAsync(blob, CommitTrees.MaxFile, cancellationToken);
            return content is null ? null : new(Memento.Workspaces.ContentHash.Of(content), size);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_objects is not null) await _objects.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private static async Task RunAsync(string folder, string[] arguments, CancellationToken cancellationToken)
    {
        var (code, _, errors) = await GitProcess.RunAsync(folder, cancellationToken, arguments);
        cancellationToken.ThrowIfCancellationRequested();   // Ctrl-C reaches git too.
        if (code != 0) throw new CommandException($"git {arguments.First(a => !a.Contains('=', StringComparison.Ordinal) && a != "-c")} failed in {folder}: {Format.Clean(errors)}");
    }
}
