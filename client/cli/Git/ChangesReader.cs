using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using Memento.Sessions;

namespace Memento.Cli.Git;

/// <summary>Reads subjects and changes of many commits from one git process, one commit at a time, in the order they were asked for.</summary>
internal static class ChangesReader
{
    /// <summary>Files that a commit may have for renames to be looked for; more would take minutes.</summary>
    private const string RenameLimit = "-l1000";

    /// <summary>Streams the changes of commits (indices into the history). Merges are compared with their first parent; commits at a shallow clone's edge with nothing.</summary>
    public static async IAsyncEnumerable<CommitChanges> ReadAsync(
        GitRepository repository, History history, IEnumerable<int> commits, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var git = GitProcess.Start(repository.Folder,
            "diff-tree", "--stdin", "--root", "--always", "-r", "-M", RenameLimit, "-z", "--raw", "--numstat", "--encoding=UTF-8", "--format=tformat:%x01%H%x00%s");
        await using var stop = cancellationToken.UnsafeRegister(static git => ((GitProcess)git!).Kill(), git);
        var asking = AskAsync(git.Input, repository, history, commits, cancellationToken);
        try
        {
            await foreach (var changes in ParseAsync(git.Output, () => git.FinishAsync(cancellationToken), cancellationToken)) yield return changes;
            await asking;
        }
        finally
        {
            git.Kill();   // Whoever stops reading early leaves a git that waits, and with it the one who asks.
            await asking.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Reads what <c>git diff-tree</c> writes. Only when <paramref name="finish"/> has seen that git ended well is the last commit known to be whole.</summary>
    public static async IAsyncEnumerable<CommitChanges> ParseAsync(
        Stream output, Func<Task> finish, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fields = new NulReader(output);
        CommitChanges? current = null;
        while (await fields.ReadAsync(cancellationToken) is { } next)
        {
            var field = next.Span[0..];
            if (!field.IsEmpty && field[0] == '\n') field = field[1..];
            if (field.IsEmpty) continue;   // Between a commit's header and its changes.

            switch (field[0])
            {
                case 0x01:
                    var id = ObjectId.Parse(field[1..]);
                    if (current is not null) yield return current;
                    current = new() { Id = id, Subject = Encoding.UTF8.GetString((await NextAsync()).Span) };
                    break;

                case (byte)':' when current is not null:
                    // :<mode> <mode> <hash> <hash> <status>[<score>]
                    var status = (char)field[field.LastIndexOf((byte)' ') + 1];
                    var name = EntityNames.OfPath((await NextAsync()).Span);
                    if (status is 'R' or 'C')
                    {
                        var oldName = name;
                        name = EntityNames.OfPath((await NextAsync()).Span);
                        current.AddFile(status is 'R' ? Operation.Renamed : Operation.Added, name, status is 'R' ? oldName : null);
                    }
                    else current.AddFile(status switch { 'A' => Operation.Added, 'D' => Operation.Deleted, _ => Operation.Modified }, name);
                    break;

                case (byte)'-' or (>= (byte)'0' and <= (byte)'9') when current is not null:
                    // <added>\t<deleted>\t<path>, or nothing for the path and then the two of a rename; "-" for binary files.
                    var (lines, renamed) = Numbers(field);
                    current.AddLines(lines);
                    if (!renamed) break;
                    await NextAsync();
                    await NextAsync();
                    break;

                default:
                    throw new InvalidDataException($"git wrote something unexpected: {Encoding.UTF8.GetString(field[..Math.Min(field.Length, 80)])}");
            }
        }

        await finish();
        if (current is not null) yield return current;

        async ValueTask<ReadOnlyMemory<byte>> NextAsync() => await fields.ReadAsync(cancellationToken) ?? throw new InvalidDataException("git stopped in the middle of a commit.");
    }

    private static (long Lines, bool Renamed) Numbers(ReadOnlySpan<byte> field)
    {
        var rest = field[(field.IndexOf((byte)'\t') + 1)..];
        var lines = Number(field) + Number(rest);
        return (lines, rest.IndexOf((byte)'\t') == rest.Length - 1);

        static long Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long number, out _) ? number : 0;   // "-": a binary file
    }

    private static async Task AskAsync(Stream input, GitRepository repository, History history, IEnumerable<int> commits, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(input, Encoding.ASCII, 4096);
        foreach (var index in commits)
        {
            var commit = history.Commits[index];
            // "commit base" compares with that base. A commit at the edge would otherwise seem to add every file there is.
            var line = repository.Boundary.Contains(commit.Id) ? $"{commit.Id} {commit.Id}\n"
                : commit is { Parents: > 1, FirstParent: >= 0 } ? $"{commit.Id} {history.Commits[commit.FirstParent].Id}\n"
                : $"{commit.Id}\n";
            await writer.WriteAsync(line.AsMemory(), cancellationToken);
        }
    }
}
