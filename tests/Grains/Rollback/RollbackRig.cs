using System.Collections.Immutable;
using System.Text;
using Memento.Journaling;
using Memento.Rollback;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Memento.Tests.Grains.Rollback;

/// <summary>A workspace of its own, and how agents change it and roll it back. Documents are named <c>kind/id</c>; without a kind they are entities.</summary>
public sealed class RollbackRig(SessionCluster cluster, string? workspace = null)
{
    public const string Ann = "ann";
    public const string Bob = "bob";

    /// <summary>What the documents of <see cref="ChangeManyAsync"/> were, and what they are.</summary>
    public const string Old = """{"x":1}""";

    /// <inheritdoc cref="Old"/>
    public const string New = """{"x":2}""";

    public const int Many = 25;

    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    public string Name { get; } = workspace ?? $"w/{SessionCluster.NewId()}";

    public SessionCluster Cluster { get; } = cluster;

    public IWorkspaceGrain Workspace => Cluster.Client.GetGrain<IWorkspaceGrain>(Name);

    public IRollbackQueryGrain Rollbacks => Cluster.Client.GetGrain<IRollbackQueryGrain>(Name);

    public static Selection Anns { get; } = new() { Agents = [Ann] };

    public static DocumentKey Key(string name) => name.Contains('/', StringComparison.Ordinal) && NamedEnumConverter<DocumentKind>.TryParse(name[..name.IndexOf('/', StringComparison.Ordinal)], out _)
        ? DocumentKey.Parse(name, "name") : new(DocumentKind.Entity, name);

    /// <summary>Puts JSON, or text if it does not look like JSON; null deletes. All or nothing.</summary>
    public Task<WriteResult> WriteAsync(string? agent, params (string Name, string? Value)[] documents) => WriteInAsync(agent, null, documents);

    public Task<WriteResult> WriteInAsync(string? agent, string? session, params (string Name, string? Value)[] documents) => Workspace.WriteAsync(new()
    {
        AgentId = agent,
        SessionId = session,
        Operations = [.. documents.Select(d => new DocumentOperation { Op = d.Value is null ? DocumentOp.Delete : DocumentOp.Put, Kind = Key(d.Name).Kind, Id = Key(d.Name).Id, Value = ValueOf(d.Value) })],
    });

    public async Task<RollbackPoint> PointAsync(long? ttl = null) => await Workspace.CreatePointAsync(new() { Name = "point", TtlSeconds = ttl });

    /// <summary>The document's text; null if it is not there.</summary>
    public async Task<string?> ReadAsync(string name)
    {
        try
        {
            return Encoding.UTF8.GetString((await Cluster.Client.GetGrain<IWorkspaceQueryGrain>(Name).GetAsync(Key(name))).Value.Content);
        }
        catch (MementoException e) when (e.Code is Codes.DocumentNotFound)
        {
            return null;
        }
    }

    public async Task HasAsync(params (string Name, string? Value)[] documents)
    {
        foreach (var (name, value) in documents) Assert.Equal((name, value), (name, await ReadAsync(name)));
    }

    /// <summary>A document's versions, newest first.</summary>
    public async Task<ImmutableArray<DocumentView>> HistoryAsync(string name) => (await Cluster.Client.GetGrain<IWorkspaceQueryGrain>(Name).GetHistoryAsync(Key(name), Paging.MaxLimit)).Items;

    public async Task<string> RootAsync() => (await Workspace.GetAsync()).Root;

    public IRollbackGrain Rollback(string? id = null) => Cluster.Client.GetGrain<IRollbackGrain>(new GrainKey(Name, id ?? $"op-{Guid.NewGuid():N}").ToString());

    /// <summary>Starts a rollback and waits until it is over.</summary>
    public async Task<RollbackView> RollBackAsync(RollbackPoint point, StartRollback request)
    {
        var rollback = Rollback();
        await rollback.StartAsync(point.RollbackPointId, request);
        return await EndAsync(rollback);
    }

    public Task<RollbackView> RollBackAsync(RollbackPoint point, Selection? selection = null, ConflictStrategy conflicts = ConflictStrategy.Abort, RollbackStrategy strategy = RollbackStrategy.Immediate) =>
        RollBackAsync(point, new() { Selection = selection, ConflictStrategy = conflicts, Strategy = strategy });

    /// <summary>Undoes what Ann did since the point; it must complete.</summary>
    public async Task<RollbackView> UndoAnnAsync(RollbackPoint point, ConflictStrategy conflicts = ConflictStrategy.Abort)
    {
        var view = await RollBackAsync(point, Anns, conflicts);
        Assert.True(view.Status is RollbackStatus.Completed, view.Error?.Message);
        return view;
    }

    public static Task<RollbackView> EndAsync(IRollbackGrain rollback) => ReachAsync(rollback, view => view.IsOver);

    public Task<RollbackView> EndAsync(string id) => EndAsync(Rollback(id));

