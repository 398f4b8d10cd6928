namespace Memento.Tests.Coordination.Simulation;

/// <summary>Faults that can be planted in the simulated grains. The simulation must fail with each of them.</summary>
internal enum Bug
{
    None = 0,

    /// <summary>An agent takes deliveries and leases of any epoch, and the journal does not compare epochs.</summary>
    EpochIgnored,

    /// <summary>Assigned commits whatever epoch the agent's row has.</summary>
    NoFence,

    /// <summary>An agent that reads its leases leaves those of older epochs alone.</summary>
    OldEpochKept,

    /// <summary>After a death or registration all leases are released, also those of the new epoch.</summary>
    ScanTakesAll,

    /// <summary>Each registration begins a new epoch.</summary>
    EveryRegistrationIsNew,

    CheckoutNeverLapses,

    ReservationNeverLapses,

    /// <summary>The queue trusts the wake-ups of tasks and never reads the feed.</summary>
    WakeUpReliedUpon,

    /// <summary>A queue believes whatever it is told last.</summary>
    OldNewsBelieved,

    DeliveryIsHeartbeat,

    NoSweep,

    /// <summary>The sweep wakes queues with ready or due tasks, and not those whose tasks are all leased.</summary>
    SweepReadyOnly,

    /// <summary>A grain that is shown something newer than it knows does not read its stream.</summary>
    NoReload,

    /// <summary>A report counts by its token alone.</summary>
    TokenIsEnough,

    /// <summary>An append names the position in the stream of an id, and not the stream's number.</summary>
    NoStreamNumber,

    /// <summary>What an agent reads is added to what it remembers.</summary>
    ReadAdds,

    /// <summary>A receive that waits in vain does not read the leases again.</summary>
    NoReadWhileReceiving,

    /// <summary>The cursor of the feed passes open transactions.</summary>
    CursorPassesOpen,

    /// <summary>An agent grain without a heartbeat of its own counts from its activation.</summary>
    ActivationIsHeartbeat,

    /// <summary>The directory is not rebuilt from rows.</summary>
    DirectoryStartsEmpty,

    /// <summary>Checked-out tasks are in order, whoever can do them.</summary>
    NeedsIgnored,

    /// <summary>Leases above maxLoad are kept.</summary>
    ExcessKept,

    /// <summary>A task's new activation counts the queue's time as silence.</summary>
    HeartbeatsForgotten,

    /// <summary>The queue never asks tasks whose stored time is up.</summary>
    DueNeverAsked,

    /// <summary>Pauses of a silo count as silence of agents.</summary>
    PauseCounts,

    /// <summary>A blocked task may ride along with its birth.</summary>
    BlockedRides,

    /// <summary>Neither births nor ends are followed by a read of dependencies, and the sweep leaves them out.</summary>
    DependentsNotAsked,
}
