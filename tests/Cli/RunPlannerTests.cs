using CsCheck;
using Memento.Cli.Git;
using Xunit;

namespace Memento.Tests.Cli;

public sealed class RunPlannerTests
{
    private static readonly HashSet<ObjectId> NoStarts = [];

    [Fact]
    public void A_pause_of_an_hour_is_in_a_run_and_more_ends_it()
    {
        var history = Of(("ada", 0), ("ada", 3600), ("ada", 7201));

        Assert.Equal([[0, 1], [2]], Commits(RunPlanner.Plan(history, NoStarts)));
    }

    [Fact]
    public void Authors_do_not_end_each_others_runs()
    {
        var history = Of(("ada", 0), ("grace", 10), ("ada", 20), ("grace", 30));

        Assert.Equal([[0, 2], [1, 3]], Commits(RunPlanner.Plan(history, NoStarts)));
    }

    [Fact]
    public void The_first_commit_of_a_session_that_exists_starts_a_run_whatever_came_before_it_since()
    {
        var history = Of(("ada", 0), ("ada", 10), ("ada", 20));

        Assert.Equal([[0], [1, 2]], Commits(RunPlanner.Plan(history, new HashSet<ObjectId> { Id(1) })));
    }

    [Fact]
    public void A_selection_takes_whole_runs()
    {
        var history = Of(("ada", 0), ("grace", 5), ("ada", 10), ("grace", 10_000));
        var runs = RunPlanner.Plan(history, NoStarts);

        Assert.Equal([[0, 2], [3]], Commits(RunPlanner.Select(history, runs, since: 10, max: null)));
        Assert.Equal([[3]], Commits(RunPlanner.Select(history, runs, since: null, max: 1)));
        Assert.Equal([[0, 2], [3]], Commits(RunPlanner.Select(history, runs, since: null, max: 2)));
        Assert.Equal([[3]], Commits(RunPlanner.Select(history, runs, since: 10, max: 1)));
        Assert.Equal(runs, RunPlanner.Select(history, runs, since: -5, max: 99));
        Assert.Empty(RunPlanner.Select(history, runs, since: 20_000, max: null));
    }

    [Fact]
    public void Commits_of_one_second_keep_the_order_in_which_they_were_made()
    {
        var builder = new History.Builder();
        builder.Add(Id(9), "ada", 5, []);
        builder.Add(Id(3), "ada", 5, [Id(9)]);
        builder.Add(Id(6), "ada", 5, [Id(3)]);

        Assert.Equal([Id(9), Id(3), Id(6)], builder.Build().Commits.Select(c => c.Id));
    }

    [Fact]
    public void Every_commit_is_in_exactly_one_run_and_more_history_changes_no_run_that_exists() =>
        Gen.Select(Gen.Int[0, 2], Gen.Long[0, 20_000]).Array[1, 60].Select(Gen.Int[0, 59]).Sample((commits, cut) =>
        {
            var all = commits.Select((c, i) => ($"author{c.Item1}", c.Item2, Id(i))).ToArray();
            var before = Of(all[..Math.Min(cut, all.Length)]);
            var known = RunPlanner.Plan(before, NoStarts).Select(run => before.Commits[run.First].Id).ToHashSet();
            var after = Of(all);
            var runs = RunPlanner.Plan(after, known);

            Assert.Equal(all.Select(c => c.Item3).Order(), runs.SelectMany(r => r.Commits).Select(i => after.Commits[i].Id).Order());
            Assert.All(runs, run => Assert.Single(run.Commits.Select(i => after.Commits[i].Author).Distinct()));
            Assert.All(runs, run => Assert.All(run.Commits.Zip(run.Commits.Skip(1)), pair => Assert.InRange(after.Commits[pair.Second].Time - after.Commits[pair.First].Time, 0, 3600)));
            Assert.Subset(runs.Select(run => after.Commits[run.First].Id).ToHashSet(), known);
        });

    [Theory]
    [InlineData("0123456", true)]
    [InlineData("00000000", false)]
    public void A_cut_hash_names_a_commit_only_if_it_is_the_only_one(string hash, bool found)
    {
        var builder = new History.Builder();
        Assert.True(ObjectId.TryParse("0123456" + new string('a', 33), out var reverted));
        builder.Add(reverted, "ada", 1, []);
        builder.Add(Id(1), "ada", 2, [reverted]);
        builder.Add(Id(2), "ada", 3, [Id(1)]);
        builder.AddRevert(Id(2), hash);

        Assert.Equal(found, builder.Build().RevertedBy.ContainsKey(0));
    }

    private static History Of(params (string Author, long Time)[] commits) => Of([.. commits.Select((c, i) => (c.Author, c.Time, Id(i)))]);

    private static History Of((string Author, long Time, ObjectId Id)[] commits)
    {
        var builder = new History.Builder();
        foreach (var (author, time, id) in commits) builder.Add(id, author, time, []);
        return builder.Build();
    }

    private static ObjectId Id(int number) => ObjectId.TryParse(number.ToString("x40", System.Globalization.CultureInfo.InvariantCulture), out var id) ? id : throw new FormatException();

    private static int[][] Commits(IReadOnlyList<Run> runs) => [.. runs.Select(r => r.Commits)];
}
