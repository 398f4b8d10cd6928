using Memento.Bench.Stores;

namespace Memento.Bench.Rollback;

/// <summary>What a point costs on disk: linear in what changed, flat in what there is.</summary>
internal static class Growth
{
    private const int Entities = 1_000;
    private const int ChangedBetween = 100;

    public static IReadOnlyList<Case> Cases { get; } = [new("growth", $"bytes on disk with 10, 100, 1,000 and 10,000 points, {ChangedBetween} documents changed between each", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        var bytesEach = run.Sizes["--value-bytes"];
        foreach (var points in (int[])[10, 100, 1_000, 10_000])
        {
            await using var database = await run.Stores.CreateAsync(run.Token);
            await using (await BenchSilo.StartAsync(database, run.Token)) { }
            var empty = await database.GetSizeAsync();
            var (values, changed) = (0L, 0L);
            await using (var silo = await BenchSilo.StartAsync(database, run.Token))
            {
                var workspace = Documents.Workspace(silo);
                await Documents.FillAsync(silo, Entities / (1 + Documents.RelationshipsPerEntity), run.Token);
                values = (await workspace.GetAsync()).Bytes;
                for (var point = 0; point < points; point++)
                {
                    var operations = Enumerable.Range(0, ChangedBetween).Select(i => Documents.Entity(((point * ChangedBetween) + i) % Entities, point + 1, bytesEach)).ToArray();
                    changed += operations.Sum(o => (long)o.Value!.Content.Length);
                    await workspace.WriteAsync(new() { AgentId = "changer", Operations = [.. operations] });
                    await workspace.CreatePointAsync(new() { Name = $"point {point}", Pinned = false });
                    if (point % 1_000 == 999) Run.Say($"  {point + 1:N0} of {points:N0} points");
                }
            }

            var bytes = await database.GetSizeAsync() - empty;   // the embedded store has folded its log in when it closed
            run.Report($"growth-{points}", figures:
            [
                ("points", points), ("valueBytes", (double)changed / ((long)points * ChangedBetween)), ("bytes", bytes), ("changedValueBytes", changed), ("firstCopyBytes", values),
                ("ratio", (double)(bytes - values) / changed), ("bytesPerPoint", (double)bytes / points),
            ]);
        }
    }
}
