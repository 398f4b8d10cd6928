using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Memento.Sessions;

/// <summary>Section <c>Memento:Sessions</c>.</summary>
public sealed class SessionOptions
{
    public const string Section = "Memento:Sessions";

    /// <summary>Time after the last activity at which a session expires, unless it asks for another. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan DefaultTtl { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time that a session lives on, if nothing else happens, after a checkpoint that was asked for and after its last agent left. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan GraceTtl { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Events between two checkpoints that come by themselves. They never shorten a session's life. Default 10.</summary>
    [Range(1, 1_000_000)]
    public int CheckpointInterval { get; set; } = 10;

    /// <summary>Events that one session may have; more are refused with <c>SESSION_FULL</c>. Default 10 million.</summary>
    [Range(1, 1_000_000_000)]
    public long MaxEvents { get; set; } = 10_000_000;

    /// <summary>Events in one request. Default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxBatch { get; set; } = 1_000;

    /// <summary>Entities that one event may name. Default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxEntities { get; set; } = 1_000;

    /// <summary>Characters of JSON in one <c>metadata</c> or <c>context</c>. Default 65,536.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int MaxJsonLength { get; set; } = 64 * 1024;

    /// <summary>Characters of a text that is no name: a reason, an element's type, a name of a test. Default 4,096.</summary>
    [Range(1, 1024 * 1024)]
    public int MaxTextLength { get; set; } = 4 * 1024;

    /// <summary>Agents that may be in one session at the same time. Default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxAgents { get; set; } = 1_000;

    /// <summary>Longest time to live that a session may ask for. Default ten years.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00")]
    public TimeSpan MaxTtl { get; set; } = TimeSpan.FromDays(3660);

    /// <summary>Puts the evidence aside at every checkpoint that finds the session broken, right after the checkpoint is stored; a crash in between leaves none. Default false.</summary>
    public bool FailureSnapshots { get; set; }

    /// <summary>How often sessions whose time is up are looked for. Whether one has expired never depends on it, only when the list shows it as ended. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the history of an expired session is kept. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long the history of a deleted session is kept. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan DeletedRetention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long an idempotency key is remembered. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromDays(1);

    internal SessionLimits Limits => new()
    {
        DefaultTtlSeconds = (long)DefaultTtl.TotalSeconds,
        GraceTtlSeconds = (long)GraceTtl.TotalSeconds,
        CheckpointInterval = CheckpointInterval,
        MaxEvents = MaxEvents,
        MaxBatch = MaxBatch,
        MaxEntities = MaxEntities,
        MaxJsonLength = MaxJsonLength,
        MaxTextLength = MaxTextLength,
        MaxAgents = MaxAgents,
        MaxTtlSeconds = (long)MaxTtl.TotalSeconds,
    };
}

[OptionsValidator]
internal sealed partial class SessionOptionsValidator : IValidateOptions<SessionOptions>;
