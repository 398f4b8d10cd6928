using System.Globalization;
using Memento.Journaling;
using Memento.Operations;
using Memento.Rollback;
using Memento.Sessions;
using Memento.Storage;
using Memento.Tests.Http;
using Memento.Tests.Storage;
using Memento.Workspaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.TestingHost;
using Xunit;

namespace Memento.Tests.Grains;

/// <summary>A silo with Memento's grains over a test's database. Grains see <see cref="Clock"/>, Orleans itself the real one.</summary>
public sealed class SessionCluster : IAsyncDisposable
{
    /// <summary>Longest wait for anything that is expected to happen.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly InProcessTestCluster _cluster;

    private SessionCluster(InProcessTestCluster cluster, FakeTimeProvider clock, JournalFaults faults, StateFaults states) =>
        (_cluster, Clock, Faults, States) = (cluster, clock, faults, states);

    public FakeTimeProvider Clock { get; }

    /// <summary>Faults between grains and journal.</summary>
    internal JournalFaults Faults { get; }

    /// <summary>Faults between grains and their stored state.</summary>
    internal StateFaults States { get; }

    public IClusterClient Client => _cluster.Client;

    /// <summary>The silo's own way to call grains: a second client.</summary>
    public IGrainFactory Silo => Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _cluster.GetSiloServiceProvider();

    public static async Task<SessionCluster> StartAsync(TestDatabase database, Action<SessionOptions>? sessions = null, Action<StorageOptions>? storage = null, FakeTimeProvider? clock = null, bool sweeping = false,
        Action<WorkspaceOptions>? workspaces = null, Action<RollbackOptions>? rollback = null)
    {
        var (time, faults, states) =
            (clock ?? new FakeTimeProvider(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero)), new JournalFaults(), new StateFaults());
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.ServiceId = "memento-tests";   // stored state is found by it, in the next cluster too
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddSingleton<IJournal>(services => new FaultyJournal(services.GetRequiredService<Store>().Journal, faults));
            silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = SmallHost.DirectoryCacheSize);
            silo.AddMementoStateStorage();
            FaultyStateStorage.Decorate(silo.Services, states);
            var others = silo.Services.ToHashSet();
            silo.AddMemento();
            if (!sweeping)   // the tests sweep when they want to
                foreach (var sweeper in silo.Services.Where(s => s.ServiceType == typeof(ILifecycleParticipant<ISiloLifecycle>) && !others.Contains(s)).ToArray()) silo.Services.Remove(sweeper);
            silo.Services.PostConfigure<StorageOptions>(options =>
            {
                var wanted = database.Options;
                (options.Store, options.DataDirectory, options.ConnectionStrings) = (wanted.Store, wanted.DataDirectory, wanted.ConnectionStrings);
                storage?.Invoke(options);
            });
            if (sessions is not null) silo.Services.PostConfigure(sessions);
            if (workspaces is not null) silo.Services.PostConfigure(workspaces);
            if (rollback is not null) silo.Services.PostConfigure(rollback);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(cluster, time, faults, states);
    }

    public ISessionGrain Session(string id, string workspace = "ws") => Client.GetGrain<ISessionGrain>(new GrainKey(workspace, id).ToString());

    public ISessionQueryGrain Query(string workspace) => Client.GetGrain<ISessionQueryGrain>(workspace);

    public IWorkspaceGrain Workspace(string name) => Client.GetGrain<IWorkspaceGrain>(name);

    public IWorkspaceQueryGrain Documents(string workspace) => Client.GetGrain<IWorkspaceQueryGrain>(workspace);

    /// <summary>A new session of agent <c>ada</c>.</summary>
    public async Task<ISessionGrain> BeginAsync(string? id = null, long? ttl = null, string workspace = "ws", string agent = "ada", params string[] entities)
    {
        var session = Session(id ?? NewId(), workspace);
        await session.CreateAsync(new CreateSession { AgentId = agent, TtlSeconds = ttl, InitialEntityIds = [.. entities] });
        return session;
    }

    public static string NewId() => $"s-{Guid.NewGuid():N}";

    public Task<(int Ended, int Removed)> SweepAsync() => Services.GetRequiredService<SessionSweeper>().SweepAsync(SweepShare.All, CancellationToken.None);

    /// <summary>Looks for rollback points whose time is up, once. Answers how many went.</summary>
    public Task<int> SweepPointsAsync() => Services.GetRequiredService<PointSweeper>().SweepAsync(SweepShare.All, CancellationToken.None);

    /// <summary>Ends the activation; the next call makes another.</summary>
    public Task DeactivateAsync(IGrainWithStringKey grain) => _cluster.DeactivateAsync(grain);

    /// <summary>All events of a session, page by page.</summary>
    public static async Task<List<SessionEvent>> EventsAsync(ISessionGrain session, EventQuery? query = null)
    {
        var (events, next) = (new List<SessionEvent>(), (query ?? new()) with { Limit = query?.Limit ?? Paging.MaxLimit });
        while (true)
        {
            var page = await session.GetEventsAsync(next);
            events.AddRange(page.Items);
            if (page.NextCursor is null) return events;
            next = next with { Cursor = page.NextCursor };
        }
    }

    /// <summary>The log is 1, 2, 3 … up to here.</summary>
    public static async Task HasSeqsAsync(ISessionGrain session, long last)
    {
        Assert.Equal(Seqs(1, last), (await EventsAsync(session)).Select(e => e.Seq));
        Assert.Equal(last, (await session.GetAsync()).LastSeq);
    }

    public static IEnumerable<long> Seqs(long from, long to) => Enumerable.Range(0, (int)(to - from + 1)).Select(i => from + i);

    public static async Task<Refusal> RefusedAsync(string code, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<MementoException>(call);
        Assert.True(code == refused.Code, $"{refused}");
        return refused.Refusal;
    }

    /// <summary>An event whose metadata can be recognised.</summary>
    public static NewEvent Change(int number, string actor = "ada", params string[] entities) => new()
    {
        Type = EventType.Modified,
        Actor = actor,
        ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = [.. entities], Operation = Operation.Modified },
        Metadata = JsonText.Parse($"{{\"n\":{number.ToString(CultureInfo.InvariantCulture)}}}"),
    };

    public async ValueTask DisposeAsync()
    {
        Faults.Heal();
        States.Heal();
        await _cluster.DisposeAsync();
    }
}

