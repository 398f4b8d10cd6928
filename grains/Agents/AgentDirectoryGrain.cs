using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Memento.Journaling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Agents;

/// <summary>A part of a workspace's agents: when each was last heard. Key: <see cref="GrainKey"/> (<c>workspace/number</c>). Nothing of it is stored; after a restart everybody counts as just heard.</summary>
[Alias("memento.IAgentDirectoryGrain")]
internal interface IAgentDirectoryGrain : IGrainWithStringKey
{
    /// <summary>An agent was heard.</summary>
    [Alias("heard"), AlwaysInterleave] Task HeardAsync(string agentId);

    /// <summary>An agent is dead or gone; it need not be listened to.</summary>
    [Alias("forget"), AlwaysInterleave] Task ForgetAsync(string agentId);

    /// <summary>Accuses those who are silent for too long. Answers how many.</summary>
    [Alias("sweep")] Task<int> SweepAsync();
}

/// <inheritdoc cref="IAgentDirectoryGrain"/>
[GrainType("memento.agent-directory")]
internal sealed partial class AgentDirectoryGrain(IAgentIndex index, IOptions<AgentOptions> options, Pulse pulse, AgentInstruments instruments, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<AgentDirectoryGrain> log)
    : Grain, IAgentDirectoryGrain, IDisposable
{
    private const int PageSize = 1_000;

    private readonly Dictionary<string, Silence> _silences = new(StringComparer.Ordinal);
    private readonly DetectorSettings _settings = options.Value.Detector;
    private readonly Dictionary<string, GrowingPause> _pauses = new(StringComparer.Ordinal);   // of those who could not be declared dead
    private GrainKey _key;

    /// <summary>The directory that listens to an agent.</summary>
    public static string KeyOf(GrainKey agent, int shards) =>
        new GrainKey(agent.Workspace, ((int)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(agent.Id)) % (ulong)shards)).ToString(System.Globalization.CultureInfo.InvariantCulture)).ToString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = GrainKey.Parse(this.GetPrimaryKeyString());
        for (var (after, more) = ("", true); more;)
        {
            var page = await index.GetLivingAsync(_key.Workspace, after, PageSize, cancellationToken);
            foreach (var (id, _) in page)
                if (KeyOf(new(_key.Workspace, id), options.Value.DirectoryShards) == _key.ToString()) _silences.TryAdd(id, Silence.From(clock.GetUtcNow()));
            more = page.Count == PageSize;
            if (more) after = page[^1].AgentId;
        }

        instruments.Follow(this, () => _silences.Count);
    }

    public void Dispose() => instruments.Forget(this);

    public Task HeardAsync(string agentId)
    {
        ref var silence = ref CollectionsMarshal.GetValueRefOrAddDefault(_silences, agentId, out var known);
        silence = known ? silence.Heard(clock.GetUtcNow()) : Silence.From(clock.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task ForgetAsync(string agentId)
    {
        _silences.Remove(agentId);
        _pauses.Remove(agentId);
        return Task.CompletedTask;
    }

    public async Task<int> SweepAsync()
    {
        var now = clock.GetUtcNow();
        if (lifetime.ApplicationStopping.IsCancellationRequested) return 0;   // agents cannot reach this silo any more, and that is not their fault
        string[] silent = [.. _silences.Where(s => (!_pauses.TryGetValue(s.Key, out var pause) || now >= pause.Until) && s.Value.Forgive(pulse.SleptSince(s.Value.Since)).Judge(now, _settings) is Health.Dead).Select(s => s.Key)];
        await Task.WhenAll(silent.Select(AccuseAsync));
        return silent.Length;
    }

    private async Task AccuseAsync(string agentId)
    {
        try
        {
            await GrainFactory.GetGrain<Tasks.IAgentTaker>(new GrainKey(_key.Workspace, agentId).ToString()).AccuseAsync();
            _pauses.Remove(agentId);
        }
        catch (Exception e)
        {
            if (!_pauses.TryGetValue(agentId, out var pause)) _pauses.Add(agentId, pause = new());
            pause.Grow(clock.GetUtcNow());
            LogFailed(log, agentId, e.Message);   // a later sweep accuses it again
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent {Agent} is silent and could not be declared dead; it is tried again: {Problem}")]
    private static partial void LogFailed(ILogger log, string agent, string problem);
}
