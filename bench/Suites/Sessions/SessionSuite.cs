using System.CommandLine;
using Memento.Bench.Stores;
using Memento.Storage;

namespace Memento.Bench.Sessions;

/// <summary>The suite <c>sessions</c>: the whole way from a call to the disk and back.</summary>
internal static class SessionSuite
{
    private static readonly Case[] Cases =
    [
        .. GrainAppends.Cases, .. Creates.Cases, .. HttpAppends.Cases, .. Footprint.Cases, .. Replay.Cases, .. Activations.Cases, .. IdleMemory.Cases, .. Lists.Cases, .. ColdStart.Cases,
    ];

    public static Command Command()
    {
        var store = new Option<string>("--store") { Description = "Store to measure.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgresql");
        var seconds = new Option<double>("--seconds") { Description = "Measured time of each load, after 10 s of warm-up.", DefaultValueFactory = _ => 10 };
        var cases = new Option<string[]>("--case") { Description = "Only these cases.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        cases.AcceptOnlyFromAmong([.. Cases.Select(c => c.Name)]);
        var connection = new Option<string?>("--connection") { Description = "Npgsql connection string of a PostgreSQL server on which databases may be made and dropped. Without it, a private server is started on loopback." };
        var data = new Option<string>("--data") { Description = "Folder for databases; put it on the disk to be measured.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "memento-bench") };
        var sessions = new Option<int>("--sessions") { Description = "Sessions that lists are asked over.", DefaultValueFactory = _ => 100_000 };
        var events = new Option<int>("--events") { Description = "Events that these sessions have together.", DefaultValueFactory = _ => 1_000_000 };
        var command = new Command("sessions", $"Durable sessions, end to end. Cases:\n{string.Join('\n', Cases.Select(c => $"  {c.Name,-16} {c.About}"))}")
        {
            store, seconds, cases, connection, data, sessions, events,
        };
        command.SetAction(async (line, token) =>
        {
            if (OperatingSystem.IsLinux() && IsInMemory(line.GetValue(data)!)) Run.Say("Warning: --data is on a file system in memory; durable writes cost nothing there.");
            await using var stores = new BenchStores(line.GetValue(store) is "postgresql" ? StoreKind.PostgreSql : StoreKind.Sqlite, Path.GetFullPath(line.GetValue(data)!), line.GetValue(connection));
            var run = new Run
            {
                Stores = stores,
                Duration = TimeSpan.FromSeconds(line.GetValue(seconds)),
                Sessions = line.GetValue(sessions),
                Events = line.GetValue(events),
                Token = token,
            };
            var wanted = line.GetValue(cases)!;
            foreach (var one in Cases.Where(c => wanted.Length == 0 || wanted.Contains(c.Name)))
            {
                token.ThrowIfCancellationRequested();
                Run.Say($"{one.Name}: {one.About} …");
                await one.RunAsync(run);
            }

            return 0;
        });
        return command;
    }

    private static bool IsInMemory(string folder)
    {
        var path = Path.GetFullPath(folder);
        return DriveInfo.GetDrives().Where(d => path.StartsWith(d.Name, StringComparison.Ordinal)).MaxBy(d => d.Name.Length) is { DriveFormat: "tmpfs" };
    }
}
