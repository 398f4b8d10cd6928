using Memento.Agents;
using Memento.Core.Coordination.Agents;
using Memento.Storage;
using Xunit;
using AgentState = Memento.Core.Coordination.Agents.AgentState;

namespace Memento.Tests.Storage;

public sealed class SqliteAgentQueryTests(SqliteTestDatabase database) : AgentQueryConformance(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlAgentQueryTests(PostgreSqlTestDatabase database) : AgentQueryConformance(database),
    IClassFixture<PostgreSqlTestDatabase>;

/// <summary>Queries about agents, and the rows that follow from their events: the same on every store.</summary>
public abstract class AgentQueryConformance(TestDatabase database) : IAsyncLifetime
{
    private readonly JournalRig _rig = new(database);
    private readonly string _workspace = $"ws-{Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AgentQueries Queries => new(_rig.Database);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Agent_is_found_as_its_events_say_until_it_is_removed()
    {
        var agent = await ChangeAsync("a1", AgentState.None, Registered(1, "build", "test"));
        Assert.Equal((AgentStatus.Idle, 0), ((await FindAsync("a1"))!.Status, (await FindAsync("a1"))!.Leases));
        agent = await ChangeAsync("a1", agent, new AgentEvent.StatusChanged(AgentStatus.Busy, new("null")) { At = JournalRig.At });

        var found = (await FindAsync("a1"))!;

        Assert.Equal(Text(agent), Text(found.State));
        Assert.Equal(AgentStatus.Busy, found.Status);
        Assert.Null(await FindAsync("a2"));
        await ChangeAsync("a1", agent, new AgentEvent.Removed(2) { At = JournalRig.At });
        Assert.Null(await FindAsync("a1"));
    }

    [Fact]
    public async Task Assignment_commits_only_at_the_newest_epoch()
    {
        var agent = await ChangeAsync("a1", AgentState.None, Registered(1));
        Assert.Equal(1, await EpochAsync("a1"));
        agent = await ChangeAsync("a1", agent, new AgentEvent.StatusChanged(AgentStatus.Busy) { At = JournalRig.At });
        agent = await ChangeAsync("a1", agent, new AgentEvent.Died(2, TimeSpan.FromSeconds(9)) { At = JournalRig.At });
        Assert.Equal(2, await EpochAsync("a1"));
        agent = await ChangeAsync("a1", agent, new AgentEvent.Returned { At = JournalRig.At });
        await ChangeAsync("a1", agent, new AgentEvent.Removed(3) { At = JournalRig.At });

        Assert.Equal(3, await EpochAsync("a1"));
    }

    [Fact]
    public async Task Living_agents_are_read_page_by_page_with_their_leases()
    {
        var tasks = await TaskStreamStories.OpenAsync(_rig, workspace: _workspace);
        foreach (var id in (string[])["a1", "a2", "a3", "a4", "a5"])
        {
            var agent = await ChangeAsync(id, AgentState.None, Registered(1));
            if (id == "a2") await ChangeAsync(id, agent, new AgentEvent.Died(2, TimeSpan.Zero) { At = JournalRig.At });
            if (id == "a4") await ChangeAsync(id, agent, new AgentEvent.Removed(2) { At = JournalRig.At });
        }

        for (var i = 0; i < 3; i++) await (await tasks.SubmitAsync($"task-{i}", "{}")).AssignAsync("a3", start: i == 0);
        await tasks.Tasks[2].CompleteAsync();

        var first = await Queries.ReadLivingAsync(_workspace, "", 2, Token);
        var rest = await Queries.ReadLivingAsync(_workspace, first[^1].AgentId, 2, Token);

        Assert.Equal([("a1", 0), ("a3", 2), ("a5", 0)], first.Concat(rest).Select(a => (a.AgentId, a.Leases)));
        Assert.Equal([("a1", false), ("a2", true), ("a3", false), ("a5", false)],
            (await Queries.ListAsync(_workspace, null, null, "", 10, Token)).Select(a => (a.AgentId, a.State.IsDead)));
    }

    [Fact]
    public async Task Lists_are_filtered_by_status_and_capability()
    {
        var tasks = await TaskStreamStories.OpenAsync(_rig, workspace: _workspace);
        for (var i = 0; i < 12; i++)
        {
            var (id, said) = ($"a{i:00}", i % 6 == 4 ? AgentStatus.Maintenance : i % 6 == 5 ? AgentStatus.Busy : AgentStatus.Active);
            var agent = await ChangeAsync(id, AgentState.None, Registered(1, i < 6 ? ["build", "test"] : ["test"]));
            if (said is not AgentStatus.Active)
                agent = await ChangeAsync(id, agent, new AgentEvent.StatusChanged(said) { At = JournalRig.At });
            if (i % 6 == 3) agent = await ChangeAsync(id, agent, new AgentEvent.Died(2, TimeSpan.Zero) { At = JournalRig.At });
            if (i == 5) await ChangeAsync(id, agent, Registered(1, "deploy"));
            for (var leases = 0; leases < i % 3; leases++) await (await tasks.SubmitAsync($"t-{i}-{leases}", "{}")).AssignAsync(id);
        }

        var all = await Queries.ListAsync(_workspace, null, null, "", 100, Token);
        Assert.Equal(12, all.Count);
        foreach (var status in (AgentStatus?[])[null, .. Enum.GetValues<AgentStatus>()])
            foreach (var capability in (string?[])[null, "build", "test", "deploy", "none"])
            {
                var expected = all.Where(a => (status is null || a.Status == status)
                    && (capability is null || a.State.Profile!.Capabilities.Contains(capability))).Select(a => a.AgentId);
                var found = new List<string>();
                while (await Queries.ListAsync(
                    _workspace, status, capability, found.LastOrDefault() ?? "", 2, Token) is { Count: > 0 } page)
                {
                    found.AddRange(page.Select(a => a.AgentId));
                }

                Assert.Equal(expected, found);
            }

        Assert.Equal(Enum.GetValues<AgentStatus>().Order(), all.Select(a => a.Status).Distinct().Order());
    }

    [Fact]
    public async Task Workspaces_with_living_agents_are_read_by_name()
    {
        foreach (var name in (string[])["w1", "w2", "w3", "w4"])
        {
            var workspace = $"{_workspace}-{name}";
            var agent = await ChangeAsync("a1", AgentState.None, Registered(1), workspace);
            if (name == "w2") await ChangeAsync("a1", agent, new AgentEvent.Died(2, TimeSpan.Zero) { At = JournalRig.At }, workspace);
            if (name == "w3") await ChangeAsync("a2", AgentState.None, Registered(1), workspace);
        }

        var found = new List<string> { $"{_workspace}-" };
        while (await Queries.ReadWorkspacesAsync(found[^1], 2, Token) is { Count: > 0 } page) found.AddRange(page);

        Assert.Equal(["w1", "w3", "w4"],
            found.Skip(1).Where(n => n.StartsWith(_workspace, StringComparison.Ordinal)).Select(n => n[^2..]));
    }

    private static AgentEvent.Registered Registered(long epoch, params string[] capabilities) =>
        new(new AgentProfile { Type = "coder", Capabilities = [.. capabilities], MaxLoad = 2 }, epoch) { At = JournalRig.At };

    private static string Text(AgentState agent) => System.Text.Encoding.UTF8.GetString(AgentEvent.Codec.EncodeState(agent));

    private Task<AgentSnapshot?> FindAsync(string agentId) => Queries.FindAsync(_workspace, agentId, Token);

    /// <summary>Returns the epoch at which an assignment commits; all others up to 9 are refused.</summary>
    private async Task<long> EpochAsync(string agentId)
    {
        var tasks = await new TaskStreamRig(_rig, _workspace).OpenAsync($"q-{Guid.NewGuid():N}");
        var committed = new List<long>();
        for (var epoch = 0L; epoch < 9; epoch++)
        {
            var birth = await tasks.BirthAsync($"t-{Guid.NewGuid():N}", holder: new(_workspace, agentId, epoch));
            await tasks.SubmitAsync(birth);
            if (birth.Outcome is Memento.Tasks.BirthOutcome.Born) committed.Add(epoch);
        }

        return Assert.Single(committed);
    }

    private async Task<AgentState> ChangeAsync(string agentId, AgentState before, AgentEvent newEvent, string? workspace = null)
    {
        var after = AgentRules.Apply(before, newEvent);
        var rows = AgentStreamRows.Follow(new(workspace ?? _workspace, agentId), before, after);
        await _rig.AppendAsync(await _rig.WriterAsync(), 1, rows: rows);
        return after;
    }
}