/// <summary>A cluster that the tests of a class share.</summary>
public sealed class SessionClusterFixture<TDatabase> : IAsyncLifetime where TDatabase : TestDatabase, new()
{
    public TDatabase Database { get; } = new();

    public SessionCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        Cluster = await SessionCluster.StartAsync(Database);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Cluster = null!;   // Timers of the runtime keep the context of whoever made them, and so this fixture.
        await Database.DisposeAsync();
    }
}

/// <summary>Faults of a journal; none, unless a test says so.</summary>
internal sealed class JournalFaults
{
    /// <summary>Called instead of an append; call the given function to carry it out.</summary>
    public volatile Func<Append, Func<Task>, Task>? OnAppend;

    /// <summary>Called before anything is read.</summary>
    public volatile Action? OnRead;

    public void Heal() => (OnAppend, OnRead) = (null, null);

    public static MementoException Unreachable() => new(Refusal.Of(RefusalKind.Unavailable, Codes.DatabaseNotReady, "unreachable"));
}

internal sealed class FaultyJournal(IJournal inner, JournalFaults faults) : IJournal
{
    public Task<StreamHead?> FindAsync(string stream, CancellationToken cancellationToken) => Read(() => inner.FindAsync(stream, cancellationToken));

    public ValueTask<long> ReserveStreamIdAsync(CancellationToken cancellationToken) => inner.ReserveStreamIdAsync(cancellationToken);

    public Task AppendAsync(Append append)
    {
        if (faults.OnAppend is not { } fault) return inner.AppendAsync(append);
        var appended = fault(append, () => inner.AppendAsync(append));
        return Watch();

        async Task Watch()
        {
            try
            {
                await appended;
            }
            catch (MementoException)
            {
                append.Writer.Break();
                throw;
            }
        }
    }

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(long streamId, long from, long to, int limit, IReadOnlyList<string>? kinds, bool descending, CancellationToken cancellationToken) =>
        Read(() => inner.ReadAsync(streamId, from, to, limit, kinds, descending, cancellationToken));

    public Task<Snapshot?> FindSnapshotAsync(long streamId, long atOrBefore, CancellationToken cancellationToken) => Read(() => inner.FindSnapshotAsync(streamId, atOrBefore, cancellationToken));

    public Task<IdempotencyRecord?> FindKeyAsync(string scope, string key, CancellationToken cancellationToken) => Read(() => inner.FindKeyAsync(scope, key, cancellationToken));

    private T Read<T>(Func<T> read)
    {
        faults.OnRead?.Invoke();
        return read();
    }
}
