using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Memento.Rollback;

/// <summary>Section <c>Memento:Rollback</c>.</summary>
public sealed class RollbackOptions
{
    public const string Section = "Memento:Rollback";

    /// <summary>Documents in a batch of a gradual rollback, unless it asks for another number. Default 10.</summary>
    [Range(1, 1_000)]
    public int BatchSize { get; set; } = 10;

    /// <summary>Pause between two batches, unless a rollback asks for another. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Age up to which a point can be rolled back to without <c>force</c>. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Documents that one rollback may change, and that may have changed since its point. Default 200,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxDocuments { get; set; } = 200_000;

    /// <summary>
    /// Bytes that a rollback may change in one atomic step; more must be gradual. The journal takes more than 64 MiB
    /// (Memento:Journal:MaxWaitingBytes) only while nobody else writes. Default 64 MiB.
    /// </summary>
    [Range(1024, 4L * 1024 * 1024 * 1024)]
    public long MaxAtomicBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Conflicts that one rollback may leave; with more it fails. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxConflicts { get; set; } = 1_000;

    /// <summary>Changes that one diff lists; it counts them all. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxDiffChanges { get; set; } = 10_000;

    /// <summary>Documents that one visual diff draws. Default 100.</summary>
    [Range(1, 10_000)]
    public int MaxVisualDocuments { get; set; } = 100;

    /// <summary>Documents that no rollback changes (<c>permission_denied</c>), as patterns over <c>kind/id</c>. Default none.</summary>
    public IList<string> Protected { get; } = [];

    /// <summary>How long the point lives that is made before a rollback: as long can it be undone. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan RecoveryTtl { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Merge policies that a workspace may have. Default 200.</summary>
    [Range(1, 10_000)]
    public int MaxMergePolicies { get; set; } = 200;

    /// <summary>Bytes that the merge policies of a workspace may have as JSON. Default 64 KiB.</summary>
    [Range(1024, 1024 * 1024)]
    public int MaxMergePolicyBytes { get; set; } = 64 * 1024;

    /// <summary>How often rollbacks whose silo died are looked for. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class RollbackOptionsValidator : IValidateOptions<RollbackOptions>;
