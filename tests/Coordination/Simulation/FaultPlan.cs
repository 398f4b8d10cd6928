namespace Memento.Tests.Coordination.Simulation;

internal enum CallFault { None = 0, Lost, Dropped, AnswerLost, CallerDies, CalleeDies }

internal enum AppendFault { None = 0, AnswerLost, NotCommitted, SiloDies }

/// <summary>
/// What goes wrong with messages and transactions. A background rate meets all of them; a few labels are hot, so that faults of one
/// kind come together. After the end nothing goes wrong any more.
/// </summary>
internal sealed class FaultPlan(double rate, IReadOnlyCollection<string> hot, long until)
{
    public FaultPlan Hotter(params IEnumerable<string> labels) => new(rate, [.. hot, .. labels], until);

    private const double HotRate = 0.3;

    public static readonly FaultPlan None = new(0, [], 0);

    private long _muteUntil;

    /// <summary>Loses all wake-ups for a while.</summary>
    public void MuteUntil(Simulator sim, long time)
    {
        _muteUntil = time;
        sim.DisturbUntil(time);
    }

    public (CallFault Fault, long Delay) OfCall(Simulator sim, string label)
    {
        if (!Strikes(sim, label)) return default;
        var choice = sim.Random.Next(9);
        long delay = choice switch { 0 => 700, 1 => 3_000, 2 => 7_000, 3 => 9_500, _ => 0 };
        var fault = choice < 4 ? CallFault.None : (CallFault)(choice - 3);
        if (delay > 0) sim.Trace($"fault: {label} late by {delay}");
        else sim.Trace($"fault: {label} {fault}");
        sim.DisturbUntil(sim.Now + delay);
        return (fault, delay);
    }

    public (bool IsLost, long Delay) OfWakeUp(Simulator sim, string label)
    {
        if (sim.Now < _muteUntil) return (true, 0);
        if (!Strikes(sim, label)) return default;
        var delay = sim.Random.Pick<long>(0, 1_000, 6_000);
        sim.Trace($"fault: {label} {(delay == 0 ? "lost" : $"late by {delay}")}");
        sim.DisturbUntil(sim.Now + delay);
        return (delay == 0, delay);
    }

    public long OfRead(Simulator sim, string label)
    {
        if (!Strikes(sim, label)) return 0;
        var slow = sim.Random.Pick<long>(400, 1_500, 4_000);
        sim.Trace($"fault: {label} slow by {slow}");
        sim.DisturbUntil(sim.Now + slow);
        return slow;
    }

    public (AppendFault Fault, long Slow) OfAppend(Simulator sim, string label)
    {
        if (!Strikes(sim, label)) return default;
        var choice = sim.Random.Next(5);
        long slow = choice switch { 0 => 1_000, 1 => 6_000, _ => 0 };
        var fault = choice < 2 ? AppendFault.None : (AppendFault)(choice - 1);
        sim.Trace($"fault: {label} {fault} slow by {slow}");
        sim.DisturbUntil(sim.Now + slow);
        return (fault, slow);
    }

    private bool Strikes(Simulator sim, string label)
    {
        if (sim.Now >= until) return false;
        return sim.Random.Chance(hot.Contains(label) ? HotRate : rate);
    }
}
