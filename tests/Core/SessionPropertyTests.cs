using System.Text;
using System.Text.Json;
using CsCheck;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

/// <summary>What holds for every script of commands, whatever it asks and however the clock jumps.</summary>
public sealed class SessionPropertyTests
{
    private const int Times = 1500;

    [Fact]
    public void Seqs_have_no_gaps_and_are_never_used_twice() => SessionGen.Script.Sample(script =>
    {
        var story = SessionGen.Play(script);
        Assert.Equal(Enumerable.Range(1, story.Events.Count()).Select(seq => (long)seq), story.Events.Select(e => e.Seq));
        Assert.Equal((story.Events.Count(), story.Facts.Count), ((int)story.State.LastSeq, (int)story.State.Position));
    }, iter: Times);

    [Fact]
    public void A_refusal_leaves_no_fact_and_says_why() => SessionGen.Script.Sample(script => SessionGen.Play(script, (story, decision, before) =>
    {
        if (decision.Refusal is not { } refusal) return;
        Assert.Empty(decision.Facts);
        Assert.Same(before, story.State);
        Assert.NotEmpty(refusal.Code);
        Assert.NotEmpty(refusal.Message);
        Assert.Equal(refusal.Code == Codes.ValidationFailed, !refusal.Errors.IsEmpty);
    }), iter: Times);

    [Fact]
    public void The_same_state_and_command_give_the_same_answer() => SessionGen.Script.Sample(script =>
    {
        var (one, other) = (SessionGen.Play(script), SessionGen.Play(script));
        Assert.Equal(one.Facts.Select(Stored), other.Facts.Select(Stored));
        Assert.Equal(SessionFactCodec.EncodeState(one.State), SessionFactCodec.EncodeState(other.State));
    }, iter: Times / 2);

    [Fact]
    public void Recorded_times_never_decrease_though_the_clock_does() => SessionGen.Script.Sample(script =>
    {
        var latest = DateTimeOffset.MinValue;
        foreach (var fact in SessionGen.Play(script).Facts.Where(fact => fact is not SessionFact.Expired and not SessionFact.Deleted))
        {
            Assert.True(fact.At >= latest);
            latest = fact.At;
        }
    }, iter: Times);

    [Fact]
    public void The_size_of_the_state_does_not_grow_with_the_log() => SessionGen.Script.Sample(script => SessionGen.Play(script, (story, _, _) =>
    {
        var state = story.State;
        Assert.InRange(state.Recent.Length, 0, Session.Window);
        Assert.InRange(state.AgentIds.Length, 0, SessionGen.Limits.MaxAgents);
        Assert.All(state.Recent, e => Assert.InRange(e.EntityIds.Length, 0, Session.MaxRefEntities));
        Assert.InRange(state.CurrentCheckpoint?.RefEntities.Length ?? 0, 0, Session.MaxRefEntities);
        Assert.InRange(state.CurrentCheckpoint?.KeyImpacts.Length ?? 0, 0, Session.Window);
        Assert.InRange(state.LastSeq, 0, SessionGen.Limits.MaxEvents);
        Assert.InRange(SessionFactCodec.EncodeState(state).Length, 0, 100_000);
    }), iter: Times / 3);

    [Fact]
    public void Agents_are_listed_once() => SessionGen.Script.Sample(script => SessionGen.Play(script, (story, _, _) =>
        Assert.Equal(story.State.AgentIds.Length, story.State.AgentIds.Distinct().Count())), iter: Times);

    [Fact]
    public void What_is_stored_reads_back_as_the_same_fact() => SessionGen.Script.Sample(script =>
    {
        foreach (var fact in SessionGen.Play(script).Facts)
        {
            var (kind, payload) = SessionFactCodec.Encode(fact);
            Assert.Equal(Stored(fact), Stored(SessionFactCodec.Decode(kind, SessionFactCodec.Version, payload)));
        }
    }, iter: Times / 3);

