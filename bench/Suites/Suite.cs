using System.CommandLine;
using Memento.Bench.Stores;
using Memento.Storage;

namespace Memento.Bench;

/// <summary>A size that a suite can be told.</summary>
internal sealed record Size(string Option, string About, int Default);

/// <summary>What all suites that measure a store have in common.</summary>
internal static class Suite
{
    public static Command Command(string name, string about, IReadOnlyList<Case> all, params IReadOnlyList<Size> sizes)
    {
        var store = new Option<string>("--store") { Description = "Store to measure.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgresql");
        var seconds = new Option<double>("--seconds") { Description = "Measured time of each load, after 10 s of warm-up.", DefaultValueFactory = _ => 10 };
        var cases = new Option<string[]>("--case") { Description = "Only these cases.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        cases.AcceptOnlyFromAmong([.. all.Select(c => c.Name)]);
        var connection = new Option<string?>("--connection") { Description = "Npgsql connection string of a PostgreSQL server on which databases may be made and dropped. Without it, a private server is started on loopback." };
        var data = new Option<string>("--data") { Description = "Folder for databases; put it on the disk to be measured.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "memento-bench") };
        var counts = sizes.Select(size => new Option<int>(size.Option) { Description = size.About, DefaultValueFactory = _ => size.Default }).ToArray();
        var command = new Command(name, $"{about} Cases:\n{string.Join('\n', all.Select(c => $"  {c.Name,-16} {c.About}"))}") { store, seconds, cases, connection, data };
        foreach (var count in counts) command.Add(count);
        command.SetAction(async (line, token) =>
        {
            if (OperatingSystem.IsLinux() && IsInMemory(line.GetValue(data)!)) Run.Say("Warning: --data is on a file system in memory; durable writes cost nothing there.");
            await using var stores = new BenchStores(line.GetValue(store) is "postgresql" ? StoreKind.PostgreSql : StoreKind.Sqlite, Path.GetFullPath(line.GetValue(data)!), line.GetValue(connection));
            var run = new Run
            {
                Suite = name,
                Stores = stores,
                Duration = TimeSpan.FromSeconds(line.GetValue(seconds)),
                Sizes = counts.ToDictionary(count => count.Name, count => line.GetValue(count)),
                Token = token,
            };
            var wanted = line.GetValue(cases)!;
            foreach (var one in all.Where(c => wanted.Length == 0 || wanted.Contains(c.Name)))
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
