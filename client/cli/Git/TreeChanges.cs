using System.Runtime.CompilerServices;
using System.Text;

namespace Memento.Cli.Git;

/// <summary>Reads what differs between trees. Renames are deletions and additions.</summary>
internal static class TreeChanges
{
    private static readonly string[] Raw = ["-r", "-z", "--raw", "--no-renames"];

    /// <summary>What two commits differ in; without the first, all files of the second.</summary>
    public static async Task<List<TreeChange>> BetweenAsync(string folder, ObjectId? from, ObjectId to, CancellationToken cancellationToken)
    {
        await using var git = from is { } before
            ? GitProcess.Start(folder, ["diff-tree", .. Raw, before.ToString(), to.ToString()])
            : GitProcess.Start(folder, "ls-tree", "-r", "-z", "--full-tree", to.ToString());
        git.Input.Close();
        var (fields, found) = (new NulReader(git.Output), new List<TreeChange>());
        while (await fields.ReadAsync(cancellationToken) is { } field)
        {
            if (from is null) found.Add(TreeChange.OfListed(field.Span));
            else found.Add(await ChangeAsync(fields, field, cancellationToken));
        }

        await git.FinishAsync(cancellationToken);
        return found;
    }

    /// <summary>Streams what commits changed against the one given with each, from one git process, in the order they were asked for.</summary>
    public static async IAsyncEnumerable<List<TreeChange>> ReadAsync(
        string folder, IReadOnlyList<(ObjectId Commit, ObjectId Parent)> commits, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (commits.Count == 0) yield break;
        await using var git = GitProcess.Start(folder, ["diff-tree", "--stdin", "--always", .. Raw, "--format=tformat:%x01%H"]);
        await using var stop = cancellationToken.UnsafeRegister(static git => ((GitProcess)git!).Kill(), git);
        var asking = AskAsync(git.Input, commits, cancellationToken);
        try
        {
            var fields = new NulReader(git.Output);
            List<TreeChange>? current = null;
            while (await fields.ReadAsync(cancellationToken) is { } field)
            {
                while (!field.IsEmpty && field.Span[0] == '\n') field = field[1..];
                if (field.IsEmpty) continue;
                if (field.Span[0] != 0x01)
                {
                    (current ?? throw new InvalidDataException("git began without a commit.")).Add(await ChangeAsync(fields, field, cancellationToken));
                    continue;
                }

                if (current is not null) yield return current;
                current = [];
            }

            await git.FinishAsync(cancellationToken);
            if (current is not null) yield return current;
            await asking;
        }
        finally
        {
            git.Kill();   // Whoever stops reading early leaves a git that waits, and with it the one who asks.
            await asking.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static async ValueTask<TreeChange> ChangeAsync(NulReader fields, ReadOnlyMemory<byte> raw, CancellationToken cancellationToken)
    {
        if (raw.Span[0] != ':') throw new InvalidDataException($"git wrote something unexpected: {Encoding.UTF8.GetString(raw.Span)}");
        var kept = raw[1..].ToArray();   // The reader's memory is overwritten by the next field.
        var path = await fields.ReadAsync(cancellationToken) ?? throw new InvalidDataException("git stopped in the middle of a commit.");
        return TreeChange.OfRaw(kept, path.Span);
    }

    private static async Task AskAsync(Stream input, IReadOnlyList<(ObjectId Commit, ObjectId Parent)> commits, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(input, Encoding.ASCII, 4096);
        foreach (var (commit, parent) in commits) await writer.WriteAsync($"{commit} {parent}\n".AsMemory(), cancellationToken);
    }
}
