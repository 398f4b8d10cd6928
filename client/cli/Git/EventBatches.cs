using System.Runtime.CompilerServices;
using Memento.Sessions;

namespace Memento.Cli.Git;

/// <summary>Reads the missing commits from git and packs their events into requests.</summary>
internal static class EventBatches
{
    public const int MaxEvents = 500;
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of an event besides its entities' names, at most: the subject and the actor take up to 6 bytes a character.</summary>
    private const int FrameBytes = 4 * 1024;

    public static async IAsyncEnumerable<EventBatch> ReadAsync(
        GitRepository repository, History history, IReadOnlyList<RunWork> work, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var changes = ChangesReader.ReadAsync(repository, history, work.SelectMany(w => w.Missing), cancellationToken).GetAsyncEnumerator(cancellationToken);
        foreach (var session in work)
        {
            var isFirst = true;
            var bytes = 0L;
            var (commits, events) = (new List<ObjectId>(), new List<NewEvent>());
            var making = new CommitEvents(history, now);
            var missing = 0;
            foreach (var index in session.Run.Commits)
            {
                if (missing == session.Missing.Length || session.Missing[missing] != index)
                {
                    making.Skip(index);
                    continue;
                }

                missing++;
                var id = history.Commits[index].Id;
                if (!await changes.MoveNextAsync() || changes.Current.Id != id) throw new InvalidDataException($"git did not answer for commit {id}.");
                var happened = making.Next(index, changes.Current, repository.Boundary.Contains(id));
                var size = SizeOf(happened);
                if (events.Count == MaxEvents || (events.Count > 0 && bytes + size > MaxBytes))
                {
                    yield return Flush();
                    (isFirst, bytes) = (false, 0);
                }

                commits.Add(id);
                events.Add(happened);
                bytes += size;
            }

            if (events.Count > 0) yield return Flush();

            EventBatch Flush()
            {
                var batch = new EventBatch(session, isFirst, [.. commits], [.. events]);
                commits.Clear();
                events.Clear();
                return batch;
            }
        }
    }

    /// <summary>A bound on an event's size as JSON; anything but the plainest characters may be escaped to six bytes.</summary>
    private static long SizeOf(NewEvent happened)
    {
        long size = FrameBytes;
        foreach (var name in happened.ChangeInfo.EntityIds)
        {
            size += 3;
            foreach (var c in name) size += char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or ' ' ? 1 : 6;
        }

        return size;
    }
}
