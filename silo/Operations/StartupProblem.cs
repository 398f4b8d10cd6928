using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Memento.Operations;

/// <summary>Why the program does not start, in one line that names the setting or the file.</summary>
internal static partial class StartupProblem
{
    public static bool WantsDetails(string[] args) => args.Any(a => DetailsSwitch().IsMatch(a));

    public static string Describe(Exception e)
    {
        var text = Chain(e).Select(Known).FirstOrDefault(known => known is not null) ?? $"cannot start: {Innermost(e).Message}";
        return text.ReplaceLineEndings(" ");
    }

    private static string? Known(Exception e) => e switch
    {
        StartupException => e.Message,
        MementoException refused => refused.Refusal.Message,
        OptionsValidationException invalid => string.Join(" ", invalid.Failures.Select(f => Setting(invalid.OptionsType, f)).Distinct()),
        IOException { InnerException: AddressInUseException } or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"{e.Message.TrimEnd('.')}. Choose another address with --urls (ASPNETCORE_URLS), or stop what is there.",
        RedisConnectionException => "Redis cannot be reached as Memento:ConnectionStrings:Redis says (Memento:Clustering=redis needs it).",
        InvalidOperationException when FailedBinding().Match(e.Message) is { Success: true } match =>
            $"{Named(match.Groups["key"].Value)} is \"{match.Groups["value"].Value}\"; must be {Wanted(match.Groups["type"].Value)}.",
        _ => null,
    };

    /// <summary>"SiloPort: The field NodeOptions.SiloPort must be …" → "Memento:SiloPort must be …".</summary>
    private static string Setting(Type options, string failure)
    {
        var section = options.GetField("Section")?.GetValue(null) as string ?? "Memento";
        if (failure.StartsWith(section + ":", StringComparison.Ordinal)) return failure;
        var match = InvalidField().Match(failure);
        if (!match.Success) return failure;
        var path = match.Groups["path"].Value;
        if (path.StartsWith(options.Name + ".", StringComparison.Ordinal)) path = path[(options.Name.Length + 1)..];
        return $"{Named($"{section}:{path.Replace('.', ':')}")} {match.Groups["rule"].Value}";
    }

    private static string Wanted(string type) => type switch
    {
        "System.Int32" or "System.Int64" => "a whole number",
        "System.Boolean" => "true or false",
        "System.TimeSpan" => "a time span like 00:05:00",
        _ when AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(type)).FirstOrDefault(t => t is { IsEnum: true }) is { } names =>
            "one of: " + string.Join(", ", Enum.GetNames(names)).ToLowerInvariant(),
        _ => "something else",
    };

    /// <summary>A setting, with the environment variable that gave it its value if that is one of the seed's.</summary>
    private static string Named(string key) =>
        SeedEnvironment.VariableOf(key) is { } variable && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? $"{key} ({variable}={value})" : key;

    private static IEnumerable<Exception> Chain(Exception e)
    {
        yield return e;
        var inner = e is AggregateException many ? many.InnerExceptions : e.InnerException is { } one ? [one] : (IEnumerable<Exception>)[];
        foreach (var cause in inner.SelectMany(Chain)) yield return cause;
    }

    private static Exception Innermost(Exception e) => Chain(e).Last();

    [GeneratedRegex(@"(?:The field |The )(?<path>[A-Za-z0-9_.]+)(?: field)? (?<rule>.*)$")]
    private static partial Regex InvalidField();

    [GeneratedRegex(@"configuration value (?:'(?<value>.*)' )?at '(?<key>[^']+)' to type '(?<type>[^']+)'")]
    private static partial Regex FailedBinding();

    [GeneratedRegex("LogLevel:Default=(Debug|Trace|Information)$", RegexOptions.IgnoreCase)]
    private static partial Regex DetailsSwitch();
}
