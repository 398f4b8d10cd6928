using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Memento.Bench.Stores;
using Memento.Workspaces;

namespace Memento.Bench.Rollback;

/// <summary>A made-up workspace, shaped like a code graph: entities of 200–300 bytes of JSON, and relationships between them of about 150.</summary>
internal static class Documents
{
    public const int RelationshipsPerEntity = 3;
    private const int Batch = 1_000;
    private const int Usual = 242;

    public static IWorkspaceGrain Workspace(BenchSilo silo) => silo.Grains.GetGrain<IWorkspaceGrain>(BenchSilo.Workspace);

    public static string EntityId(int n) => string.Create(CultureInfo.InvariantCulture, $"module{n / 400:000}/function-{n:000000}");

    /// <param name="n">Its number.</param>
    /// <param name="version">Makes its value another one.</param>
    /// <param name="bytes">About how many bytes the value has, if more than the usual 230: a made-up text fills it up, that no version shares with another.</param>
    public static DocumentOperation Entity(int n, int version, int bytes = 0) => Put(DocumentKind.Entity, EntityId(n), string.Create(CultureInfo.InvariantCulture, $$"""
        {{{Body(n, version, bytes - Usual)}}"calls":{{version}},"complexity":{{n % 17}},"file":"src/module{{n / 400:000}}/part-{{n % 40:00}}.cs","kind":"function","lines":{{20 + (n % 180)}},"name":"Function{{n:000000}}","signature":"Task<Result> Function{{n:000000}}Async(Request request, CancellationToken cancellationToken)","version":{{version}}}
        """));

    private static string Body(int n, int version, int length)
    {
        if (length <= 0) return "";
        var noise = new byte[(length / 2) + 1];
        new Random((n * 7919) + version).NextBytes(noise);
        return $"\"body\":\"{Convert.ToHexString(noise)[..length]}\",";
    }

    public static DocumentOperation Relationship(int entities, int n, int version)
    {
        var from = n / RelationshipsPerEntity;
        return Put(DocumentKind.Relationship, string.Create(CultureInfo.InvariantCulture, $"calls-{n:0000000}"), string.Create(CultureInfo.InvariantCulture, $$"""
            {"confidence":0.{{10 + (n % 90)}},"from":"{{EntityId(from)}}","to":"{{EntityId((from + (n * 7919) + 1) % entities)}}","type":"CALLS","version":{{version}}}
            """));
    }

    /// <summary>Writes entities and relationships in batches.</summary>
    public static async Task FillAsync(BenchSilo silo, int entities, CancellationToken cancellationToken)
    {
        var workspace = Workspace(silo);
        var all = entities * (1 + RelationshipsPerEntity);
        await Parallel.ForAsync(0, (all + Batch - 1) / Batch, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (batch, _) =>
        {
            var operations = ImmutableArray.CreateBuilder<DocumentOperation>(Batch);
            for (var n = batch * Batch; n < Math.Min(all, (batch + 1) * Batch); n++) operations.Add(n < entities ? Entity(n, 0) : Relationship(entities, n - entities, 0));
            await workspace.WriteAsync(new() { AgentId = "filler", Operations = operations.ToImmutable() });
            if (batch % 100 == 99) Run.Say($"  {(batch + 1) * Batch:N0} of {all:N0} documents written");
        });
    }

    /// <summary>Changes one of a hundred documents.</summary>
    public static async Task ChangeSomeAsync(BenchSilo silo, int entities, int version, CancellationToken cancellationToken)
    {
        var operations = new List<DocumentOperation>();
        for (var n = version % 100; n < entities; n += 100) operations.Add(Entity(n, version));
        for (var n = version % 100; n < entities * RelationshipsPerEntity; n += 100) operations.Add(Relationship(entities, n, version));
        foreach (var some in operations.Chunk(Batch)) await Workspace(silo).WriteAsync(new() { AgentId = $"agent-{version}", Operations = [.. some] });
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static DocumentOperation Put(DocumentKind kind, string id, string json) => new() { Op = DocumentOp.Put, Kind = kind, Id = id, Value = DocumentValue.Json(Encoding.UTF8.GetBytes(json)) };
}
