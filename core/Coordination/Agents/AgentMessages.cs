using System.Collections.Immutable;
using Memento.Core.Coordination.Tasks;
using Orleans;

namespace Memento.Core.Coordination.Agents;

/// <summary>Slots that an agent keeps free for one dispatcher, until it delivers or the reservation lapses.</summary>
[GenerateSerializer, Immutable, Alias("memento.Reservation")]
public sealed record Reservation(
    [property: Id(0)] string Id,
    [property: Id(1)] long Epoch,
    [property: Id(2)] int Slots);

/// <summary>Tasks that were assigned to an agent under one reservation.</summary>
/// <param name="Unsure">Slots whose assignment gave no answer; they stay reserved until the lapse.</param>
/// <param name="EpochIsOver">Whether the journal refused an assignment because of the epoch: the agent's grain must read its stream.</param>
[GenerateSerializer, Immutable, Alias("memento.Delivery")]
public sealed record Delivery(
    [property: Id(0)] string ReservationId,
    [property: Id(1)] long Epoch,
    [property: Id(2)] ImmutableArray<TaskSnapshot> Tasks,
    [property: Id(3)] int Unsure = 0,
    [property: Id(4)] bool EpochIsOver = false);

/// <summary>A lease that the agent's grain ends.</summary>
/// <param name="Resume">Whether the agent's new instance is to get the task again, with a new token.</param>
[GenerateSerializer, Immutable, Alias("memento.LeaseRelease")]
public sealed record LeaseRelease(
    [property: Id(0)] string TaskId,
    [property: Id(1)] long Token,
    [property: Id(2)] ReleaseReason Reason,
    [property: Id(3)] bool Resume = false);
