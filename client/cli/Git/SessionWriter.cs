using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Memento.Sessions;

namespace Memento.Cli.Git;

/// <summary>Some of a session's missing events, in order.</summary>
/// <param name="Commits">The commits of the events, one each.</param>
internal sealed record EventBatch(RunWork Work, bool IsFirst, ObjectId[] Commits, ImmutableArray<NewEvent> Events);

/// <summary>Counts of what was written. Written by several at once.</summary>
internal sealed class ImportCounts
{
    private long _created, _resumed, _deleted, _events, _done;

    public long Created => Volatile.Read(ref _created);

    public long Resumed => Volatile.Read(ref _resumed);

    public long Deleted => Volatile.Read(ref _deleted);

    public long Events => Volatile.Read(ref _events);

    /// <summary>Commits dealt with, for the progress.</summary>
    public long Done => Volatile.Read(ref _done);

    public void AddCreated() => Interlocked.Increment(ref _created);

    public void AddResumed() => Interlocked.Increment(ref _resumed);

    public void AddDeleted() => Interlocked.Increment(ref _deleted);

    public void AddEvents(int recorded, int done)
    {
        Interlocked.Add(ref _events, recorded);
        Interlocked.Add(ref _done, done);
    }
}

/// <summary>
/// Writes sessions, one after the other. Keys of appends are made of what is appended, so that what is asked twice is done once: by a retry, by the next
/// import while a request of a killed one is still on its way, or by two imports at the same time. Creations need no such key: the session's id is one.
/// </summary>
internal sealed class SessionWriter(ISessionClient sessions, History history, string repository, ImportCounts counts)
{
    private readonly ImportedSessions _there = new(sessions);
    private RunWork? _current;
    private HashSet<ObjectId>? _known;
    private bool _deleted;

    public async Task WriteAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        var id = ImportedSessions.IdOf(history.Commits[batch.Work.Run.First].Id);
        if (!ReferenceEquals(_current, batch.Work))
        {
            (_current, _known, _deleted) = (batch.Work, null, false);
            await OpenAsync(id, batch.Work, cancellationToken);
        }

        try
        {
            await AppendAsync(id, batch, cancellationToken);
        }
        catch (MementoException e) when (e.Code is Codes.IdempotencyKeyReused)
        {
            // An earlier import wrote these commits with other words (another clock, say). What it wrote stays.
            _known = await _there.CommitsAsync(id, cancellationToken);
            await AppendAsync(id, batch, cancellationToken);
        }
        catch (MementoException e) when (e.Refusal.Kind is RefusalKind.NotFound or RefusalKind.Gone)
        {
            if (!_deleted) counts.AddDeleted();
            _deleted = true;
        }
    }

    private async Task OpenAsync(string id, RunWork work, CancellationToken cancellationToken)
    {
        if (!work.Create)
        {
            counts.AddResumed();
            return;
        }

        var first = history.Commits[work.Run.First];
        try
        {
            var request = new CreateSession { SessionId = id, AgentId = history.Authors[first.Author], TtlSeconds = 0, Metadata = Metadata(first.Id) };
            await sessions.CreateAsync(request, cancellationToken: cancellationToken);
            counts.AddCreated();
        }
        catch (MementoException e) when (e.Refusal.Kind is RefusalKind.Conflict)
        {
            // It was made since we looked, or it was deleted: a deleted id is not used again, and no list shows it.
            try
            {
                _known = await _there.CommitsAsync(id, cancellationToken);
                counts.AddResumed();
            }
            catch (MementoException gone) when (gone.Refusal.Kind is RefusalKind.NotFound or RefusalKind.Gone)
            {
                counts.AddDeleted();
                _deleted = true;
            }
        }
    }

    private async Task AppendAsync(string id, EventBatch batch, CancellationToken cancellationToken)
    {
        var (events, commits) = (batch.Events, batch.Commits);
        if (_known is { } known)
        {
            events = [.. batch.Events.Where((_, i) => !known.Contains(batch.Commits[i]))];
            commits = [.. batch.Commits.Where(commit => !known.Contains(commit))];
        }

        if (events.Length > 0 && !_deleted)
        {
            await sessions.AppendAsync(id, events, $"git:{commits[0]}:{commits[^1]}:{commits.Length}", cancellationToken);
            counts.AddEvents(events.Length, batch.Events.Length);
        }
        else counts.AddEvents(0, batch.Events.Length);
    }

    private JsonText Metadata(ObjectId firstCommit)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("source", "git");
            json.WriteString("repository", repository);
            json.WriteString("firstCommit", firstCommit.ToString());
            json.WriteEndObject();
        }

        return new(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
