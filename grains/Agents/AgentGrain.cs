using System.Collections.Immutable;
using Memento.Journaling;
using Memento.Storage;
using Memento.Tasks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Agents;

/// <summary>
/// The shell of an agent: its registration is journaled, when it was heard is only remembered. How many tasks it holds follows from what it was given, and after a crash from the tasks themselves.
/// It is reentrant so that it can wait for work, be given some and report at the same time.
/// </summary>
[GrainType("memento.agent"), Reentrant]
internal sealed partial class AgentGrain(
    IJournal journal, ITaskIndex tasks, IOptions<AgentOptions> options, AgentLimits limits, IOptions<StorageOptions> storage, Pulse pulse, AgentInstruments instruments, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<AgentGrain> log)
    : Grain, IAgentGrain, IAgentTaker, IDisposable
{
    private const int MaxAttempts = 5;

    private readonly SemaphoreSlim _appending = new(1, 1);
    private readonly DetectorSettings _detector = options.Value.Detector;
    private GrainKey _key;
    private EventStream<AgentState, AgentFact> _agent = null!;
    private DateTimeOffset? _heardAt;
    private DateTimeOffset _passedOnAt;

    public static string StreamOf(GrainKey key) => $"agent/{key}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = GrainKey.Parse(this.GetPrimaryKeyString());
        Names.Check("workspace", _key.Workspace);
        Names.Check("agentId", _key.Id);
        _agent = new(journal, new StateMachine<AgentState, AgentFact>(AgentState.Empty, Agent.Apply, AgentFact.Codec), StreamOf(_key), storage.Value.Journal.SnapshotInterval);
        await _agent.LoadAsync(cancellationToken);
        await RecallAsync();
    }

    public void Dispose() => _appending.Dispose();

    public async Task<AgentRegistration> RegisterAsync(RegisterAgent request)
    {
        var isNew = false;
        await DecideAsync(state =>
        {
            isNew = !state.Exists;
            return new AgentCommand.Register(request);
        });
        Hear();
        if (_agent.Committed.IsHandingOn) await HandOnToSuccessorAsync();
        await AnnounceEverywhereAsync();   // also if it said nothing new: whoever asks again may have been cut off before this
        return new(await ViewAsync(), isNew);
    }

    public async Task RemoveAsync()
    {
        if (_agent.StreamId == 0 && Agent.Stale(_agent.Committed, _key.Id, null) is { } missing) throw new MementoException(missing);
        await DecideAsync(_ => new AgentCommand.Remove());
        if (!_agent.Committed.IsHandingOn) return;   // it was removed before, and all is done
        await Directory.ForgetAsync(_key.Id);
        if (_agent.Committed.IsHandingOn) await HandOnAllAsync();
    }

    public async Task<AgentView> GetAsync()
    {
        if (Agent.Stale(_agent.Committed, _key.Id, null) is { } missing) throw new MementoException(missing);
        return await ViewAsync();
    }

    public async Task<AgentLease> HeartbeatAsync(Heartbeat request)
    {
        instruments.Heartbeat();
        await EnterAsync(request.InstanceId, request);
        return new(Now + _detector.Timeout, (long)_detector.Interval.TotalMilliseconds);
    }

    public async Task AccuseAsync()
    {
        var state = _agent.Committed;
        if (!state.Exists || state.IsDead)
        {
            await Directory.ForgetAsync(_key.Id);
            return;
        }

        // Who accuses may know less than this grain, which every call of the agent goes through; unless this grain has just woken up and has heard nothing yet.
        if (_heardAt is { } heard && Now - heard - pulse.SleptSince(heard) <= (_detector.PhiThreshold > 0 ? _detector.Interval : _detector.Timeout)) return;
        if ((await DecideAsync(_ => new AgentCommand.Die(_heardAt ?? Now - _detector.Timeout))).IsEmpty) return;
        LogDead(log, _key, _heardAt);
        await Directory.ForgetAsync(_key.Id);
        if (_agent.Committed.IsHandingOn) await HandOnAllAsync();   // it may have come back meanwhile and have done that itself
    }

    private DateTimeOffset Now => clock.Now();

    private IAgentDirectoryGrain Directory => GrainFactory.GetGrain<IAgentDirectoryGrain>(AgentDirectoryGrain.KeyOf(_key, options.Value.DirectoryShards));

    /// <summary>The beginning of every call of the agent's own: it is who registered, and it is alive.</summary>
    private async Task EnterAsync(string? instanceId, Heartbeat? said = null, bool handsOn = true)
    {
        if (Agent.Stale(_agent.Committed, _key.Id, instanceId) is { } stale) throw new MementoException(stale);
        Hear();
        var (took, isBack) = (_agent.Committed.TakesWork, false);
        if (said is not null || _agent.Committed.IsDead) isBack = await DecideAsync(_ => new AgentCommand.Hear(said ?? new())) is [AgentFact.Returned, ..];
        if (isBack) LogReturned(log, _key);
        if (handsOn && _agent.Committed.IsHandingOn) await GoOnHandingOnAsync();
        if (isBack || _agent.Committed.TakesWork != took) await AnnounceEverywhereAsync();
        else if (_hungry.Count > 0) await FeedAsync();
    }

    /// <summary>Remembers that it was heard, and passes that on, but not each time.</summary>
    private void Hear()
    {
        var now = Now;
        _heardAt = now;
        if (now - _passedOnAt < _detector.Interval / 4) return;
        _passedOnAt = now;
        _ = PassOnAsync();
    }

    private async Task PassOnAsync()
    {
        try
        {
            await Directory.HeardAsync(_key.Id);
        }
        catch (Exception e)
        {
            LogNotPassedOn(log, _key, e.Message);   // if it is accused, this grain knows better
        }
    }

    /// <summary>Decides and records. Answers what was recorded.</summary>
    private async Task<ImmutableArray<AgentFact>> DecideAsync(Func<AgentState, AgentCommand> command)
    {
        await _appending.WaitAsync();
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                if (_agent.IsBroken) await _agent.LoadAsync();
                var before = _agent.Tentative;
                var (facts, refusal) = Agent.Decide(before, command(before), limits, Now);
                if (refusal is not null) throw new MementoException(refusal);
                if (facts.IsEmpty) return facts;
                await _agent.ReserveAsync();
                var after = facts.Aggregate(before, Agent.Apply);
                try
                {
                    var appended = _agent.Append(facts, after, new(AgentRows.Follow(_key, before, after)));
                    await appended.Durable;
                    _agent.Commit(appended);
                    instruments.Record(before, facts);
                    return facts;
                }
                catch (MementoException e) when (attempt < MaxAttempts && e.Code is Codes.StaleWriter)
                {
                    DeactivateOnIdle();   // if another activation is the rightful one, the next call finds it
                }
            }
        }
        finally
        {
            _appending.Release();
        }
    }

    private async Task<AgentWork> GetWorkAsync() => (await tasks.GetWorkAsync(_key.Workspace, [_key.Id])).GetValueOrDefault(_key.Id, AgentWork.None);

    private async Task<AgentView> ViewAsync()
    {
        var (state, work) = (_agent.Committed, await GetWorkAsync());
        return Views.Of(_key.Id, state, _held.Count, work) with
        {
            LastHeartbeat = _heardAt,
            CurrentSessions = [.. _held.Values.Where(h => h.SessionId is not null).Select(h => h.SessionId!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent {Agent} is dead: last heard {LastHeard:O}; its tasks go to others")]
    private static partial void LogDead(ILogger log, GrainKey agent, DateTimeOffset? lastHeard);

    [LoggerMessage(Level = LogLevel.Information, Message = "Agent {Agent} was taken for dead and is back")]
    private static partial void LogReturned(ILogger log, GrainKey agent);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The directory could not be told that agent {Agent} was heard: {Problem}")]
    private static partial void LogNotPassedOn(ILogger log, GrainKey agent, string problem);
}
