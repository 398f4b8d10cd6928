using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Memento.Agents;

/// <summary>Section <c>Memento:Agents</c>.</summary>
public sealed class AgentOptions
{
    public const string Section = "Memento:Agents";

    /// <summary>How often agents are to be heard. One that is late by half of it is given nothing new. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "1.00:00:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest silence; an agent that is silent for longer is dead, and its tasks go to others. Default: <see cref="MaxMissedHeartbeats"/> × <see cref="HeartbeatInterval"/>, 90 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "7.00:00:00")]
    public TimeSpan? HeartbeatTimeout { get; set; }

    /// <summary>Heartbeats that may be missed, if <see cref="HeartbeatTimeout"/> is not set. Default 3.</summary>
    [Range(1, 1_000)]
    public int MaxMissedHeartbeats { get; set; } = 3;

    /// <summary>
    /// 0 = the time-out alone decides. Above 0, an agent is dead already when its silence is this improbable, given how regularly it was heard before (φ; 8 = one in a hundred million). Default 0.
    /// </summary>
    [Range(0, 100)]
    public double PhiThreshold { get; set; }

    /// <summary>Grains that share out the listening to a workspace's agents. Default 8. The same on all silos.</summary>
    [Range(1, 1_024)]
    public int DirectoryShards { get; set; } = 8;

    /// <summary>Capabilities that an agent may have. Default 256.</summary>
    [Range(1, 10_000)]
    public int MaxCapabilities { get; set; } = 256;

    /// <summary>Characters of JSON in metadata. Default 65,536.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int MaxMetadataLength { get; set; } = 64 * 1024;

    /// <summary>When silence means death.</summary>
    public DetectorSettings Detector => new(HeartbeatInterval, HeartbeatTimeout ?? (HeartbeatInterval * MaxMissedHeartbeats), PhiThreshold);

    internal AgentLimits Limits => new() { MaxCapabilities = MaxCapabilities, MaxMetadataLength = MaxMetadataLength };
}

[OptionsValidator]
internal sealed partial class AgentOptionsValidator : IValidateOptions<AgentOptions>;
