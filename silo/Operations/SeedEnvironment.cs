using System.Globalization;

namespace Memento.Operations;

/// <summary>
/// The environment names that Memento's predecessor had, as settings of lower priority than any <c>Memento:*</c> setting.
/// Names that have no meaning here (retries, channels of its publish/subscribe) are left out.
/// </summary>
internal sealed class SeedEnvironment(Func<string, string?> variable) : ConfigurationProvider, IConfigurationSource
{
    private static readonly (string Variable, string Key, Func<string, string, string> Read)[] Names =
    [
        ("SESSION_DEFAULT_TTL", "Memento:Sessions:DefaultTtl", Seconds),
        ("SESSION_GRACE_TTL", "Memento:Sessions:GraceTtl", Seconds),
        ("SESSION_CHECKPOINT_INTERVAL", "Memento:Sessions:CheckpointInterval", Number),
        ("SESSION_MAX_EVENTS", "Memento:Sessions:MaxEvents", Number),
        ("SESSION_ENABLE_FAILURE_SNAPSHOTS", "Memento:Sessions:FailureSnapshots", Flag),
        ("REDIS_URL", "Memento:ConnectionStrings:Redis", RedisUrl),
    ];

    /// <summary>The variable that gives a key its value.</summary>
    public static string? VariableOf(string key) => Names.FirstOrDefault(n => string.Equals(n.Key, key, StringComparison.OrdinalIgnoreCase)).Variable;

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Throws <see cref="StartupException"/> that names the variable if a value cannot be read.</summary>
    public override void Load()
    {
        foreach (var (name, key, read) in Names)
            if (variable(name) is { Length: > 0 } value) Data[key] = read(name, value);
    }

    private static string Seconds(string name, string value) => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 10L * 366 * 24 * 3600
        ? TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture)
        : throw new StartupException($"{name} is \"{value}\"; it must be a whole number of seconds, at most ten years.");

    private static string Number(string name, string value) => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? value
        : throw new StartupException($"{name} is \"{value}\"; it must be a whole number.");

    private static string Flag(string name, string value) => bool.TryParse(value, out var flag) ? flag.ToString()
        : throw new StartupException($"{name} is \"{value}\"; it must be true or false.");

    private static string RedisUrl(string name, string value)
    {
        // The value is not repeated: it may hold a password.
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("redis" or "rediss") || url.Host.Length == 0)
            throw new StartupException($"{name} is no Redis URL; it must be like redis://user:password@host:6379/0.");
        var user = url.UserInfo.Split(':', 2);
        var parts = new List<string> { $"{url.Host}:{(url.Port > 0 ? url.Port : 6379)}" };
        if (user[0].Length > 0) parts.Add($"user={Uri.UnescapeDataString(user[0])}");
        if (user.Length == 2 && user[1].Length > 0) parts.Add($"password={Uri.UnescapeDataString(user[1])}");
        if (url.AbsolutePath.Trim('/') is { Length: > 0 } database) parts.Add($"defaultDatabase={database}");
        if (url.Scheme is "rediss") parts.Add("ssl=true");
        return string.Join(',', parts);
    }
}
