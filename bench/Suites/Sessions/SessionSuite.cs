using System.CommandLine;

namespace Memento.Bench.Sessions;

/// <summary>The suite <c>sessions</c>: the whole way from a call to the disk and back.</summary>
internal static class SessionSuite
{
    public static Command Command() => Suite.Command(
        "sessions", "Durable sessions, end to end.",
        [.. GrainAppends.Cases, .. Creates.Cases, .. HttpAppends.Cases, .. Footprint.Cases, .. Replay.Cases, .. Activations.Cases, .. IdleMemory.Cases, .. Lists.Cases, .. ColdStart.Cases],
        new("--sessions", "Sessions that lists are asked over.", 100_000), new("--events", "Events that these sessions have together.", 1_000_000));
}
