using System.Globalization;
using System.Text.Json;
using Memento.Tests.Storage;
using Xunit;
using static Memento.Tests.Core.Workspaces.WorkspaceStory;
using static Memento.Tests.Grains.WorkspaceActs;

namespace Memento.Tests.Grains;

/// <summary>Two clusters that know nothing of each other on one database: every workspace is active twice, as it can be for a moment when a cluster falls apart.</summary>
[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class DuplicateWorkspaceTests(PostgreSqlTestDatabase database) : IClassFixture<PostgreSqlTestDatabase>
{
    private readonly string _name = NewName();

    [Fact]
    public async Task Both_activations_write_and_each_acknowledged_change_is_there_once()
    {
        await using var one = await SessionCluster.StartAsync(database);
        await using var two = await SessionCluster.StartAsync(database, clock: one.Clock);
        await one.Workspace(_name).DoAsync(Put("list", "[]"));
        await two.Workspace(_name).GetAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            try
            {
                var result = await (i % 2 == 0 ? one : two).Workspace(_name).DoAsync(Patch("list", string.Create(CultureInfo.InvariantCulture, $$"""[{"op":"add","path":"/-","value":{{i}}}]""")), Put($"d{i % 7}", $"{i}"));
                return (i, result.Seq);
            }
            catch (MementoException e)
            {
                Assert.Equal(Codes.StaleWriter, e.Code);
                return (i, Seq: 0L);
            }
        }));

        var stored = outcomes.Where(o => o.Seq > 0).OrderBy(o => o.Seq).ToList();
        Assert.Equal(SessionCluster.Seqs(2, stored.Count + 1), stored.Select(o => o.Seq));
        var list = JsonDocument.Parse(await two.Documents(_name).TextAsync("list")).RootElement.EnumerateArray().Select(e => e.GetInt32());
        Assert.Equal(stored.Select(o => o.i), list);
        await one.Workspace(_name).DoAsync(Put("after", "1"));
        await one.AddsUpAsync(_name);
        Assert.True(stored.Count >= 100, $"only {stored.Count} of 200 got through");
    }

    [Fact]
    public async Task Both_name_moments_and_the_limit_holds()
    {
        await using var one = await SessionCluster.StartAsync(database, workspaces: o => o.MaxPoints = 5);
        await using var two = await SessionCluster.StartAsync(database, clock: one.Clock, workspaces: o => o.MaxPoints = 5);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var refused = await Record.ExceptionAsync(() => (i % 2 == 0 ? one : two).Workspace(_name).CreatePointAsync(new() { Name = $"p{i}" }));
            Assert.True(refused is null or MementoException { Code: Codes.StaleWriter }, $"{refused}");
        }));

        await one.Workspace(_name).CreatePointAsync(new() { Name = "last" });
        Assert.Equal(5, (await one.Documents(_name).PointsAsync()).Count);
        Assert.Equal(5, (await one.Workspace(_name).GetAsync()).RollbackPoints);
    }
}
