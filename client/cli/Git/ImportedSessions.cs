using System.Text.Json;
using Memento.Sessions;

namespace Memento.Cli.Git;

/// <summary>What a list tells of a session that was imported before.</summary>
internal readonly record struct ImportedSession(long Events, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Asks a workspace what is there already.</summary>
internal sealed class ImportedSessions(ISessionClient sessions)
{
    public const string IdPrefix = "git-";

    /// <summary>All imported sessions, by their first commit. One request per 500 sessions of the workspace, which is cheaper than one per run.</summary>
    public async Task<Dictionary<ObjectId, ImportedSession>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<ObjectId, ImportedSession>();
        string? cursor = null;
        do
        {
            var page = await sessions.ListAsync(new() { Limit = Paging.MaxLimit, Cursor = cursor }, cancellationToken);
            foreach (var session in page.Items)
                if (FirstCommit(session.SessionId) is { } id) found[id] = new(session.EventCount, session.OccurredFrom, session.OccurredTo);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return found;
    }

    /// <summary>The commits that a session has events of.</summary>
    public async Task<HashSet<ObjectId>> CommitsAsync(string sessionId, CancellationToken cancellationToken)
    {
        var found = new HashSet<ObjectId>();
        string? cursor = null;
        do
        {
            var page = await sessions.GetEventsAsync(sessionId, new() { Limit = Paging.MaxLimit, Cursor = cursor }, cancellationToken);
            foreach (var happened in page.Items)
                if (CommitOf(happened) is { } id) found.Add(id);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return found;
    }

    public static string IdOf(ObjectId firstCommit) => IdPrefix + firstCommit;

    private static ObjectId? FirstCommit(string sessionId) =>
        sessionId.StartsWith(IdPrefix, StringComparison.Ordinal) && ObjectId.TryParse(sessionId.AsSpan(IdPrefix.Length), out var id) ? id : null;

    private static ObjectId? CommitOf(SessionEvent happened)
    {
        if (happened.Metadata is not { } metadata || !metadata.Text.Contains("\"commit\"", StringComparison.Ordinal)) return null;
        using var document = JsonDocument.Parse(metadata.Text);
        return document.RootElement.ValueKind is JsonValueKind.Object
            && document.RootElement.TryGetProperty("commit", out var commit) && commit.ValueKind is JsonValueKind.String && ObjectId.TryParse(commit.GetString(), out var id) ? id : null;
    }
}
