using System.Collections.Immutable;
using CsCheck;
using Memento.Sessions;

namespace Memento.Tests.Core;

/// <summary>A command and how far the clock moves before it, in seconds; backwards at times.</summary>
internal sealed record Step(double Seconds, SessionCommand Command);

/// <summary>Random sessions: mostly sensible, with a share of what must be refused.</summary>
internal static class SessionGen
{
    public static readonly SessionLimits Limits = new()
    {
        CheckpointInterval = 7, MaxEvents = 120, MaxBatch = 8, MaxAgents = 3, MaxEntities = 100, DefaultTtlSeconds = 3600, GraceTtlSeconds = 300,
    };

    private static readonly Gen<string> Agent = Gen.Frequency((9, Gen.OneOf("ada", "bob", "eve", "ivy")), (1, Gen.OneOf("", "..", "a\u0001")));
    private static readonly Gen<ImmutableArray<string>> Entities = Gen.OneOf("a.cs", "src/b.cs", "日本", "🦀", "e\"q\\", "+<&>").Array[0, 80].Select(ids => ids.ToImmutableArray());
    private static readonly Gen<double> Finite = Gen.OneOf(Gen.Double[-100, 100], Gen.Double[-1e9, 1e9], Gen.Const(0.1));
    private static readonly Gen<string> Text = Gen.String[1, 20].Select(text => string.IsNullOrEmpty(text) || text.Any(char.IsSurrogate) ? "text" : text);
    private static readonly Gen<JsonText?> Json = Gen.OneOf(null, "{}", """{"a":[1,2.50,null,true],"ü":"\u0000<é🦀"}""", """{"n":1e400}""").Select(json => json is null ? null : JsonText.Parse(json));
    private static readonly Gen<DateTimeOffset?> Occurred = Gen.Long[0, 1_700_000_000_000].Nullable().Select(ms => ms is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at).ToOffset(TimeSpan.FromHours(at % 10)) : (DateTimeOffset?)null);

    private static readonly Gen<ChangeInfo> Change = Gen.Select(Gen.Enum<ElementType>(), Entities, Gen.Enum<Operation>(), Gen.Long[0, 1000].Nullable(), Text.Null(),
        (element, entities, operation, lines, hash) => new ChangeInfo { ElementType = element, EntityIds = entities, Operation = operation, AffectedLines = lines, SemanticHash = hash });

    private static readonly Gen<StateTransition?> Transition = Gen.Select(Gen.Enum<WorkState>(), Gen.Enum<WorkState>(), Gen.Enum<VerifiedBy>(), Gen.Double[0, 1],
        (from, to, by, confidence) => new StateTransition { From = from, To = to, VerifiedBy = by, Confidence = confidence }).Null(0.7)!;

    private static readonly Gen<Impact?> Impact = Gen.Select(Gen.Enum<Severity>(), Entities.Nullable(), Finite.Nullable(), Text.Null(),
        (severity, tests, perf, reference) => new Impact { Severity = severity, TestsFailed = tests, PerfDelta = perf, ExternalRef = reference }).Null(0.5)!;

    private static readonly Gen<NewEvent> Event = Gen.Select(Gen.Enum<EventType>(), Agent, Change, Transition, Impact, Occurred, Json,
        (type, actor, change, transition, impact, occurred, metadata) => new NewEvent
        {
            Type = type, Actor = actor, ChangeInfo = change, StateTransition = transition, Impact = impact, OccurredAt = occurred, Metadata = metadata,
        });

    private static readonly Gen<SessionCommand> Append = Event.Array[0, 9].Select(SessionCommand (events) => new SessionCommand.Append([.. events]));

    private static readonly Gen<SessionCommand> Command = Gen.Frequency(
        (10, Append),
        (3, Agent.Select(SessionCommand (agent) => new SessionCommand.Join(agent))),
        (3, Agent.Select(SessionCommand (agent) => new SessionCommand.Leave(agent))),
        (2, Gen.Select(Agent, Agent, Text, Json, Gen.Int.Nullable(), SessionCommand (from, to, why, context, priority) => new SessionCommand.HandOver(from, to, why, context, priority))),
        (2, Gen.Long[-1, 900].Nullable().Select(SessionCommand (grace) => new SessionCommand.Checkpoint(grace))),
        (1, Gen.Const<SessionCommand>(new SessionCommand.CaptureFailure("cp-x", 3, "ab"))),
        (1, Gen.Const<SessionCommand>(new SessionCommand.Expire())));

    private static readonly Gen<SessionCommand> Create = Gen.Select(Gen.Long[0, 4000].Nullable(), Json, Entities, SessionCommand (ttl, metadata, entities) => new SessionCommand.Create("s1", "ada", ttl, metadata, entities));

    private static readonly Gen<double> Seconds = Gen.Frequency((8, Gen.Double[0, 200]), (2, Gen.Double[-500, 0]), (1, Gen.Double[200, 2000]));

    /// <summary>A creation and what follows, up to 40 commands, sometimes ending in a deletion and attempts after it.</summary>
    public static readonly Gen<Step[]> Script = Gen.Select(Create, Gen.Select(Seconds, Command, (seconds, command) => new Step(seconds, command)).Array[0, 40], Gen.Int[0, 60],
        (create, steps, deletion) => (Step[])[new Step(0, create), .. steps.Take(deletion), .. deletion < steps.Length ? [new Step(1, new SessionCommand.Delete())] : (Step[])[], .. steps.Skip(deletion)]);

    public static Story Play(IEnumerable<Step> script, Action<Story, Decision<SessionFact>, SessionState>? check = null)
    {
        var story = new Story { Limits = Limits };
        foreach (var (seconds, command) in script)
        {
            var before = story.State;
            var decision = story.Later(seconds).Try(command);
            check?.Invoke(story, decision, before);
        }

        return story;
    }
}
