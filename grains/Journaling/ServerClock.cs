namespace Memento.Journaling;

internal static class ServerClock
{
    /// <summary>The time, in microseconds: what the stores keep.</summary>
    public static DateTimeOffset Now(this TimeProvider clock) => clock.GetUtcNow() is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) : default;
}
