using System.Collections.Immutable;
using System.Globalization;
using Memento.Sessions;

namespace Memento.Bench.Sessions;

/// <summary>
/// What agents do, made up but shaped like the real thing: 200–300 bytes of stored JSON, one or two files out of a set of 24 per session, no metadata.
/// Of 25 events one breaks the build (state transition, failed tests, slower) and one repairs it (tests pass, faster).
/// </summary>
internal static class Work
{
    private const int FilesPerSession = 24;
    private const int Modules = 250;
    private const int AgentCount = 500;

    private static readonly string[] Files = [.. Enumerable.Range(0, Modules * 40).Select(i => $"src/module{i / 40:000}/{(i % 3) switch { 0 => "reader", 1 => "writer", _ => "session" }}-{i % 40:00}.cs")];
    private static readonly string[] Agents = [.. Enumerable.Range(0, AgentCount).Select(i => $"agent-{i:000}")];
    private static readonly string[] Hashes = [.. Enumerable.Range(0, 512).Select(i => ((ulong)i * 0x9E3779B97F4A7C15UL).ToString("x16", CultureInfo.InvariantCulture))];

    public static string AgentOf(int session) => Agents[session % AgentCount];

    public static string FileOf(int session, int n) => Files[((session * 7) + (n % FilesPerSession)) % Files.Length];

    public static NewEvent Event(int session, Random chance)
    {
        var first = FileOf(session, chance.Next(FilesPerSession));
        ImmutableArray<string> files = chance.Next(2) == 0 ? [first] : [first, FileOf(session, chance.Next(FilesPerSession))];
        var actor = Agents[(session + chance.Next(2)) % AgentCount];
        return chance.Next(25) switch
        {
            0 => new()
            {
                Type = EventType.Broke,
                Actor = actor,
                ChangeInfo = Change(files, chance),
                StateTransition = new() { From = WorkState.Working, To = WorkState.Broken, VerifiedBy = VerifiedBy.Test, Confidence = 0.9 },
                Impact = new() { Severity = Severity.High, TestsFailed = ["Reads_what_was_written"], PerfDelta = -2.5 },
            },
            1 => new()
            {
                Type = EventType.TestPass,
                Actor = actor,
                ChangeInfo = Change(files, chance),
                StateTransition = new() { From = WorkState.Broken, To = WorkState.Working, VerifiedBy = VerifiedBy.Test, Confidence = 0.95 },
                Impact = new() { Severity = Severity.Low, PerfDelta = 1.5 },
            },
            _ => new() { Type = EventType.Modified, Actor = actor, ChangeInfo = Change(files, chance) },
        };
    }

    public static ImmutableArray<NewEvent> Events(int session, int count, Random chance)
    {
        var events = ImmutableArray.CreateBuilder<NewEvent>(count);
        for (var i = 0; i < count; i++) events.Add(Event(session, chance));
        return events.MoveToImmutable();
    }

    private static ChangeInfo Change(ImmutableArray<string> files, Random chance) => new()
    {
        ElementType = ElementType.Function,
        EntityIds = files,
        Operation = Operation.Modified,
        AffectedLines = chance.Next(1, 200),
        SemanticHash = Hashes[chance.Next(Hashes.Length)],
    };
}
