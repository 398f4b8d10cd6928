namespace Memento.Tests.Coordination.Simulation;

/// <summary>
/// Lets several calls of one activation wait for the same thing. Each goes on in an event of its own: a task with several awaiters
/// may run them on other threads.
/// </summary>
internal sealed class Gate(Simulator sim, Activation owner)
{
    private readonly List<Action> _waiting = [];

    /// <summary>Waits until the gate is opened for those who wait, or until the time is up.</summary>
    public Task Pass(long? milliseconds = null)
    {
        var done = new TaskCompletionSource();
        _waiting.Add(GoOn);
        if (milliseconds is { } limit) sim.At(sim.Now + limit, GoOn);
        return done.Task;

        void GoOn() => sim.Resume(owner, () => done.TrySetResult());
    }

    public void Open()
    {
        foreach (var goOn in _waiting) sim.At(sim.Now, goOn);
        _waiting.Clear();
    }
}
