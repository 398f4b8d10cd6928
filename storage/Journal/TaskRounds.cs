using System.Runtime.InteropServices;

namespace Memento.Storage;

/// <summary>
/// Splits a batch where one statement cannot decide about all of it. A statement changes a task's row at most once and does not see its
/// own births, so what must come after another append of the batch goes into the next commit. Appends that follow each other in one
/// stream stay together.
/// </summary>
internal static class TaskRounds
{
    private const long Closed = -1;   // no further append of this stream in this round

    /// <summary>
    /// Removes from a batch what must be committed after it and returns that in order; null if the batch can be committed as it is.
    /// </summary>
    public static List<PendingAppend>? Split(List<PendingAppend> batch)
    {
        if (!batch.Exists(pending => pending.Append.Task is not null || pending.Append.Births.Count > 0)) return null;
        var nextPositions = new Dictionary<long, long>(batch.Count);
        HashSet<(string, string)>? chosenIds = null;
        List<PendingAppend>? later = null;
        foreach (var pending in batch)
        {
            if (!Fits(pending.Append, nextPositions, ref chosenIds)) (later ??= []).Add(pending);
        }

        if (later is null) return null;
        var postponed = later.ToHashSet();
        batch.RemoveAll(postponed.Contains);
        return later;
    }

    private static bool Fits(Append append, Dictionary<long, long> nextPositions, ref HashSet<(string, string)>? chosenIds)
    {
        if (append.Births.Count > 0) return FitsWithBirths(append, nextPositions, ref chosenIds);
        if (append.Task is not { } task)
        {
            // A stream whose earlier append waits for the next round must keep its order.
            return !nextPositions.TryGetValue(append.Writer.StreamId, out var state) || state != Closed;
        }

        ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(nextPositions, append.Writer.StreamId, out var exists);
        var fits = !exists || (next == append.FirstPosition && task.Requires is null);
        next = fits ? append.FirstPosition + append.Entries.Count : Closed;
        return fits;
    }

    private static bool FitsWithBirths(Append append, Dictionary<long, long> nextPositions, ref HashSet<(string, string)>? chosenIds)
    {
        var fits = !nextPositions.TryGetValue(append.Writer.StreamId, out var state) || state != Closed;
        foreach (var birth in append.Births)
            if (birth.IsIdChosen && !(chosenIds ??= []).Add((birth.Workspace, birth.TaskId))) fits = false;
        if (!fits) nextPositions[append.Writer.StreamId] = Closed;
        foreach (var birth in append.Births) nextPositions[birth.StreamId] = Closed;
        return fits;
    }
}
