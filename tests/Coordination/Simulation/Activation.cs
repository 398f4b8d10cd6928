using Memento.Core.Coordination;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>An activation of a grain on a silo, or a process outside the cluster.</summary>
internal abstract class Activation(Simulator sim, string key, int silo)
{
    private readonly Queue<Action> _waiting = new();
    private int _running;

    protected Simulator Sim => sim;

    public string Key => key;

    public string Id => key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public int Silo => silo;

    public bool IsAlive { get; private set; } = true;

    /// <summary>Tells the activations of a grain apart.</summary>
    public long Number { get; } = sim.NextNumber();

    public long ActivatedAt { get; } = sim.Now;

    public long LastCallAt { get; private set; } = sim.Now;

    /// <summary>Whether crashes of silos leave this alone.</summary>
    public virtual bool IsOutside => false;

    public long PausedUntil { get; set; }

    /// <summary>What to tell callers that wait when this activation goes.</summary>
    public List<Action> Unanswered { get; } = [];

    public bool IsIdle => _running == 0;

    /// <summary>Whether a call waits for the one before.</summary>
    protected virtual bool IsSerial => false;

    /// <summary>What this silo's clocks show.</summary>
    public ClockReading Clock => sim.Cluster.ClockOf(silo);

    public virtual void Start()
    {
    }

    public void Enter(Action call)
    {
        LastCallAt = sim.Now;
        if (IsSerial && _running > 0)
        {
            _waiting.Enqueue(call);
            return;
        }

        _running++;
        call();
    }

    public void Leave()
    {
        _running--;
        if (!IsSerial || !_waiting.TryDequeue(out var next)) return;
        _running++;
        sim.At(sim.Now, () => sim.Resume(this, next));
    }

    public void Kill()
    {
        if (!IsAlive) return;
        IsAlive = false;
        foreach (var gone in Unanswered) gone();
    }
}
