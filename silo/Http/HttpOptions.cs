using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Memento.Http;

/// <summary>Section <c>Memento:Http</c>.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Memento:Http";

    /// <summary>Largest request body; a larger one is answered with 413. Default 8 MiB.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How often a silent event stream sends a comment, so that proxies keep it open and a dead client is noticed. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan StreamHeartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Host names that a request may be addressed to, separated by semicolons. There is no authentication yet, so a web page that a browser on this
    /// machine shows must not reach the API by giving its own name this machine's address. Default <c>localhost;127.0.0.1;[::1]</c>.
    /// </summary>
    [Required]
    public string AllowedHosts { get; set; } = "localhost;127.0.0.1;[::1]";
}

[OptionsValidator]
internal sealed partial class HttpOptionsValidator : IValidateOptions<HttpOptions>;
