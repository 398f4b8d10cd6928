using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Memento.Operations;

/// <summary>How the silos of a cluster find each other.</summary>
internal enum Clustering
{
    /// <summary>There is one silo. The default.</summary>
    Localhost = 0,
    /// <summary>Silos meet in a Redis server; <c>Memento:ConnectionStrings:Redis</c> says where.</summary>
    Redis,
}

/// <summary>Section <c>Memento</c>: this process as a member of a cluster.</summary>
internal sealed class NodeOptions
{
    public const string Section = "Memento";

    /// <summary>Port on which silos talk to each other, on the loopback address. 0 = any free one. Default 11111.</summary>
    [Range(0, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for Orleans clients, on the loopback address. 0 = any free one. Default 30000.</summary>
    [Range(0, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary><c>localhost</c> (default) or <c>redis</c>.</summary>
    [EnumDataType(typeof(Clustering))]
    public Clustering Clustering { get; set; }

    /// <summary>Silos with the same cluster id form a cluster. Default <c>memento</c>.</summary>
    [Required, RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string ClusterId { get; set; } = "memento";

    /// <summary>How long a call to a grain may take before its caller gets 503. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
internal sealed partial class NodeOptionsValidator : IValidateOptions<NodeOptions>;
