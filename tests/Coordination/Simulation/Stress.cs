namespace Memento.Tests.Coordination.Simulation;

/// <summary>Scenarios in which a certain bug shows soon: its favorite faults and operations on top of what the seed brings.</summary>
internal static class Stress
{
    public static Scenario Of(Bug bug, SimRandom random)
    {
        var scenario = Scenario.Generate(random);
        return bug switch
        {
            Bug.None => scenario,
            Bug.EpochIgnored or Bug.NoFence => Hot(scenario, "task.assign", "append:Assigned").With(new Happening(3_000, "process restarts", "a1")),
            Bug.OldEpochKept or Bug.ScanTakesAll => scenario.With(new Happening(5_000, "process restarts", "a1")),
            Bug.EveryRegistrationIsNew => Slow(scenario).With(
                new Happening(5_000, "register again", "a1"), new Happening(9_000, "register again", "a1")),
            Bug.CheckoutNeverLapses => Hot(scenario, "task.assign", "queue.settle", "agent.reserve"),
            Bug.ReservationNeverLapses => Hot(scenario, "agent.reserve", "agent.deliver"),
            Bug.WakeUpReliedUpon => Hot(scenario, "wake:queue.hear").With(new Happening(1_000, "cancel", "t0"), new Happening(4_000, "redrive", "t0")),
            Bug.OldNewsBelieved =>
                Hot(scenario, "queue.settle", "wake:queue.hear").With(new Happening(1_000, "cancel", "t0"), new Happening(4_000, "redrive", "t0")),
            Bug.CursorPassesOpen => Hot(scenario, "append:Redriven", "wake:queue.hear")
                .With(new Happening(1_000, "cancel", "t0"), new Happening(3_000, "redrive", "t0"), new Happening(8_000, "mute", "", 3_000)),
            Bug.DeliveryIsHeartbeat => Trickling(scenario).With(new Happening(600, "process dies", "a1")),
            Bug.NoSweep or Bug.SweepReadyOnly => Hanging(scenario, claim: 13_000).With(new Happening(5_000, "crash all")),
            Bug.NoReload => scenario.With(new Happening(400, "duplicate", "task/t0", 12_000), new Happening(400, "duplicate", "agent/a1", 12_000)),
            Bug.TokenIsEnough => Slow(scenario).With(new Happening(2_250, "process stops", "a1", 24_000)),
            Bug.NoStreamNumber => Slow(scenario).With(
                new Happening(400, "duplicate", "task/t0", 20_000), new Happening(5_000, "cancel", "t0"), new Happening(6_000, "sweep", "t0"), new Happening(7_000, "submit", "t0")),
            Bug.ActivationIsHeartbeat or Bug.DirectoryStartsEmpty => Slow(scenario).With(
                new Happening(2_000, "process dies", "a1"), new Happening(2_001, "forget", "agent/a1"), new Happening(2_002, "forget", "directory/d")),
            Bug.ExcessKept => Hot(Slow(scenario), "append:Assigned", "task.assign", "append:births"),
            Bug.PauseCounts => Slow(scenario).With(new Happening(3_000, "silo stops", "0", 25_000)),
            _ => scenario,
        };
    }

    private static Scenario With(this Scenario scenario, params Happening[] happenings) =>
        scenario with { Happenings = [.. scenario.Happenings, .. happenings] };

    private static Scenario Hot(Scenario scenario, params string[] labels) => scenario with { Faults = scenario.Faults.Hotter(labels) };

    /// <summary>Agents work for a while, so that faults meet tasks under way.</summary>
    private static Scenario Slow(Scenario scenario) =>
        scenario with { Agents = [.. scenario.Agents.Select(agent => agent with { WorkFor = 25_000 })] };

    /// <summary>The only agent has one slot, and does not start its first task.</summary>
    private static Scenario Hanging(Scenario scenario, long claim) => scenario with
    {
        Agents = [scenario.Agents[0] with { MaxLoad = 1, HangsOnFirst = true }],
        Settings = scenario.Settings with { ClaimMs = claim },
    };

    /// <summary>One agent with room for all tasks, which come one after the other; nothing else goes wrong.</summary>
    private static Scenario Trickling(Scenario scenario) => scenario with
    {
        Agents = [scenario.Agents[0] with { MaxLoad = 10 }],
        Submits = [.. new long[] { 500, 3_000, 9_000, 14_000 }.Select(at => new SubmitPlan(
            at, 0, "q0", [new() { TaskId = $"at-{at}", Queue = "q0", Type = "build" }], Rides: false))],
        Settings = scenario.Settings with { ClaimMs = 60_000 },
        Happenings = [],
        Faults = FaultPlan.None,
    };
}
