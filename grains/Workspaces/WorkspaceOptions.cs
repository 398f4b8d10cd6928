using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Memento.Workspaces;

/// <summary>Section <c>Memento:Workspaces</c>.</summary>
public sealed class WorkspaceOptions
{
    public const string Section = "Memento:Workspaces";

    /// <summary>Largest value of a document, in bytes. Default 10 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxDocumentBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Documents that one batch may change. Default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxBatch { get; set; } = 1_000;

    /// <summary>Bytes that the values of one batch may have together. Default 32 MiB.</summary>
    [Range(1024, 512L * 1024 * 1024)]
    public long MaxBatchBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Documents whose newest version a workspace keeps in memory, so that writing them again need not look. Default 20,000; about 200 bytes each.</summary>
    [Range(100, 10_000_000)]
    public int CachedDocuments { get; set; } = 20_000;

    /// <summary>How long a rollback point lives unless it asks for another time. Default 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan PointTtl { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Longest life that a rollback point may ask for. Default ten years.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00")]
    public TimeSpan MaxPointTtl { get; set; } = TimeSpan.FromDays(3660);

    /// <summary>Rollback points that one session may have; the oldest that is not pinned goes first. Default 50.</summary>
    [Range(1, 100_000)]
    public int MaxPointsPerSession { get; set; } = 50;

    /// <summary>Rollback points that one workspace may have; the oldest that is not pinned goes first. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxPoints { get; set; } = 1_000;

    /// <summary>Active sessions whose position a rollback point notes, newest first. Default 1,000.</summary>
    [Range(0, 10_000)]
    public int MaxPointSessions { get; set; } = 1_000;

    /// <summary>Characters of JSON in the metadata of a point. Default 65,536.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int MaxMetadataLength { get; set; } = 64 * 1024;

    /// <summary>Characters of a description. Default 4,096.</summary>
    [Range(1, 1024 * 1024)]
    public int MaxTextLength { get; set; } = 4 * 1024;

    /// <summary>History that stays whole. Of what is older, only what rollback points see is kept, and work on it can only be undone as a whole, not by agent or session. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan History { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How far back the audit answers. Default 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00")]
    public TimeSpan Audit { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How often older history is taken back, and what the audit need not find any more. Default 6 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan CompactInterval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How often points whose time is up are looked for. Whether one has expired never depends on it. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    internal WorkspaceLimits Limits => new()
    {
        MaxDocumentBytes = MaxDocumentBytes,
        MaxBatch = MaxBatch,
        MaxBatchBytes = MaxBatchBytes,
        DefaultPointTtlSeconds = (long)PointTtl.TotalSeconds,
        MaxPointTtlSeconds = (long)MaxPointTtl.TotalSeconds,
        MaxPointsPerSession = MaxPointsPerSession,
        MaxPointsPerWorkspace = MaxPoints,
        MaxMetadataLength = MaxMetadataLength,
        MaxTextLength = MaxTextLength,
    };
}

[OptionsValidator]
internal sealed partial class WorkspaceOptionsValidator : IValidateOptions<WorkspaceOptions>;
