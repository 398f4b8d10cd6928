using System.Collections.Immutable;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class SessionValidationTests
{
    private static readonly SessionLimits Limits = new() { MaxBatch = 5, MaxEntities = 3, MaxTextLength = 10, MaxJsonLength = 40 };
    private static readonly ChangeInfo Change = Story.Change("a").ChangeInfo;

    public static TheoryData<string, NewEvent> BadEvents => new()
    {
        { "type", Story.Change() with { Type = (EventType)99 } },
        { "actor", Story.Change() with { Actor = "" } },
        { "actor", Story.Change() with { Actor = null! } },
        { "actor", Story.Change() with { Actor = new string('x', 257) } },
        { "actor", Story.Change() with { Actor = "a\nb" } },
        { "changeInfo", Story.Change() with { ChangeInfo = null! } },
        { "changeInfo.elementType", Story.Change() with { ChangeInfo = Change with { ElementType = (ElementType)(-1) } } },
        { "changeInfo.operation", Story.Change() with { ChangeInfo = Change with { Operation = (Operation)5 } } },
        { "changeInfo.entityIds", Story.Change() with { ChangeInfo = Change with { EntityIds = default } } },
        { "changeInfo.entityIds", Story.Change("1", "2", "3", "4") },
        { "changeInfo.entityIds[1]", Story.Change("1", "..") },
        { "changeInfo.entityIds[0]", Story.Change([null!]) },
        { "changeInfo.affectedLines", Story.Change() with { ChangeInfo = Change with { AffectedLines = -1 } } },
        { "changeInfo.semanticHash", Story.Change() with { ChangeInfo = Change with { SemanticHash = "" } } },
        { "changeInfo.semanticHash", Story.Change() with { ChangeInfo = Change with { SemanticHash = "12345678901" } } },
        { "stateTransition.from", Story.Change() with { StateTransition = Story.To(WorkState.Broken, (WorkState)7) } },
        { "stateTransition.to", Story.Change() with { StateTransition = Story.To((WorkState)7) } },
        { "stateTransition.verifiedBy", Story.Change() with { StateTransition = Story.To(WorkState.Broken) with { VerifiedBy = (VerifiedBy)9 } } },
        { "stateTransition.confidence", Story.Change() with { StateTransition = Story.To(WorkState.Broken) with { Confidence = -0.01 } } },
        { "stateTransition.confidence", Story.Change() with { StateTransition = Story.To(WorkState.Broken) with { Confidence = 1.01 } } },
        { "stateTransition.confidence", Story.Change() with { StateTransition = Story.To(WorkState.Broken) with { Confidence = double.NaN } } },
        { "impact.severity", Story.Change() with { Impact = new() { Severity = (Severity)4 } } },
        { "impact.perfDelta", Story.Change() with { Impact = new() { Severity = Severity.Low, PerfDelta = double.NaN } } },
        { "impact.perfDelta", Story.Change() with { Impact = new() { Severity = Severity.Low, PerfDelta = double.PositiveInfinity } } },
        { "impact.perfDelta", Story.Change() with { Impact = new() { Severity = Severity.Low, PerfDelta = -1.1e9 } } },
        { "impact.externalRef", Story.Change() with { Impact = new() { Severity = Severity.Low, ExternalRef = "" } } },
        { "impact.testsFailed", Story.Change() with { Impact = new() { Severity = Severity.Low, TestsFailed = ["1", "2", "3", "4"] } } },
        { "impact.testsFailed[0]", Story.Change() with { Impact = new() { Severity = Severity.Low, TestsFailed = [""] } } },
        { "occurredAt", Story.Change() with { OccurredAt = Story.Dawn.AddDays(1).AddTicks(1) } },
        { "occurredAt", Story.Change() with { OccurredAt = DateTimeOffset.UnixEpoch.AddTicks(-1) } },
        { "metadata", Story.Change() with { Metadata = new JsonText("""{"k":"01234567890123456789012345678901234567890"}""") } },
        { "metadata", Story.Change() with { Metadata = new JsonText("[1]") } },
        { "metadata", Story.Change() with { Metadata = new JsonText("{bad") } },
        { "metadata", Story.Change() with { Metadata = new JsonText("") } },
        { "metadata", Story.Change() with { Metadata = new JsonText("""{"a":1} {}""") } },
        { "metadata", Story.Change() with { Metadata = new JsonText("{\"a\":\"\\ud800\"}") } },
        { "metadata", Story.Change() with { Metadata = new JsonText("{\"a\":\"\ud800\"}") } },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadEvents))]
    public void A_bad_field_of_an_event_is_refused_and_named(string field, NewEvent e)
    {
        var single = Story.Begun(Limits).Refuse(new SessionCommand.Append([e]), Codes.ValidationFailed);
        var second = Story.Begun(Limits).Refuse(new SessionCommand.Append([Story.Change(), e]), Codes.ValidationFailed);

        Assert.Equal(field, Assert.Single(single.Errors).Field);
        Assert.Equal("events[1]." + field, Assert.Single(second.Errors).Field);
        Assert.Contains(single.Errors[0].Problem, single.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_edge_that_is_allowed_is_accepted()
    {
        var story = Story.Begun(Limits);
        story.Append(Story.Change("1", "2", "3") with
        {
            Actor = new string('ü', 256),
            ChangeInfo = Change with { AffectedLines = 0, SemanticHash = "1234567890" },
            StateTransition = Story.To(WorkState.Working) with { Confidence = 0 },
            Impact = new() { Severity = Severity.Critical, TestsFailed = [], PerfDelta = -1e9, ExternalRef = "x" },
            OccurredAt = Story.Dawn.AddDays(1),
            Metadata = new JsonText("""{"k":"0123456789012345678901234567"}"""),
        });
        story.Append(Story.Change() with { OccurredAt = DateTimeOffset.UnixEpoch, StateTransition = Story.To(WorkState.Working) with { Confidence = 1 } });
        Assert.Equal(2, story.State.LastSeq);
    }

    [Fact]
    public void An_empty_batch_and_one_that_is_too_long_are_refused()
    {
        foreach (var events in new ImmutableArray<NewEvent>[] { default, [], [.. Enumerable.Repeat(Story.Change(), 6)] })
            Assert.Equal("events", Assert.Single(Story.Begun(Limits).Refuse(new SessionCommand.Append(events), Codes.ValidationFailed).Errors).Field);
    }

    [Fact]
    public void Null_in_the_place_of_an_event_is_refused()
    {
        var refusal = Story.Begun().Refuse(new SessionCommand.Append([Story.Change(), null!]), Codes.ValidationFailed);

        Assert.Equal("events[1]", Assert.Single(refusal.Errors).Field);
        Story.Begun().Refuse(new SessionCommand.Append([null!]), Codes.ValidationFailed);
    }

    [Fact]
    public void The_list_of_errors_is_bounded()
    {
        var batch = Enumerable.Repeat(Story.Change() with { Actor = "" }, 1000).ToImmutableArray();

        var refusal = Story.Begun().Refuse(new SessionCommand.Append(batch), Codes.ValidationFailed);

        Assert.Equal(20, refusal.Errors.Length);
        Assert.Contains("20 fields break a rule", refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, SessionCommand.Create> BadCreates => new()
    {
        { "sessionId", new("", "ada") },
        { "sessionId", new("..", "ada") },
        { "sessionId", new(new string('x', 300), "ada") },
        { "agentId", new("s1", "a\0b") },
        { "agentId", new("s1", null!) },
        { "ttlSeconds", new("s1", "ada", -1) },
        { "ttlSeconds", new("s1", "ada", long.MaxValue) },
        { "metadata", new("s1", "ada", Metadata: new JsonText("\"text\"")) },
        { "metadata", new("s1", "ada", Metadata: new JsonText("{" + new string(' ', 50) + "}")) },
        { "initialEntityIds", new("s1", "ada", InitialEntityIds: ["1", "2", "3", "4"]) },
        { "initialEntityIds[1]", new("s1", "ada", InitialEntityIds: ["1", ""]) },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadCreates))]
    public void A_bad_field_of_a_new_session_is_refused_and_named(string field, SessionCommand.Create create) =>
        Assert.Equal(field, Assert.Single(new Story { Limits = Limits }.Refuse(create, Codes.ValidationFailed).Errors).Field);

    public static TheoryData<string, SessionCommand> BadMoves => new()
    {
        { "agentId", new SessionCommand.Join("") },
        { "agentId", new SessionCommand.Leave("\u2028") },
        { "fromAgent", new SessionCommand.HandOver("", "bob", "why", null, null) },
        { "toAgent", new SessionCommand.HandOver("ada", ".", "why", null, null) },
        { "toAgent", new SessionCommand.HandOver("ada", "ada", "why", null, null) },
        { "reason", new SessionCommand.HandOver("ada", "bob", "", null, null) },
        { "reason", new SessionCommand.HandOver("ada", "bob", "01234567890", null, null) },
        { "context", new SessionCommand.HandOver("ada", "bob", "why", new JsonText("1"), null) },
        { "priority", new SessionCommand.HandOver("ada", "bob", "why", null, -1) },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadMoves))]
    public void A_bad_field_of_a_move_is_refused_and_named(string field, SessionCommand move) =>
        Assert.Equal(field, Assert.Single(Story.Begun(Limits).Refuse(move, Codes.ValidationFailed).Errors).Field);

    [Fact]
    public void Json_nests_as_deep_as_can_still_be_read_inside_a_fork()
    {
        static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1);
        Story.Begun().Refuse(new SessionCommand.Append([Story.Change() with { Metadata = new(Nested(JsonText.MaxDepth + 1)) }]), Codes.ValidationFailed);
        var story = new Story();
        story.Accept(new SessionCommand.Create("s1", "ada", Metadata: new(Nested(JsonText.MaxDepth))));

        var fork = new Story();
        fork.Accept(new SessionCommand.Create("s2", "bob", Fork: story.State));

        var (kind, payload) = SessionFactCodec.Encode(fork.Facts[0]);
        Assert.Equal(fork.Facts[0].ToString(), SessionFactCodec.Decode(kind, SessionFactCodec.Version, payload).ToString());
    }

    [Fact]
    public void Sums_of_the_largest_deltas_can_still_be_stored()
    {
        var story = Story.Begun();
        for (var i = 0; i < 40; i++) story.Append(Story.Change() with { Impact = new() { Severity = Severity.Low, PerfDelta = SessionValidation.MaxPerfDelta } });

        Assert.NotEmpty(SessionFactCodec.EncodeState(story.State));
        Assert.All(story.Facts, fact => Assert.NotEmpty(SessionFactCodec.Encode(fact).Payload));
    }
}
