using System.Net;

namespace Memento.Operations;

/// <summary>Where HTTP listens. There is no authentication yet, so only this machine may reach it.</summary>
internal static class ListenAddresses
{
    public const string Default = "http://127.0.0.1:5080";

    /// <summary>The addresses to listen on. Throws <see cref="StartupException"/> if one can be reached from other machines, or is no address.</summary>
    public static string[] Of(IConfiguration configuration)
    {
        foreach (var setting in (ReadOnlySpan<string>)["http_ports", "https_ports"])
            if (configuration["urls"] is not { Length: > 0 } && configuration[setting] is { Length: > 0 } ports)
                throw Refused($"ASPNETCORE_{setting.ToUpperInvariant()}={ports}");

        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
            if (endpoint["Url"] is { } url) Check($"{endpoint.Path}:Url", url);

        var urls = (configuration["urls"] is { Length: > 0 } given ? given : Default).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var url in urls) Check("--urls (ASPNETCORE_URLS)", url);
        return urls;
    }

    private static void Check(string setting, string url)
    {
        if (url.StartsWith("http://unix:", StringComparison.OrdinalIgnoreCase)) return;
        if (!BindingAddress(url, out var address)) throw new StartupException($"{setting}: \"{url}\" is no address like {Default}.");
        if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return;
        if (!IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) || !IPAddress.IsLoopback(ip)) throw Refused($"{setting}={url}");
    }

    private static bool BindingAddress(string url, out Microsoft.AspNetCore.Http.BindingAddress address)
    {
        try
        {
            address = Microsoft.AspNetCore.Http.BindingAddress.Parse(url);
            return address.Scheme is "http" or "https";
        }
        catch (FormatException)
        {
            address = null!;
            return false;
        }
    }

    private static StartupException Refused(string setting) => new(
        $"{setting} would let other machines in, and there is no authentication yet. Use an address of this machine, like {Default}, or put a proxy that authenticates in front.");
}
