using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains;

/// <summary>Two clusters over one database: each session is active twice, as it can be for a moment when a cluster falls apart.</summary>
[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class DuplicateActivationTests(PostgreSqlTestDatabase database) : IClassFixture<PostgreSqlTestDatabase>
{
    [Fact]
    public async Task Both_activations_write_and_nothing_is_lost_doubled_or_out_of_order()
    {
        await using var one = await SessionCluster.StartAsync(database);
        await using var two = await SessionCluster.StartAsync(database, clock: one.Clock);
        var id = SessionCluster.NewId();
        await one.BeginAsync(id);
        await two.Session(id).GetAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            try
            {
                return (i, Seq: (await (i % 2 == 0 ? one : two).Session(id).AppendAsync([SessionCluster.Change(i)])).FirstSeq);
            }
            catch (MementoException e)
            {
                Assert.Equal(Codes.StaleWriter, e.Code);
                return (i, Seq: 0L);
            }
        }));

        var stored = outcomes.Where(o => o.Seq > 0).ToList();
        var after = await one.Session(id).AppendAsync([SessionCluster.Change(1000)]);
        var events = await SessionCluster.EventsAsync(one.Session(id));
        Assert.Equal(SessionCluster.Seqs(1, stored.Count + 1), events.Select(e => e.Seq));
        Assert.Equal(stored.Count + 1, after.LastSeq);
        Assert.All(stored, o => Assert.Equal($"{{\"n\":{o.i}}}", events[(int)o.Seq - 1].Metadata!.Text));
        Assert.True(stored.Count >= 100, $"only {stored.Count} of 200 got through");
        var counted = await one.Query("ws").GetStatsAsync();
        Assert.Equal(stored.Count + 1, counted.TotalEvents);
    }

    [Fact]
    public async Task Both_create_it_and_one_is_told_that_it_exists()
    {
        await using var one = await SessionCluster.StartAsync(database);
        await using var two = await SessionCluster.StartAsync(database, clock: one.Clock);
        for (var i = 0; i < 20; i++)
        {
            var id = SessionCluster.NewId();
            var created = await Task.WhenAll(new[] { one, two }.Select(async cluster =>
            {
                try
                {
                    await cluster.BeginAsync(id, workspace: "race");
                    return "";
                }
                catch (MementoException e)
                {
                    return e.Code;
                }
            }));

            Assert.Equal(["", Codes.SessionExists], created.Order());
        }

        Assert.Equal(20, (await two.Query("race").GetStatsAsync()).TotalSessions);
    }
}
