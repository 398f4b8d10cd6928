using System.Collections.Concurrent;
using Memento.Journaling;
using Memento.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.TestingHost;
using Xunit;

namespace Memento.Tests.Grains.Journaling;

/// <summary>Three silos that share a sweep.</summary>
public sealed class SweepClusterTests : IAsyncLifetime
{
    private static readonly string[] Items = [.. Enumerable.Range(0, 300).Select(i => $"ws/item-{i}")];

    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentDictionary<SiloAddress, Recorder> _recorders = new();
    private InProcessTestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 3);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_clock));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddSingleton<Sweeper>(services => _recorders.GetOrAdd(services.GetRequiredService<ILocalSiloDetails>().SiloAddress, _ => new Recorder()));
            silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = SmallHost.DirectoryCacheSize);
            silo.Services.AddSingleton<SweepLoop>();
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<SweepLoop>());
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Each_item_is_swept_by_one_silo_and_a_stopped_silo_is_replaced()
    {
        var silos = _cluster.Silos.ToArray();
        await SeeAsync(silos, 3);
        var before = await RoundAsync(silos);
        Assert.Equal(Items.Order(), before.SelectMany(x => x.Value).Order());
        Assert.All(before, x => Assert.NotEmpty(x.Value));

        var stopped = silos[1];
        await _cluster.StopSiloAsync(stopped, Token);
        InProcessSiloHandle[] left = [silos[0], silos[2]];
        await SeeAsync(left, 2);
        var after = await RoundAsync(left);
        Assert.Equal(Items.Order(), after.SelectMany(x => x.Value).Order());
        foreach (var silo in left) Assert.Superset(before[silo.SiloAddress].ToHashSet(), after[silo.SiloAddress].ToHashSet());
    }

    [Fact]
    public async Task Rounds_come_with_the_clock_and_one_that_fails_does_not_keep_the_next_from_coming()
    {
        var recorder = _recorders[_cluster.Silos[0].SiloAddress];
        recorder.Fails = true;
        var first = recorder.NextRound;
        _clock.Advance(recorder.Interval);
        await first.WaitAsync(SessionCluster.Patience, Token);

        recorder.Fails = false;
        var second = recorder.NextRound;
        _clock.Advance(recorder.Interval);
        await second.WaitAsync(SessionCluster.Patience, Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Lets each silo do one round, and returns what it swept.</summary>
    private async Task<Dictionary<SiloAddress, string[]>> RoundAsync(IEnumerable<InProcessSiloHandle> silos)
    {
        var swept = new Dictionary<SiloAddress, string[]>();
        foreach (var silo in silos)
        {
            var recorder = _recorders[silo.SiloAddress];
            await _cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<SweepLoop>().RoundAsync(recorder, Token);
            swept.Add(silo.SiloAddress, recorder.Swept);
        }

        return swept;
    }

    /// <summary>Waits until the silos see so many active members.</summary>
    private async Task SeeAsync(IEnumerable<InProcessSiloHandle> silos, int count)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(SessionCluster.Patience);
        foreach (var silo in silos)
        {
            var membership = _cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IClusterMembershipService>();
            await foreach (var members in membership.MembershipUpdates.WithCancellation(patience.Token))
                if (members.Members.Values.Count(member => member.Status is SiloStatus.Active) == count) break;
        }
    }

    private sealed class Recorder() : Sweeper("test items", TimeSpan.FromSeconds(5), NullLogger.Instance)
    {
        private TaskCompletionSource _round = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool Fails;

        public string[] Swept { get; private set; } = [];

        public Task NextRound => Volatile.Read(ref _round).Task;

        public override Task SweepAsync(SweepShare share, CancellationToken cancellationToken)
        {
            Swept = [.. Items.Where(share.Has)];
            Interlocked.Exchange(ref _round, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            return Fails ? throw JournalFaults.Unreachable() : Task.CompletedTask;
        }
    }
}
