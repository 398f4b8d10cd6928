using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Memento.Operations;

/// <summary>
/// One line an entry: time, level, category, message. Until the program has started, what frameworks say is left out, because a failed start ends
/// with one line that names the cause; <c>--Logging:LogLevel:Default=Debug</c> shows it all.
/// </summary>
internal sealed class ConsoleText(StartProgress start, IConfiguration configuration, TimeProvider clock) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "memento";

    private readonly bool _verbose = IsVerbose(configuration);

    /// <summary>Whether the user asked for more than the program says by itself.</summary>
    public static bool IsVerbose(IConfiguration configuration) => Enum.TryParse<LogLevel>(configuration["Logging:LogLevel:Default"], ignoreCase: true, out var level) && level <= LogLevel.Information;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (!start.Done && !_verbose && !logEntry.Category.StartsWith("Memento", StringComparison.Ordinal)) return;
        textWriter.Write(clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(LevelName(logEntry.LogLevel));
        textWriter.Write(' ');
        textWriter.Write(logEntry.Category);
        textWriter.Write(": ");
        textWriter.WriteLine(logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } exception) textWriter.WriteLine(exception);
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}

/// <summary>Whether the program has started.</summary>
internal sealed class StartProgress
{
    private volatile bool _done;

    public bool Done { get => _done; set => _done = value; }
}
