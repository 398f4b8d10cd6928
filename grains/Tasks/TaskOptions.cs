using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Memento.Tasks;

/// <summary>Section <c>Memento:Tasks</c>.</summary>
public sealed class TaskOptions
{
    public const string Section = "Memento:Tasks";

    /// <summary>Tasks that one request may submit. Default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxBatch { get; set; } = 1_000;

    /// <summary>Characters of JSON in a payload. Default 1,048,576.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int MaxPayloadLength { get; set; } = 1024 * 1024;

    /// <summary>Characters of JSON in a result. Default 1,048,576.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int MaxResultLength { get; set; } = 1024 * 1024;

    /// <summary>Characters of JSON in a progress. Default 16,384.</summary>
    [Range(0, 1024 * 1024)]
    public int MaxProgressLength { get; set; } = 16 * 1024;

    /// <summary>Characters of JSON in metadata. Default 65,536.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int MaxMetadataLength { get; set; } = 64 * 1024;

    /// <summary>Characters of an error. Default 4,096.</summary>
    [Range(1, 1024 * 1024)]
    public int MaxTextLength { get; set; } = 4 * 1024;

    /// <summary>Tasks that one queue may have that are not over; with more, submitting is refused with <c>OVERLOADED</c>. Default 1,000,000; about 700 bytes of memory each.</summary>
    [Range(1, 100_000_000)]
    public int MaxOpenPerQueue { get; set; } = 1_000_000;

    /// <summary>Bytes of payloads that a queue keeps in memory until they are given out; others are read again. Default 32 MiB.</summary>
    [Range(0, 1024L * 1024 * 1024)]
    public long CachedPayloadBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>How often queues with open tasks are looked after, in case their silo died. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(2);

    internal TaskLimits Limits => new()
    {
        MaxBatch = MaxBatch,
        MaxPayloadLength = MaxPayloadLength,
        MaxResultLength = MaxResultLength,
        MaxProgressLength = MaxProgressLength,
        MaxMetadataLength = MaxMetadataLength,
        MaxTextLength = MaxTextLength,
        MaxOpenPerQueue = MaxOpenPerQueue,
    };
}

[OptionsValidator]
internal sealed partial class TaskOptionsValidator : IValidateOptions<TaskOptions>;
