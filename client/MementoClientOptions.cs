using System.ComponentModel.DataAnnotations;

namespace Memento;

/// <summary>How a client reaches Memento.</summary>
public sealed class MementoClientOptions
{
    /// <summary>Where the server listens, e.g. <c>http://127.0.0.1:5080</c>. Null = call the grains through the host's <c>IClusterClient</c>.</summary>
    public Uri? Url { get; set; }

    /// <summary>The workspace of the clients that are registered for one. Default <c>default</c>.</summary>
    public string Workspace { get; set; } = "default";

    /// <summary>How often a call is tried before it fails. 1 = no retries. Default 6, which is about 6 s of waiting at the default delays.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 6;

    /// <summary>Wait before the first retry; doubles with each, give or take a fifth. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between two attempts, also when the server asks for more. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time that one attempt may take; a watch is not bounded by it. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a watch that lost its server goes on trying to resume. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan WatchPatience { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Makes what sends the HTTP requests; null = a <see cref="SocketsHttpHandler"/> that notices dead connections.</summary>
    public Func<HttpMessageHandler>? CreateHandler { get; set; }

    /// <summary>Throws <see cref="ValidationException"/> that names the setting if one is out of range.</summary>
    internal MementoClientOptions Checked()
    {
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        if (Url is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")))
            throw new ValidationException($"Url is \"{url}\"; must be an absolute http or https address.");
        if (Names.Problem(Workspace) is { } problem) throw new ValidationException($"Workspace {problem}.");
        return this;
    }
}
