namespace Memento.Core.Coordination;

/// <summary>What the two clocks of a silo show: durations come from the monotonic one, stored times from the other.</summary>
/// <param name="Monotonic">Time since the silo started, or since any other fixed moment.</param>
public readonly record struct ClockReading(TimeSpan Monotonic, DateTimeOffset Utc);
