namespace Memento.Storage;

/// <summary>How times are stored: microseconds since 1970, which both stores compare and index as plain numbers.</summary>
internal static class Times
{
    public static long ToStored(this DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long? ToStored(this DateTimeOffset? time) => time?.ToStored();

    public static DateTimeOffset ToTime(this long stored) => DateTimeOffset.UnixEpoch.AddTicks(stored * TimeSpan.TicksPerMicrosecond);
}
