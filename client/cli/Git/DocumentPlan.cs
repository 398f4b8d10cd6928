using Memento.Workspaces;

namespace Memento.Cli.Git;

/// <summary>What is left to do for the files.</summary>
internal sealed record DocumentPlan
{
    /// <summary>Position on the line of the first commit to write; behind its end if all are there.</summary>
    public required int First { get; init; }

    /// <summary>A commit that an earlier import left unfinished. It comes first.</summary>
    public CommitDocument? Unfinished { get; init; }

    /// <summary>A commit that is not on the line, whose files are there; those of the commit before <see cref="First"/> must take their place.</summary>
    public ObjectId? From { get; init; }

    /// <summary>Commits that are not on the line. They are gone then.</summary>
    public IReadOnlyList<ObjectId> Gone { get; init; } = [];

    /// <summary>Whether the commit before <see cref="First"/> has a document.</summary>
    public bool HasTarget { get; init; }

    /// <summary>Documents of commits that this repository does not have: of another one, or lost by rewriting the history.</summary>
    public int Unknown { get; init; }

    /// <summary>Compares the line with the commits that have a document.</summary>
    /// <param name="start">Where an import into an empty workspace would begin.</param>
    public static async Task<DocumentPlan> MakeAsync(
        IWorkspaceClient documents, string folder, ObjectReader objects, MainLine line, int start, CancellationToken cancellationToken)
    {
        var (newest, others) = await ListAsync(documents, line, cancellationToken);
        var (gone, unknown) = (new List<ObjectId>(), 0);
        foreach (var other in others)
        {
            if (await objects.FindAsync(other, 0, cancellationToken) is null) unknown++;
            else gone.Add(other);
        }

        if (gone.Count > 0)
        {
            var from = await NewestAsync(folder, gone, cancellationToken);
            var common = await CommonAsync(folder, from, line, cancellationToken) ?? start;
            if (common < line.Ids.Count)
            {
                var unfinished = await CommitDocument.FindAsync(documents, from, cancellationToken) is { IsComplete: false } left ? left : null;
                var target = await CommitDocument.FindAsync(documents, line.Ids[common], cancellationToken);
                return new() { First = common + 1, From = from, Gone = gone, Unfinished = unfinished, HasTarget = target is not null, Unknown = unknown };
            }
        }

        if (newest < 0) return new() { First = start, Unknown = unknown };
        var last = await CommitDocument.FindAsync(documents, line.Ids[newest], cancellationToken);
        return new() { First = newest + 1, Unfinished = last is { IsComplete: false } ? last : null, HasTarget = true, Unknown = unknown };
    }

    /// <summary>The newest position on the line that has a document (−1 = none), and the commits with a document that are not on it.</summary>
    private static async Task<(int Newest, List<ObjectId> Others)> ListAsync(IWorkspaceClient documents, MainLine line, CancellationToken cancellationToken)
    {
        var (newest, others) = (-1, new List<ObjectId>());
        string? cursor = null;
        do
        {
            var page = await documents.ListAsync(new() { Kind = DocumentKind.Metadata, Prefix = CommitDocument.IdPrefix, Limit = Paging.MaxLimit, Cursor = cursor }, cancellationToken);
            foreach (var document in page.Items)
            {
                if (CommitDocument.CommitOf(document.Id) is not { } commit) continue;
                if (line.PositionOf(commit) is { } position) newest = Math.Max(newest, position);
                else others.Add(commit);
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return (newest, others);
    }

    /// <summary>Of commits of another line, the one that has no child among them.</summary>
    private static async Task<ObjectId> NewestAsync(string folder, IReadOnlyList<ObjectId> commits, CancellationToken cancellationToken)
    {
        await using var git = GitProcess.Start(folder, "rev-list", "--stdin", "--topo-order", "--max-count=1");
        await using (var writer = new StreamWriter(git.Input))
            foreach (var commit in commits) await writer.WriteAsync($"{commit}\n".AsMemory(), cancellationToken);
        using var reader = new StreamReader(git.Output);
        var answer = await reader.ReadLineAsync(cancellationToken);
        await git.FinishAsync(cancellationToken);
        return ObjectId.TryParse(answer, out var newest) ? newest : throw new InvalidDataException($"git answered something that is not a hash: {answer}");
    }

    /// <summary>Where the line of first parents of a commit meets this one.</summary>
    private static async Task<int?> CommonAsync(string folder, ObjectId commit, MainLine line, CancellationToken cancellationToken)
    {
        await using var git = GitProcess.Start(folder, "rev-list", "--first-parent", commit.ToString());
        git.Input.Close();
        using var reader = new StreamReader(git.Output);
        while (await reader.ReadLineAsync(cancellationToken) is { } hash)
            if (ObjectId.TryParse(hash, out var id) && line.PositionOf(id) is { } position) return position;
        return null;
    }
}
