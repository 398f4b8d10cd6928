using Memento.Workspaces;

namespace Memento.Cli.Git;

/// <summary>
/// Writes the files of a history as documents, commit by commit along the line of first parents. Can be stopped at any moment and run again: what a commit changed
/// and the document that says so are written together, and whatever has no such document is written next.
/// </summary>
internal sealed class DocumentImport(IWorkspaceClient documents, IImportProgress progress)
{
    /// <summary>Commits from one rollback point to the next.</summary>
    public const int PointEvery = 100;

    /// <param name="sessionOf">The session of a commit, by its index in the history.</param>
    /// <param name="first">Index in the history from which an import into an empty workspace begins: with all files of the first commit.</param>
    /// <param name="counts">Filled while it goes.</param>
    public async Task RunAsync(
        GitRepository repository, History history, Func<int, string> sessionOf, int first, bool dryRun, DocumentCounts counts, CancellationToken cancellationToken)
    {
        progress.Stage(dryRun ? "Comparing documents" : "Writing documents");
        var line = MainLine.Of(history, repository.Head!.Value);
        var start = Array.FindIndex(line.Commits, index => index >= first) is >= 0 and var found ? found : line.Commits.Length;
        await using var objects = new ObjectReader(repository.Folder);
        var plan = await DocumentPlan.MakeAsync(documents, repository.Folder, objects, line, start, cancellationToken);
        if (plan.Unknown > 0)
            progress.Note($"The workspace has documents of {Format.Number(plan.Unknown)} commits that this repository does not have, of another repository or of a history that was rewritten since. They stay.");

        var total = line.Ids.Count - plan.First;
        counts.CommitsUnchanged = plan.HasTarget || plan.From is not null ? plan.First : 0;
        if (dryRun)
        {
            counts.Commits = total + (plan.Unfinished is null ? 0 : 1);
            return;
        }

        var writer = new DocumentWriter(documents, objects, repository.Name, counts);
        var points = new CommitPoints(documents, counts, progress.Note);
        await points.ReadAsync(cancellationToken);
        var tags = await MainLine.TagsAsync(repository.Folder, cancellationToken);

        if (plan.Unfinished is { } left)
        {
            var rest = await TreeChanges.BetweenAsync(repository.Folder, left.Base, left.Commit, cancellationToken);
            await writer.WriteAsync(new(left.Commit, left.Base, left.AgentId, left.SessionId), rest, left, cancellationToken);
        }

        if (plan.From is { } from) await MoveAsync(repository, line.Ids[plan.First - 1], from, plan, writer, cancellationToken);
        if (plan.First > 0 && plan.HasTarget) await NameAsync(plan.First - 1);

        // The first commit of all comes with all its files; the others with what they changed.
        var next = plan.First;
        if (next < line.Ids.Count && (next == 0 || (plan.From is null && !plan.HasTarget)))
        {
            await WriteAsync(next, null, await TreeChanges.BetweenAsync(repository.Folder, null, line.Ids[next], cancellationToken));
            next++;
        }

        var asked = new List<(ObjectId, ObjectId)>(line.Ids.Count - next);
        for (var i = next; i < line.Ids.Count; i++) asked.Add((line.Ids[i], line.Ids[i - 1]));
        await foreach (var changes in TreeChanges.ReadAsync(repository.Folder, asked, cancellationToken))
        {
            await WriteAsync(next, line.Ids[next - 1], changes);
            next++;
        }

        if (next < line.Ids.Count) throw new InvalidDataException("git did not answer for all commits.");

        async Task WriteAsync(int position, ObjectId? compared, IReadOnlyList<TreeChange> changes)
        {
            var index = line.Commits[position];
            await writer.WriteAsync(new(line.Ids[position], compared, history.Authors[history.Commits[index].Author], sessionOf(index)), changes, null, cancellationToken);
            await NameAsync(position);
            progress.Report(position + 1 - plan.First, total);
        }

        async Task NameAsync(int position)
        {
            var commit = line.Ids[position];
            foreach (var tag in tags[commit]) await points.MakeAsync(commit, tag, cancellationToken);
            var number = position + 1;
            if (number % PointEvery == 0 || (number == line.Ids.Count && !points.Has(commit))) await points.MakeAsync(commit, $"commit {number} {commit.ToString()[..10]}", cancellationToken);
        }
    }

    /// <summary>The history was rewritten, or another branch is imported now: takes the files from where they are to where the two lines met.</summary>
    private async Task MoveAsync(GitRepository repository, ObjectId target, ObjectId from, DocumentPlan plan, DocumentWriter writer, CancellationToken cancellationToken)
    {
        progress.Note($"The files are those of {from}, which is not on this branch's line of first parents; they become those of {target}, and go on from there.");
        var changes = await TreeChanges.BetweenAsync(repository.Folder, from, target, cancellationToken);
        var last = plan.Gone.Select(commit => new DocumentOperation { Op = DocumentOp.Delete, Kind = DocumentKind.Metadata, Id = CommitDocument.IdPrefix + commit });
        if (!plan.HasTarget) last = last.Prepend(new CommitDocument(target, null, 0, 0).Operation(repository.Name));
        await writer.MoveAsync(changes, [.. last], cancellationToken);
    }
}