    [Fact]
    public void Events_are_stored_as_the_generated_writer_would_write_them() => SessionGen.Script.Sample(script =>
    {
        foreach (var fact in SessionGen.Play(script).Facts.OfType<SessionFact.Recorded>())
            Assert.Equal(JsonSerializer.Serialize(fact.Event, MementoJson.Default.SessionEvent), Encoding.UTF8.GetString(SessionFactCodec.Encode(fact).Payload));
    });

    [Fact]
    public void Replaying_what_is_stored_gives_the_state_that_was_lived() => SessionGen.Script.Sample(script =>
    {
        var story = SessionGen.Play(script);
        var replayed = story.Facts.Select(SessionFactCodec.Encode).Aggregate(SessionState.Empty,
            (state, stored) => Session.Apply(state, SessionFactCodec.Decode(stored.Kind, SessionFactCodec.Version, stored.Payload)));
        Assert.Equal(Json(story.State), Json(replayed));
    }, iter: Times / 3);

    [Fact]
    public void A_snapshot_and_the_rest_give_the_same_state_as_a_full_replay() => Gen.Select(SessionGen.Script, Gen.Double[0, 1]).Sample((script, share) =>
    {
        var facts = SessionGen.Play(script).Facts;
        var at = (int)(facts.Count * share);
        var snapshot = SessionFactCodec.EncodeState(facts.Take(at).Aggregate(SessionState.Empty, Session.Apply));
        var resumed = facts.Skip(at).Aggregate(SessionFactCodec.DecodeState(SessionFactCodec.Version, snapshot), Session.Apply);
        Assert.Equal(Json(facts.Aggregate(SessionState.Empty, Session.Apply)), Json(resumed));
    }, iter: Times / 3);

    [Fact]
    public void A_batch_records_what_its_events_one_by_one_would() => SessionGen.Script.Sample(script =>
    {
        var story = new Story { Limits = SessionGen.Limits };
        foreach (var (seconds, command) in script)
        {
            var (before, decision) = (story.State, story.Later(seconds).Try(command));
            if (command is not SessionCommand.Append { Events.Length: > 1 } batch || decision.Refusal is not null) continue;

            var facts = new List<SessionFact>();
            foreach (var e in batch.Events)
            {
                var one = Assert.Single(Session.Decide(before, new SessionCommand.Append([e]), SessionGen.Limits, story.Now).Facts);
                before = Session.Apply(before, one);
                facts.Add(one);
            }

            Assert.Equal(decision.Facts.Select(Stored), facts.Select(Stored));
            Assert.Equal(Json(story.State), Json(before));
        }
    }, iter: Times / 3);

    [Fact]
    public void Any_fact_can_be_applied_to_any_state() => Gen.Select(SessionGen.Script, SessionGen.Script).Sample((one, other) =>
    {
        var state = SessionGen.Play(one).State;
        foreach (var fact in SessionGen.Play(other).Facts)
        {
            var after = Session.Apply(state, fact);
            Assert.Equal(state.Position + 1, after.Position);
            state = after;
        }
    }, iter: Times / 3);

    [Fact]
    public void A_session_that_has_ended_records_nothing_but_its_deletion() => SessionGen.Script.Sample(script => SessionGen.Play(script, (_, decision, before) =>
    {
        if (before.End is SessionEnd.Deleted) Assert.Empty(decision.Facts);
        if (before.End is SessionEnd.Expired) Assert.All(decision.Facts, fact => Assert.IsType<SessionFact.Deleted>(fact));
    }), iter: Times);

    private static string Stored(SessionFact fact)
    {
        var (kind, payload) = SessionFactCodec.Encode(fact);
        return $"{kind} {System.Text.Encoding.UTF8.GetString(payload)}";
    }

    private static string Json(SessionState state) => System.Text.Encoding.UTF8.GetString(SessionFactCodec.EncodeState(state));
}
