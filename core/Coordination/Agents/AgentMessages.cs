using System.Collections.Immutable;
using Memento.Core.Coordination.Tasks;

namespace Memento.Core.Coordination.Agents;

/// <summary>Slots that an agent keeps free for one dispatcher, until it delivers or the reservation lapses.</summary>
public sealed record Reservation(string Id, long Epoch, int Slots);

/// <summary>Tasks that were assigned to an agent under one reservation.</summary>
/// <param name="Unsure">Slots whose assignment gave no answer; they stay reserved until the lapse.</param>
/// <param name="EpochIsOver">Whether the journal refused an assignment because of the epoch: the agent's grain must read its stream.</param>
public sealed record Delivery(string ReservationId, long Epoch, ImmutableArray<TaskSnapshot> Tasks, int Unsure = 0, bool EpochIsOver = false);

/// <summary>A lease that the agent's grain ends.</summary>
/// <param name="Resume">Whether the agent's new instance is to get the task again, with a new token.</param>
public sealed record LeaseRelease(string TaskId, long Token, ReleaseReason Reason, bool Resume = false);