    /// <summary>Follows a rollback until it is so far.</summary>
    public static async Task<RollbackView> ReachAsync(IRollbackGrain rollback, Func<RollbackView, bool> isThere)
    {
        using var patience = new CancellationTokenSource(SessionCluster.Patience);
        while (true)
        {
            try
            {
                await foreach (var view in rollback.WatchAsync(patience.Token))
                {
                    if (isThere(view)) return view;
                    Assert.False(view.IsOver, $"It is {view.Status}: {view.Error?.Message}");
                }
            }
            catch (EnumerationAbortedException)
            {
                Assert.False(patience.IsCancellationRequested, "The rollback did not get so far in time.");   // its activation ended; the next one tells
            }
        }
    }

    /// <summary>Puts the clock forward again and again until the rollback is so far: nobody can see when it begins to wait.</summary>
    public async Task<RollbackView> AdvanceUntilAsync(IRollbackGrain rollback, TimeSpan step, Func<RollbackView, bool> isThere)
    {
        var view = await rollback.GetAsync();
        await JournalRig.UntilAsync(async () =>
        {
            view = await rollback.GetAsync();
            if (!isThere(view) && !view.IsOver) Cluster.Clock.Advance(step);
            return isThere(view) || view.IsOver;
        }, "the rollback got so far");
        Assert.True(isThere(view), $"It is {view.Status}: {view.Error?.Message}");
        return view;
    }

    /// <summary>Looks for rollbacks that should be going on, until this one is over.</summary>
    public async Task<RollbackView> SweepUntilOverAsync(IRollbackGrain rollback)
    {
        var view = default(RollbackView);
        await JournalRig.UntilAsync(async () =>
        {
            await Cluster.Services.GetRequiredService<RollbackSweeper>().SweepAsync(SweepShare.All, CancellationToken.None);
            view = await rollback.GetAsync();
            return view.IsOver;
        }, "the rollback is over");
        return view!;
    }

    public async Task<ImmutableArray<ConflictView>> ConflictsAsync(string? operationId = null, ConflictStatus? status = null) =>
        (await Rollbacks.ListConflictsAsync(status, operationId, Paging.MaxLimit)).Items;

    /// <summary>Damages the stored value of a document's version behind the store's back.</summary>
    public Task<int> DamageAsync(TestDatabase database, string name, long seq) => SetValueAsync(database, name, seq, "damaged"u8.ToArray());

    public async Task<int> SetValueAsync(TestDatabase database, string name, long seq, byte[] value) => await database.ExecuteAsync(
        "UPDATE document_version SET value = @value WHERE seq = @seq AND id = @id AND stream_id = (SELECT stream_id FROM stream WHERE name = @stream)",
        ("value", value), ("seq", seq), ("id", Key(name).Id), ("stream", $"workspace/{Name}"));

    public static string Doc(int i) => $"d{i:00}";

    /// <summary>25 documents that Ann changed since the point.</summary>
    public async Task<RollbackPoint> ChangeManyAsync()
    {
        await WriteAsync(null, [.. Enumerable.Range(0, Many).Select(i => (Doc(i), (string?)Old))]);
        var point = await PointAsync();
        await WriteAsync(Ann, [.. Enumerable.Range(0, Many).Select(i => (Doc(i), (string?)New))]);
        return point;
    }

    /// <summary>How many of them are as they were.</summary>
    public async Task<int> CountOldAsync()
    {
        var old = 0;
        for (var i = 0; i < Many; i++) old += await ReadAsync(Doc(i)) == Old ? 1 : 0;
        return old;
    }

    /// <summary>Starts a rollback in batches with a pause of a minute between two.</summary>
    public async Task<IRollbackGrain> StartGradualAsync(RollbackPoint point, Selection? selection = null, int batch = 10, ConflictStrategy conflicts = ConflictStrategy.Abort)
    {
        var rollback = Rollback();
        await rollback.StartAsync(point.RollbackPointId, new()
        {
            Strategy = RollbackStrategy.Gradual, BatchSize = batch, DelayMs = (int)Pause.TotalMilliseconds, Selection = selection, ConflictStrategy = conflicts,
        });
        return rollback;
    }

    private static DocumentValue? ValueOf(string? text) => text is null ? null
        : text is ['{', ..] or ['[', ..] ? DocumentValue.Json(Encoding.UTF8.GetBytes(text)) : DocumentValue.Bytes(Encoding.UTF8.GetBytes(text), "text/plain");
}

/// <summary>One cluster for the tests of a class; documents under <c>protected</c> are.</summary>
public sealed class RollbackClusterFixture<TDatabase> : IAsyncLifetime where TDatabase : TestDatabase, new()
{
    public TDatabase Database { get; } = new();

    public SessionCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        Cluster = await SessionCluster.StartAsync(Database, rollback: options => options.Protected.Add("*/protected/**"));
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Cluster = null!;   // Timers of the runtime keep the context of whoever made them, and so this fixture.
        await Database.DisposeAsync();
    }
}
