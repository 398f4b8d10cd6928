using System.Diagnostics;
using Memento.Rollback;
using Memento.Storage;
using Memento.Tests.Grains;

namespace Memento.Tests.Crash;

/// <summary>
/// The process that is killed: it sets merge policies twice, and kills itself when the state of the second change is about to be written.
/// </summary>
internal static class CrashPolicies
{
    public const string Workspace = "crashing";

    public static readonly MergePolicy First = new() { Match = "entity/**", Strategy = MergePolicyStrategy.Skip };
    public static readonly MergePolicy Second = new() { Match = "entity/**", Strategy = MergePolicyStrategy.Overwrite };

    public static async Task RunAsync(StorageOptions options)
    {
        await using var database = new ExistingDatabase(options);
        await using var cluster = await SessionCluster.StartAsync(database);
        var policies = cluster.Client.GetGrain<IMergePolicyGrain>(Workspace);
        Console.WriteLine((await policies.SetAsync(new() { Policies = [First] })).Version);
        cluster.States.OnWrite = () =>
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            return Task.Delay(Timeout.Infinite);
        };
        Console.WriteLine((await policies.SetAsync(new() { Policies = [Second] })).Version);
    }
}
