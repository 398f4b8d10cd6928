using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>What the journal of a session records. <see cref="Recorded"/> is the log that users see; the others are its frame.</summary>
public abstract record SessionFact
{
    private SessionFact() { }

    /// <summary>When it was recorded, by the server's clock.</summary>
    public abstract DateTimeOffset At { get; init; }

    /// <summary>The checkpoint that it brings, if any. A fork's first entry brings the one that the fork begins with.</summary>
    public SessionCheckpoint? FindCheckpoint() => this switch
    {
        Recorded(var happened) => happened.Checkpoint,
        Checkpointed(var checkpoint) => checkpoint,
        Created created => created.Base?.CurrentCheckpoint,
        _ => null,
    };

    /// <summary>The first entry of every session. <see cref="Base"/> is the parent's state that a fork starts from.</summary>
    public sealed record Created : SessionFact
    {
        public override required DateTimeOffset At { get; init; }
        public required string SessionId { get; init; }
        public required string AgentId { get; init; }
        public required long TtlSeconds { get; init; }
        public JsonText? Metadata { get; init; }
        public ParentRef? Parent { get; init; }
        public SessionState? Base { get; init; }
    }

    /// <summary>An event of the log.</summary>
    public sealed record Recorded(SessionEvent Event) : SessionFact
    {
        public override DateTimeOffset At { get => Event.Timestamp; init => Event = Event with { Timestamp = value }; }
    }

    /// <summary>A checkpoint that was asked for, apart from any event.</summary>
    public sealed record Checkpointed(SessionCheckpoint Checkpoint) : SessionFact
    {
        public override DateTimeOffset At { get => Checkpoint.At; init => Checkpoint = Checkpoint with { At = value }; }
    }

    /// <summary>The evidence of a failure was put aside: a blob with the session's state and newest events at a checkpoint.</summary>
    public sealed record FailureCaptured : SessionFact
    {
        public override required DateTimeOffset At { get; init; }
        public required string CheckpointId { get; init; }
        public required long Seq { get; init; }

        /// <summary>SHA-256 of the snapshot, lower-case hexadecimal: its name in the blob store.</summary>
        public required string Hash { get; init; }
    }

    public sealed record Expired : SessionFact
    {
        public override required DateTimeOffset At { get; init; }
    }

    public sealed record Deleted : SessionFact
    {
        public override required DateTimeOffset At { get; init; }
    }
}

/// <summary>What can be asked of a session.</summary>
public abstract record SessionCommand
{
    private SessionCommand() { }

    /// <param name="TtlSeconds">0 = never expires, null = the default.</param>
    /// <param name="Fork">The parent's state to start from, and where it was taken.</param>
    public sealed record Create(
        string SessionId, string AgentId, long? TtlSeconds = null, JsonText? Metadata = null, ImmutableArray<string> InitialEntityIds = default, SessionState? Fork = null) : SessionCommand;

    public sealed record Append(ImmutableArray<NewEvent> Events) : SessionCommand;

    public sealed record Join(string AgentId) : SessionCommand;

    public sealed record Leave(string AgentId) : SessionCommand;

    public sealed record HandOver(string FromAgent, string ToAgent, string Reason, JsonText? Context, int? Priority) : SessionCommand;

    /// <param name="GraceTtlSeconds">Null = the default, for sessions that expire at all.</param>
    public sealed record Checkpoint(long? GraceTtlSeconds) : SessionCommand;

    public sealed record CaptureFailure(string CheckpointId, long Seq, string Hash) : SessionCommand;

    /// <summary>Records that the session's time is up, if it is.</summary>
    public sealed record Expire : SessionCommand;

    public sealed record Delete : SessionCommand;
}

/// <summary>Bounds and defaults that the rules apply; see SessionOptions for their meaning and ranges.</summary>
public sealed record SessionLimits
{
    public long DefaultTtlSeconds { get; init; } = 3600;
    public long GraceTtlSeconds { get; init; } = 300;
    public long MaxTtlSeconds { get; init; } = 10L * 366 * 24 * 3600;
    public int CheckpointInterval { get; init; } = 10;
    public long MaxEvents { get; init; } = 10_000_000;
    public int MaxBatch { get; init; } = 1_000;
    public int MaxEntities { get; init; } = 1_000;
    public int MaxAgents { get; init; } = 1_000;
    public int MaxJsonLength { get; init; } = 64 * 1024;
    public int MaxTextLength { get; init; } = 4 * 1024;
}
