using System.Runtime.CompilerServices;
using Memento.Rollback;
using Memento.Tasks;
using Memento.Workspaces;

namespace Memento.Samples.Fleet;

/// <summary>Looks at what came out, from outside: whether each task was done once, what the killed agent left, and whether taking that back leaves all else as it was.</summary>
internal sealed class Findings(IMementoClient client, string workspace, IReadOnlyList<IndexTask> files)
{
    private bool _isGood;

    /// <summary>The rollback, if it was begun.</summary>
    public string? OperationId { get; private set; }

    /// <summary>Whether nothing was lost and nothing done twice.</summary>
    public async Task<bool> CheckWorkAsync(string? killed, CancellationToken cancellationToken)
    {
        _isGood = true;
        var tasks = await AllAsync(cursor => client.Tasks(workspace).ListAsync(new() { Limit = Paging.MaxLimit, Cursor = cursor }, cancellationToken), cancellationToken).ToListAsync(cancellationToken);
        var once = tasks.Count(t => t.Status is WorkStatus.Completed && t.History.Count(a => a.Outcome is AttemptOutcome.Completed) == 1);
        Check(once == files.Count && tasks.Count == files.Count, $"{once} of {files.Count} tasks are completed, each exactly once");
        foreach (var task in tasks.Where(t => t.Status is not WorkStatus.Completed).Take(3)) FleetScreen.Say($"      {task.TaskId}: {task.Error}");

        var documents = await DocumentsAsync(DocumentKind.Entity, cancellationToken);
        Check(documents.Select(d => d.Id).ToHashSet().SetEquals(files.Select(f => f.Path)), $"{Count(documents.Count, "finished document")}, one for each file, {documents.Count(d => d.AgentId == killed)} of them by {killed}");

        var taken = tasks.Select(t => (Task: t, Lost: t.History.LastOrDefault(a => a.AgentId == killed && a.Outcome is AttemptOutcome.AgentLost))).Where(t => t.Lost is not null).ToList();
        Check(taken.Any(t => t.Lost!.StartedAt is not null) && taken.All(t => t.Task.History[^1].AgentId != killed && (t.Lost!.StartedAt is null || t.Task.Handoff is not null)),
            $"{Count(taken.Count, "task")} of {killed} went to others, those that it had begun with a note");
        foreach (var (task, lost) in taken.Take(3))
            FleetScreen.Say($"      {task.TaskId}: {killed} → {task.History[^1].AgentId}, {(lost!.StartedAt is null ? "not begun" : task.Handoff?.Progress is { } far ? "begun, as far as " + far.Text : "just begun")}");
        return _isGood;
    }

    /// <summary>Takes back what the killed agent left half-written, and nothing else.</summary>
    public async Task<bool> TakeBackAsync(string pointId, string? killed, CancellationToken cancellationToken)
    {
        _isGood = true;
        var (drafts, before) = (await DocumentsAsync(DocumentKind.Metadata, cancellationToken), await DocumentsAsync(DocumentKind.Entity, cancellationToken));
        Check(drafts.Count > 0 && drafts.All(d => d.AgentId == killed), $"{Count(drafts.Count, "draft")} {(drafts.Count == 1 ? "was" : "were")} left half-written by {killed}: {Demo.Few([.. drafts.Select(NameOf)])}");
        if (killed is null) return false;

        var selection = new Selection { Agents = [killed], Documents = [new() { Type = SelectedType.Metadata, Include = ["draft/**"] }] };
        var rollbacks = client.Rollbacks(workspace);
        var preview = await rollbacks.PreviewAsync(pointId, new() { Selection = selection }, cancellationToken);
        var affected = preview.AffectedItems.SelectMany(kind => kind.Value.Select(id => $"{kind.Key}/{id}"));
        Check(affected.ToHashSet().SetEquals(drafts.Select(NameOf)) && preview.ConflictCount == 0, $"a rollback of drafts by {killed} would change {(drafts.Count == 1 ? "this document" : "these documents")} and no other");

        var started = await rollbacks.StartAsync(pointId, new() { Selection = selection, PreviewToken = preview.PreviewToken }, cancellationToken: cancellationToken);
        OperationId = started.OperationId;
        var ended = await rollbacks.WatchAsync(started.OperationId, cancellationToken).LastAsync(cancellationToken);
        var after = await DocumentsAsync(DocumentKind.Entity, cancellationToken);
        Check(ended.Status is RollbackStatus.Completed && (await DocumentsAsync(DocumentKind.Metadata, cancellationToken)).Count == 0 && before.SequenceEqual(after),
            $"after it no draft is left, and {(after.Count == 1 ? "the finished document is as it was" : $"all {after.Count} finished documents are as they were")}");
        if (ended.Error is { } error) FleetScreen.Say($"      {error.Message}");
        return _isGood;
    }

    private void Check(bool isSo, string what)
    {
        _isGood &= isSo;
        FleetScreen.Say($"  {(isSo ? "✓" : "✗")} {what}");
    }

    private async Task<List<DocumentView>> DocumentsAsync(DocumentKind kind, CancellationToken cancellationToken) =>
        await AllAsync(cursor => client.Documents(workspace).ListAsync(new() { Kind = kind, Limit = Paging.MaxLimit, Cursor = cursor }, cancellationToken), cancellationToken).ToListAsync(cancellationToken);

    private static async IAsyncEnumerable<T> AllAsync<T>(Func<string?, Task<Page<T>>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await read(cursor);
            foreach (var item in page.Items) yield return item;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    private static string NameOf(DocumentView document) => new DocumentKey(document.Kind, document.Id).ToString();

    private static string Count(long count, string one) => count == 1 ? $"1 {one}" : $"{count} {one}s";
}
