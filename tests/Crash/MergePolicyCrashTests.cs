using Memento.Rollback;
using Memento.Tests.Grains;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Crash;

/// <summary>
/// A process that is killed after a change of merge policies is in its stream, and before its state is written, loses nothing.
/// </summary>
public abstract class MergePolicyCrashes(TestDatabase database)
{
    [Fact]
    public async Task Process_killed_between_stream_and_state_leaves_the_change()
    {
        using var child = ChildProcess.Start(database.IsSqlite ? "policies-sqlite" : "policies-postgresql", database.Options);
        using var deadline = new CancellationTokenSource(SessionCluster.Patience);
        var (output, errors) = (child.StandardOutput.ReadToEndAsync(deadline.Token), child.StandardError.ReadToEndAsync(deadline.Token));
        await child.WaitForExitAsync(deadline.Token);
        Assert.True(child.ExitCode == 128 + 9, await errors);
        Assert.Equal("1\n", await output);

        Assert.Equal(1, await StoredVersionAsync());

        await using var cluster = await SessionCluster.StartAsync(database);
        var policies = cluster.Client.GetGrain<IMergePolicyGrain>(CrashPolicies.Workspace);
        var newest = await policies.GetAsync();

        Assert.Equal(2, await StoredVersionAsync());
        Assert.Equal((2L, CrashPolicies.Second), (newest.Version, Assert.Single(newest.Policies)));
        Assert.Equal(
            (1L, CrashPolicies.First),
            ((await policies.GetVersionAsync(1)).Version, Assert.Single((await policies.GetVersionAsync(1)).Policies)));
        Assert.Equal(3, (await policies.SetAsync(new() { Policies = [], IfMatch = "\"2\"" })).Version);
    }

    private async Task<long> StoredVersionAsync()
    {
        var state = await database.AskAsync<byte[]>(
            "SELECT payloadbinary FROM orleansstorage WHERE grainidextensionstring = @key", ("key", CrashPolicies.Workspace));
        return MergePoliciesChanged.Codec.DecodeState(1, state).Version;
    }
}

public sealed class SqliteMergePolicyCrashTests(SqliteTestDatabase database)
    : MergePolicyCrashes(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlMergePolicyCrashTests(PostgreSqlTestDatabase database)
    : MergePolicyCrashes(database), IClassFixture<PostgreSqlTestDatabase>;
