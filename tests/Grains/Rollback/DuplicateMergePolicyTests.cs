using Memento.Rollback;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains.Rollback;

/// <summary>Two clusters that know nothing of each other on one database: the merge policies of a workspace are active twice.</summary>
[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class DuplicateMergePolicyTests(PostgreSqlTestDatabase database) : IClassFixture<PostgreSqlTestDatabase>
{
    private readonly string _workspace = $"w/{SessionCluster.NewId()}";

    [Fact]
    public async Task Activation_that_was_overtaken_is_told_and_reads_again()
    {
        await using var one = await SessionCluster.StartAsync(database);
        await using var two = await SessionCluster.StartAsync(database, clock: one.Clock);
        await SetAsync(one, "/1");
        Assert.Equal(2, (await SetAsync(two, "/2")).Version);

        await SessionCluster.RefusedAsync(Codes.VersionConflict, () => SetAsync(one, "/3", "\"1\""));

        Assert.Equal((2L, "/2"), Newest(await Policies(one).GetAsync()));
        Assert.Equal((3L, "/3"), Newest(await SetAsync(one, "/3", "\"2\"")));
        Assert.Equal((4L, "/4"), Newest(await SetAsync(two, "/4")));   // nothing was expected, so the new list wins
    }

    [Fact]
    public async Task Every_acknowledged_change_is_a_version_of_its_own()
    {
        await using var one = await SessionCluster.StartAsync(database);
        await using var two = await SessionCluster.StartAsync(database, clock: one.Clock);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            try
            {
                return ((long, string)?)Newest(await SetAsync(i % 2 == 0 ? one : two, $"/{i}"));
            }
            catch (MementoException e)
            {
                Assert.Contains(e.Code, (string[])[Codes.VersionConflict, Codes.StaleWriter]);
                return null;
            }
            catch (OrleansMessageRejectionException)
            {
                return null;   // the call waited for an activation that ended, too often; callers repeat it
            }
        }));

        var acknowledged = outcomes.OfType<(long Version, string Path)>().ToList();
        Assert.Equal(acknowledged.Count, acknowledged.DistinctBy(o => o.Version).Count());
        foreach (var (version, path) in acknowledged) Assert.Equal((version, path), Newest(await Policies(one).GetVersionAsync(version)));
        Assert.True(acknowledged.Count > 0, "nothing got through");
    }

    private IMergePolicyGrain Policies(SessionCluster cluster) => cluster.Client.GetGrain<IMergePolicyGrain>(_workspace);

    private Task<MergePolicyList> SetAsync(SessionCluster cluster, string path, string? ifMatch = null) =>
        Policies(cluster)
            .SetAsync(new() { Policies = [new() { Match = "**", Path = path, Strategy = MergePolicyStrategy.Skip }], IfMatch = ifMatch });

    private static (long Version, string Path) Newest(MergePolicyList list) => (list.Version, list.Policies[0].Path!);
}
