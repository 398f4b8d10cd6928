using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Memento.Audit;
using Memento.Rollback;
using Memento.Tests.Storage;
using Orleans.Storage;
using Xunit;

namespace Memento.Tests.Grains.Rollback;

/// <summary>Merge policies are set, read and kept, on either store.</summary>
public abstract class MergePolicyConformance<TDatabase>(SessionClusterFixture<TDatabase> fixture)
    : IClassFixture<SessionClusterFixture<TDatabase>> where TDatabase : TestDatabase, new()
{
    private static readonly MergePolicy Tags = new() { Match = "entity/**", Path = "/tags", As = MergePolicyAs.Set };
    private static readonly MergePolicy Count = new() { Match = "entity/**", Path = "/count", Strategy = MergePolicyStrategy.Max };

    private readonly string _workspace = $"w/{SessionCluster.NewId()}";

    private SessionCluster Cluster => fixture.Cluster;

    private IMergePolicyGrain Policies => Cluster.Client.GetGrain<IMergePolicyGrain>(_workspace);

    [Fact]
    public async Task Policies_that_were_never_set_are_empty_in_version_0()
    {
        var list = await Policies.GetAsync();

        Assert.Equal((0L, true, null), (list.Version, list.Policies.IsEmpty, list.UpdatedAt));
        Assert.Equal(0, (await SetAsync()).Version);
        Assert.Equal(0, await StreamsAsync());
    }

    [Fact]
    public async Task Policies_that_are_set_are_read_by_every_activation()
    {
        var set = await Policies.SetAsync(new() { Policies = [Tags, Count], AgentId = "ada" });
        await Cluster.DeactivateAsync(Policies);
        var read = await Policies.GetAsync();

        Assert.Equal((1L, "ada", Cluster.Clock.GetUtcNow()), (set.Version, set.AgentId, set.UpdatedAt!.Value));
        Assert.Equal(Text(set), Text(read));
        Assert.Equal([Tags, Count], read.Policies);
        Assert.Equal(1, await StoredVersionAsync());
    }

    [Fact]
    public async Task Setting_the_same_policies_again_changes_nothing()
    {
        await SetAsync(Tags);
        var again = await Policies.SetAsync(new() { Policies = [Tags with { }], IfMatch = "\"1\"" });
        var retried = await Policies.SetAsync(new() { Policies = [Tags], IfMatch = "\"0\"" });   // the answer to the first call was lost

        Assert.Equal((1L, 1L), (again.Version, retried.Version));
    }

    [Fact]
    public async Task Setting_policies_that_have_moved_on_is_refused()
    {
        await SetAsync(Tags);
        await SetAsync(Count);

        SetMergePolicies[] stale =
        [
            Expecting("\"1\""), Expecting("1"), Expecting("\"9\""), Expecting("nonsense"), Expecting(null) with { IfAbsent = true },
        ];
        foreach (var request in stale)
            await SessionCluster.RefusedAsync(Codes.VersionConflict, () => Policies.SetAsync(request));
        Assert.Equal([Count], (await Policies.GetAsync()).Policies);
        Assert.Equal(3, (await Policies.SetAsync(Expecting("*"))).Version);

        static SetMergePolicies Expecting(string? tag) => new() { Policies = [Tags, Count], IfMatch = tag };
    }

    [Fact]
    public async Task Setting_policies_that_must_not_exist_or_must_exist_looks_at_version_0()
    {
        await SessionCluster.RefusedAsync(Codes.VersionConflict, () => Policies.SetAsync(new() { Policies = [Tags], IfMatch = "*" }));
        Assert.Equal(1, (await Policies.SetAsync(new() { Policies = [Tags], IfAbsent = true })).Version);
        Assert.Equal(1, (await Policies.SetAsync(new() { Policies = [Tags], IfAbsent = true })).Version);   // asked again
        await SessionCluster.RefusedAsync(Codes.VersionConflict, () => Policies.SetAsync(new() { Policies = [Count], IfAbsent = true }));
    }

    [Fact]
    public async Task Past_versions_can_be_read()
    {
        await SetAsync(Tags);
        await SetAsync(Tags, Count);
        await SetAsync();
        await Cluster.DeactivateAsync(Policies);

        var versions = await Task.WhenAll(Enumerable.Range(0, 4).Select(version => Policies.GetVersionAsync(version)));
        Assert.Equal([0, 1, 2, 0], versions.Select(list => list.Policies.Length));
        Assert.Equal(
            (2L, Cluster.Clock.GetUtcNow()),
            ((await Policies.GetVersionAsync(2)).Version, (await Policies.GetVersionAsync(2)).UpdatedAt!.Value));
        await SessionCluster.RefusedAsync(Codes.MergePoliciesNotFound, () => Policies.GetVersionAsync(4));
        await SessionCluster.RefusedAsync(Codes.MergePoliciesNotFound, () => Policies.GetVersionAsync(-1));
    }

    [Fact]
    public async Task State_that_could_not_be_written_is_written_by_the_next_activation()
    {
        await SetAsync(Tags);
        Cluster.States.OnWrite = () => throw new InvalidOperationException("the disk is gone");

        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => SetAsync(Tags, Count));
        Assert.Equal(1, await StoredVersionAsync());
        Cluster.States.Heal();

        Assert.Equal([Tags, Count], (await Policies.GetAsync()).Policies);
        Assert.Equal(2, await StoredVersionAsync());
        // The caller asks again.
        Assert.Equal(2, (await Policies.SetAsync(new() { Policies = [Tags, Count], IfMatch = "\"1\"" })).Version);
    }

    [Fact]
    public async Task State_that_another_activation_wrote_is_a_conflict_and_is_read_again()
    {
        await SetAsync(Tags);
        Cluster.States.OnWrite = () => throw new InconsistentStateException("another ETag");

        await SessionCluster.RefusedAsync(Codes.VersionConflict, () => SetAsync(Count));
        Cluster.States.Heal();

        Assert.Equal((2L, Count), ((await Policies.GetAsync()).Version, (await Policies.GetAsync()).Policies[0]));
        Assert.Equal(2, await StoredVersionAsync());
    }

    [Fact]
    public async Task State_row_that_was_lost_is_made_again_from_the_stream()
    {
        await SetAsync(Tags);
        await SetAsync(Count);
        await Cluster.DeactivateAsync(Policies);
        await fixture.Database.ExecuteAsync("DELETE FROM orleansstorage WHERE grainidextensionstring = @key", ("key", _workspace));

        Assert.Equal([Count], (await Policies.GetAsync()).Policies);
        Assert.Equal(2, await StoredVersionAsync());
    }

    [Fact]
    public async Task Append_that_another_writer_overtook_is_decided_anew()
    {
        await SetAsync(Tags);
        var failures = 1;
        Cluster.Faults.OnAppend = (_, append) => Interlocked.Decrement(ref failures) >= 0
            ? Task.FromException(new MementoException(Refusal.Of(RefusalKind.Conflict, Codes.StaleWriter, "overtaken"))) : append();

        var set = await SetAsync(Count);
        Cluster.Faults.Heal();

        Assert.Equal(2, set.Version);
        Assert.Equal([Count], (await Policies.GetAsync()).Policies);
    }

    [Fact]
    public async Task Change_is_in_the_audit()
    {
        await Policies.SetAsync(new() { Policies = [Tags], AgentId = "ada" });
        await SetAsync(Tags, Count);
        var audit = Cluster.Client.GetGrain<IAuditGrain>(_workspace);

        var all = (await audit.ListAsync(new() { Action = AuditAction.MergePoliciesChanged })).Items;
        var adas = Assert.Single((await audit.ListAsync(new() { AgentId = "ada" })).Items);

        Assert.Equal(["""{"version":2,"policies":2}""", """{"version":1,"policies":1}"""], all.Select(entry => entry.Detail!.Text));
        Assert.Equal((AuditAction.MergePoliciesChanged, "ada", Cluster.Clock.GetUtcNow()), (adas.Action, adas.AgentId, adas.At));
        Assert.Empty((await audit.ListAsync(new() { Action = AuditAction.DocumentsChanged })).Items);
    }

    [Fact]
    public async Task Policies_are_written_while_the_journal_is_busy()
    {
        var busy = Enumerable.Range(0, 8).Select(async writer =>
        {
            var rig = new RollbackRig(Cluster);
            for (var i = 0; i < 50; i++) await rig.WriteAsync("ann", ($"d{writer}", $$"""{"x":{{i}}}"""));
        });
        var setting = Enumerable.Range(0, 20).Select(async i =>
        {
            var policies = Cluster.Client.GetGrain<IMergePolicyGrain>($"{_workspace}-{i}");
            for (var n = 0; n < 5; n++) await policies.SetAsync(new() { Policies = [Count with { Path = $"/{n}" }] });
            return (await policies.GetAsync()).Version;
        }).ToArray();
        await Task.WhenAll(busy);

        Assert.All(await Task.WhenAll(setting), version => Assert.Equal(5, version));
    }

    private Task<MergePolicyList> SetAsync(params ImmutableArray<MergePolicy> policies) => Policies.SetAsync(new() { Policies = policies });

    private static string Text(MergePolicyList list) => JsonSerializer.Serialize(list, MementoJson.Default.MergePolicyList);

    private Task<long> StreamsAsync() =>
        fixture.Database.AskAsync<long>("SELECT count(*) FROM stream WHERE name = @name", ("name", $"merge-policies/{_workspace}"));

    /// <summary>The version of the state that is stored beside the stream; 0 without one.</summary>
    private async Task<long> StoredVersionAsync()
    {
        var bytes = await fixture.Database
            .AskAsync<byte[]>("SELECT payloadbinary FROM orleansstorage WHERE grainidextensionstring = @key", ("key", _workspace));
        return bytes is null
            ? 0 : MergePoliciesChanged.Codec.DecodeState(1, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes))).Version;
    }
}

public sealed class SqliteMergePolicyGrainTests(SessionClusterFixture<SqliteTestDatabase> fixture)
    : MergePolicyConformance<SqliteTestDatabase>(fixture);

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlMergePolicyGrainTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture)
    : MergePolicyConformance<PostgreSqlTestDatabase>(fixture);
