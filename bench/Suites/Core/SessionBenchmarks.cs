using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Memento.Bench.Sessions;
using Memento.Sessions;

namespace Memento.Bench.Core;

/// <summary>What the rules cost per event. Operations are counted in events, except for the two of snapshots.</summary>
public class SessionBenchmarks
{
    private const int Batch = 16;
    private const int ReplayEvents = 10_000;

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly SessionLimits _limits = new();
    private SessionState _state = SessionState.Empty;
    private SessionCommand.Append _one = null!;
    private SessionCommand.Append _many = null!;
    private SessionFact _fact = null!;
    private string _kind = "";
    private byte[] _payload = [];
    private byte[] _snapshot = [];
    private (string Kind, byte[] Payload)[] _log = [];

    [GlobalSetup]
    public void Prepare()
    {
        var chance = new Random(1);
        var log = ImmutableArray.CreateBuilder<SessionFact>();
        Do(new SessionCommand.Create("sess-bench", "agent-1", 0));
        for (var i = 0; i < ReplayEvents; i++) Do(new SessionCommand.Append([Work.Event(1, chance)]));
        _one = new(Work.Events(1, 1, chance));
        _many = new(Work.Events(1, Batch, chance));
        _fact = log[^2];
        (_kind, _payload) = SessionFactCodec.Encode(_fact);
        _snapshot = SessionFactCodec.EncodeState(_state);
        _log = [.. log.Select(SessionFactCodec.Encode)];

        void Do(SessionCommand command)
        {
            foreach (var fact in Session.Decide(_state, command, _limits, Now).Facts)
            {
                log.Add(fact);
                _state = Session.Apply(_state, fact);
            }
        }
    }

    [Benchmark]
    public SessionState Append() => Run(_one);

    [Benchmark(OperationsPerInvoke = Batch)]
    public SessionState AppendBatchOf16() => Run(_many);

    [Benchmark]
    public byte[] EncodeEvent() => SessionFactCodec.Encode(_fact).Payload;

    [Benchmark]
    public SessionFact DecodeEvent() => SessionFactCodec.Decode(_kind, SessionFactCodec.Version, _payload);

    [Benchmark]
    public byte[] EncodeSnapshot() => SessionFactCodec.EncodeState(_state);

    [Benchmark]
    public SessionState DecodeSnapshot() => SessionFactCodec.DecodeState(SessionFactCodec.Version, _snapshot);

    [Benchmark(OperationsPerInvoke = ReplayEvents)]
    public SessionState Replay()
    {
        var state = SessionState.Empty;
        foreach (var (kind, payload) in _log) state = Session.Apply(state, SessionFactCodec.Decode(kind, SessionFactCodec.Version, payload));
        return state;
    }

    private SessionState Run(SessionCommand command)
    {
        var state = _state;
        foreach (var fact in Session.Decide(state, command, _limits, Now).Facts) state = Session.Apply(state, fact);
        return state;
    }
}
