using Memento.Rollback;
using Memento.Tests.Storage;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

public sealed class SqliteRollbackRunsTests(RollbackClusterFixture<SqliteTestDatabase> fixture)
    : RollbackRuns(fixture.Cluster), IClassFixture<RollbackClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlRollbackRunsTests(RollbackClusterFixture<PostgreSqlTestDatabase> fixture)
    : RollbackRuns(fixture.Cluster), IClassFixture<RollbackClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>A conflict over several runs of changes shows the places of each run, newest run first.</summary>
public abstract class RollbackRuns(SessionCluster cluster)
{
    private readonly RollbackRig _rig = new(cluster);

    [Fact]
    public async Task Text_conflict_over_several_runs_shows_lines_and_three_sides_of_each_run()
    {
        var places = await PlacesAsync("file/t", Text("a", "b"), Text("A", "b"), Text("B", "b"), Text("B", "C"), Text("B", "D"));

        Assert.Equal([(1, "line 7"), (2, "line 1")], places.Select(place => (place.Run, place.Path)));
        Assert.All(places, place => Assert.Equal((PlaceScope.Lines, PlaceConflict.ChangedByBoth), (place.Scope, place.Kind)));
        Assert.All(places, place => Assert.EndsWith(".", place.Reason, StringComparison.Ordinal));
        Assert.Equal([("\"C\\n\"", "\"D\\n\"", "\"b\\n\""), ("\"A\\n\"", "\"B\\n\"", "\"a\\n\"")], places.Select(Sides));
    }

    [Fact]
    public async Task Json_conflict_over_several_runs_shows_members_and_three_sides_of_each_run()
    {
        var places = await PlacesAsync("d", Json(1, 1), Json(2, 1), Json(3, 1), Json(3, 4), Json(3, 5));

        Assert.Equal([(1, "/b"), (2, "/a")], places.Select(place => (place.Run, place.Path)));
        Assert.Equal([("4", "5", "1"), ("2", "3", "1")], places.Select(Sides));
    }

    [Fact]
    public async Task Only_runs_in_conflict_are_shown()
    {
        var places = await PlacesAsync("d", Json(1, 1), Json(2, 1), Json(3, 1), Json(3, 4), """{"a":3,"b":4,"c":1}""");

        Assert.Equal([(2, "/a")], places.Select(place => (place.Run, place.Path)));
    }

    [Fact]
    public async Task Later_work_on_the_document_is_taken_into_account()
    {
        var (conflict, rollback) = await ConflictAsync("d", Json(1, 1), Json(2, 1), Json(3, 1), Json(3, 4), Json(3, 5));
        await _rig.WriteAsync(Bob, ("d", Json(7, 5)));

        var places = (await rollback.GetConflictAsync(conflict.ConflictId)).Places;

        Assert.Equal([("4", "5", "1"), ("2", "7", "1")], places.Select(Sides));
    }

    private static string Text(string first, string last) => $"{first}\np\nq\nr\ns\nt\n{last}\n";

    private static string Json(int a, int b) => $$"""{"a":{{a}},"b":{{b}}}""";

    private static (string?, string?, string?) Sides(ConflictPlace place) => (place.Base?.Text, place.Current?.Text, place.Rollback?.Text);

    private async Task<List<ConflictPlace>> PlacesAsync(string document, string first, string ann, string bob, string annAgain, string bobAgain)
    {
        var (conflict, rollback) = await ConflictAsync(document, first, ann, bob, annAgain, bobAgain);
        var details = await rollback.GetConflictAsync(conflict.ConflictId);
        Assert.DoesNotContain(details.Options, option => option.Choice is ConflictChoice.SmartMerge);
        return [.. details.Places];
    }

    private async Task<(ConflictView Conflict, IRollbackGrain Rollback)> ConflictAsync(string document, string first, params string[] annAndBob)
    {
        await _rig.WriteAsync(null, (document, first));
        var point = await _rig.PointAsync();
        for (var i = 0; i < annAndBob.Length; i++) await _rig.WriteAsync(i % 2 == 0 ? Ann : Bob, (document, annAndBob[i]));
        var view = await _rig.UndoAnnAsync(point, ConflictStrategy.AskUser);
        var conflict = Assert.Single(view.Conflicts);
        Assert.True(conflict.SeveralRuns);
        return (conflict, _rig.Rollback(view.OperationId));
    }
}
