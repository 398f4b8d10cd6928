using Memento.Journaling;
using Memento.Rollback;
using Memento.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Memento.Tests.Grains.Rollback.RollbackRig;

namespace Memento.Tests.Grains.Rollback;

/// <summary>Two clusters over one database carry out the same rollback at once, as can be for a moment when a cluster falls apart.</summary>
[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class RollbackDuplicateTests(PostgreSqlTestDatabase database) : IClassFixture<PostgreSqlTestDatabase>
{
    [Theory]
    [InlineData(RollbackStrategy.Gradual)]
    [InlineData(RollbackStrategy.Safe)]
    public async Task It_completes_and_each_document_is_changed_once(RollbackStrategy strategy)
    {
        await using var one = await SessionCluster.StartAsync(database);
        await using var two = await SessionCluster.StartAsync(database, clock: one.Clock);
        for (var round = 0; round < 5; round++)
        {
            var here = new RollbackRig(one);
            var there = new RollbackRig(two, here.Name);
            var point = await here.ChangeManyAsync();
            var rollback = here.Rollback();
            var id = (await rollback.StartAsync(point.RollbackPointId, new() { Strategy = strategy, BatchSize = 1, DelayMs = 0 })).OperationId;

            await JournalRig.UntilAsync(async () =>
            {
                await Task.WhenAll(new[] { one, two }.Select(cluster => cluster.Services.GetRequiredService<RollbackSweeper>().SweepAsync(SweepShare.All, CancellationToken.None)));
                return (await there.Rollbacks.ListAsync()).Items.Single(view => view.OperationId == id).IsOver;
            }, "the rollback is over");

            Assert.Equal(RollbackStatus.Completed, (await there.Rollbacks.ListAsync(RollbackStatus.Completed)).Items.Single().Status);
            Assert.Equal(Many, await there.CountOldAsync());
            for (var i = 0; i < Many; i++) Assert.Single(await here.HistoryAsync(Doc(i)), version => version.Cause == id);
        }
    }
}
