namespace Memento.Cli.Git;

/// <summary>What is to be done for one session.</summary>
/// <param name="Create">It does not exist.</param>
/// <param name="Missing">Commits without an event, in order.</param>
internal sealed record RunWork(Run Run, bool Create, int[] Missing);

/// <summary>What an import has to do.</summary>
/// <param name="Selected">Sessions that the selection touches, those included that are complete.</param>
/// <param name="Commits">Commits in them.</param>
internal sealed record ImportPlan(int Selected, int Commits, IReadOnlyList<RunWork> Work)
{
    public int Missing { get; } = Work.Sum(work => work.Missing.Length);

    /// <summary>Compares the runs with what is there.</summary>
    /// <param name="commitsOf">Asks for the commits that a session has events of; only for sessions that do not look complete.</param>
    public static async Task<ImportPlan> MakeAsync(
        History history, IReadOnlyList<Run> runs, IReadOnlyDictionary<ObjectId, ImportedSession> there, Func<string, Task<HashSet<ObjectId>>> commitsOf, DateTimeOffset now)
    {
        // A run can only have changed its commits when authors were renamed or history was rewritten since; what one session has then, no other gets.
        var elsewhere = new HashSet<ObjectId>();
        var open = new List<Run>();
        foreach (var run in runs)
        {
            var first = history.Commits[run.First].Id;
            if (there.TryGetValue(first, out var session) && LooksComplete(history, run, session, now)) continue;
            open.Add(run);
            if (session.Events > 0) elsewhere.UnionWith(await commitsOf(ImportedSessions.IdOf(first)));
        }

        var work = new List<RunWork>();
        foreach (var run in open)
        {
            var create = !there.ContainsKey(history.Commits[run.First].Id);
            var missing = elsewhere.Count == 0 ? run.Commits : [.. run.Commits.Where(commit => !elsewhere.Contains(history.Commits[commit].Id))];
            if (missing.Length > 0) work.Add(new(run, create, missing));
        }

        return new(runs.Count, runs.Sum(run => run.Commits.Length), work);
    }

    /// <summary>As many events as commits, and the same first and last moment: two runs that differ in any commit would differ in one of these.</summary>
    private static bool LooksComplete(History history, Run run, ImportedSession session, DateTimeOffset now) =>
        session.Events == run.Commits.Length
        && session.From == CommitEvents.Clamp(history.Commits[run.First].Time, now).Time
        && session.To == CommitEvents.Clamp(history.Commits[run.Commits[^1]].Time, now).Time;
}
