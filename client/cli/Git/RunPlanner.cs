namespace Memento.Cli.Git;

/// <summary>Commits that one author made in one go: a session.</summary>
/// <param name="Commits">Indices into <see cref="History.Commits"/>, in order. Never empty.</param>
internal sealed record Run(int[] Commits)
{
    public int First => Commits[0];
}

/// <summary>Divides a history into runs. Pure.</summary>
internal static class RunPlanner
{
    /// <summary>Longest pause within a run, in seconds.</summary>
    public const long Gap = 3600;

    /// <summary>
    /// All runs of a history, by their first commit. A commit starts a run if its author's previous commit is more than an hour away, or if it is in
    /// <paramref name="starts"/>: those are the first commits of sessions that exist, which stay first commits whatever the history gained since.
    /// </summary>
    public static IReadOnlyList<Run> Plan(History history, IReadOnlySet<ObjectId> starts)
    {
        var commits = history.Commits;
        var open = new int[history.Authors.Count];
        var lastTime = new long[history.Authors.Count];
        Array.Fill(open, -1);

        var runOf = new int[commits.Count];
        var sizes = new List<int>();
        for (var i = 0; i < commits.Count; i++)
        {
            var (author, time) = (commits[i].Author, commits[i].Time);
            if (open[author] < 0 || time - lastTime[author] > Gap || starts.Contains(commits[i].Id))
            {
                open[author] = sizes.Count;
                sizes.Add(0);
            }

            lastTime[author] = time;
            runOf[i] = open[author];
            sizes[runOf[i]]++;
        }

        var runs = sizes.ConvertAll(size => new Run(new int[size]));
        var filled = new int[runs.Count];
        for (var i = 0; i < runOf.Length; i++) runs[runOf[i]].Commits[filled[runOf[i]]++] = i;
        return runs;
    }

    /// <summary>The runs that hold any of the commits since a time (Unix seconds), or of the newest <paramref name="max"/> of those.</summary>
    public static IReadOnlyList<Run> Select(History history, IReadOnlyList<Run> runs, long? since, int? max)
    {
        var first = First(history, since, max);
        return first == 0 ? runs : [.. runs.Where(run => run.Commits[^1] >= first)];
    }

    /// <summary>Index of the first commit that the limits select.</summary>
    public static int First(History history, long? since, int? max)
    {
        var first = 0;
        if (since is { } time)
            while (first < history.Commits.Count && history.Commits[first].Time < time) first++;
        return max is { } most ? Math.Max(first, history.Commits.Count - most) : first;
    }
}
