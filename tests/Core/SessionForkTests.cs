using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class SessionForkTests
{
    private static Story Parent()
    {
        var parent = Story.Begun(ttl: 500);
        parent.Append(Story.Change("a") with { StateTransition = Story.To(WorkState.Broken), Impact = new() { Severity = Severity.High, PerfDelta = -3 } });
        return parent.Append(11);
    }

    private static Story Fork(Story parent, SessionLimits? limits = null)
    {
        var fork = new Story { Limits = limits ?? new() };
        fork.Accept(new SessionCommand.Create("s2", "bob", Fork: parent.State));
        return fork;
    }

    [Fact]
    public void A_fork_goes_on_from_its_parents_seq_and_state()
    {
        var (parent, fork) = (Parent(), Fork(Parent()));

        Assert.Equal(("s2", 12L, WorkState.Broken), (fork.State.SessionId, fork.State.LastSeq, fork.State.State));
        Assert.Equal(new ParentRef("s1", 12), fork.State.Parent);
        Assert.Equal(parent.State.CurrentCheckpoint!.CheckpointId, fork.State.CurrentCheckpoint!.CheckpointId);
        Assert.Equal(13, fork.Append(Story.Change()).Seq);
    }

    [Fact]
    public void A_fork_has_its_own_agents_times_and_end()
    {
        var parent = Parent();
        parent.Checkpoint(graceSeconds: 5);

        var fork = Fork(parent);

        Assert.Equal(["bob"], fork.State.AgentIds);
        Assert.Equal(fork.Now.AddSeconds(500), fork.State.ExpiresAt);
        Assert.Equal((fork.Now, 1L), (fork.State.CreatedAt, fork.State.Position));
        Assert.Equal(SessionEnd.None, fork.State.End);
    }

    [Fact]
    public void A_fork_takes_its_parents_metadata_and_ttl_unless_told_otherwise()
    {
        var parent = new Story();
        parent.Accept(new SessionCommand.Create("s1", "ada", 500, JsonText.Parse("""{"of":"parent"}""")));
        var (heir, own) = (new Story(), new Story());

        heir.Accept(new SessionCommand.Create("s2", "bob", Fork: parent.State));
        own.Accept(new SessionCommand.Create("s3", "bob", 0, JsonText.Parse("""{"of":"own"}"""), Fork: parent.State));

        Assert.Equal((500, """{"of":"parent"}"""), (heir.State.TtlSeconds, heir.State.Metadata!.Text));
        Assert.Equal((0, """{"of":"own"}"""), (own.State.TtlSeconds, own.State.Metadata!.Text));
    }

    [Fact]
    public void A_forks_checkpoint_sees_the_events_it_shares()
    {
        var checkpoint = Fork(Parent()).Checkpoint();

        Assert.Equal((Outcome.Broken, -3d), (checkpoint.Outcome, checkpoint.PerfDelta));
        Assert.Equal(["a"], checkpoint.KeyImpacts);
        Assert.Equal(["bob"], checkpoint.Actors);
    }

    [Fact]
    public void A_fork_and_its_parent_go_separate_ways()
    {
        var parent = Parent();
        var fork = Fork(parent);

        parent.Append(5);
        fork.Append(1);

        Assert.Equal((17L, 13L), (parent.State.LastSeq, fork.State.LastSeq));
    }

    [Fact]
    public void A_fork_of_a_fork_names_its_nearest_parent()
    {
        var fork = Fork(Parent()).Append(1);
        var second = new Story();
        second.Accept(new SessionCommand.Create("s3", "eve", Fork: fork.State));

        Assert.Equal(new ParentRef("s2", 13), second.State.Parent);
    }

    [Fact]
    public void Times_in_a_fork_never_go_behind_the_events_it_shares()
    {
        var parent = Story.Begun().Later(900).Append(1);

        var fork = Fork(parent);
        fork.Append(1);

        Assert.True(fork.Now < parent.State.UpdatedAt);
        Assert.Equal(parent.State.UpdatedAt, fork.State.CreatedAt);
        Assert.Equal(parent.State.UpdatedAt, fork.Events.Single().Timestamp);
    }

    [Fact]
    public void A_fork_loads_from_what_was_stored()
    {
        var fork = Fork(Parent());
        var (kind, payload) = SessionFactCodec.Encode(fork.Facts[0]);

        var loaded = Session.Apply(SessionState.Empty, SessionFactCodec.Decode(kind, SessionFactCodec.Version, payload));

        Assert.Equal(SessionFactCodec.EncodeState(fork.State), SessionFactCodec.EncodeState(loaded));
    }

    [Fact]
    public void A_full_parents_fork_is_full()
    {
        var limits = new SessionLimits { MaxEvents = 12 };

        Fork(Parent(), limits).Refuse(new SessionCommand.Append([Story.Change()]), Codes.SessionFull);
    }
}
