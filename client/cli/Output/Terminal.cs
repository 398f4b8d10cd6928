using System.Text;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>
/// Where a command reads its surroundings and writes its words. Results go to <see cref="Out"/>, all else to <see cref="Error"/>. Both, and
/// the consoles on them, escape characters that a terminal obeys or hides (<see cref="TerminalText"/>), whatever their text comes from.
/// </summary>
internal sealed class Terminal
{
    /// <summary>Width for output that goes into a file or a pipe: nothing is wrapped or cut.</summary>
    private const int NoWidth = 4096;

    public Terminal(TextWriter output, TextWriter error, Func<string, string?> environment, TimeProvider clock, bool outIsTerminal = false, bool errorIsTerminal = false,
        Stream? input = null, Stream? outBytes = null, Interruption? interruption = null)
    {
        (Input, OutBytes, Interruption) = (input, outBytes, interruption ?? new());
        (Out, Error, Environment, Clock) = (new EscapingWriter(output), new EscapingWriter(error), environment, clock);
        (OutIsTerminal, ErrorIsTerminal) = (outIsTerminal, errorIsTerminal);
        OutConsole = Console(output, outIsTerminal);
        ErrorConsole = Console(error, errorIsTerminal);
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>What is sent to the command; null if that is a person at a keyboard.</summary>
    public Stream? Input { get; }

    /// <summary>How the user ends the command.</summary>
    public Interruption Interruption { get; }

    /// <summary>The same place as <see cref="Out"/>, for bytes.</summary>
    private Stream? OutBytes { get; }

    public Func<string, string?> Environment { get; }

    public TimeProvider Clock { get; }

    public bool OutIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    /// <summary>For tables and colours on <see cref="Out"/>; plain when that is not a terminal.</summary>
    public IAnsiConsole OutConsole { get; }

    /// <summary>For a progress bar on <see cref="Error"/>.</summary>
    public IAnsiConsole ErrorConsole { get; }

    public static Terminal OfProcess(Interruption interruption)
    {
        System.Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new(
            System.Console.Out, System.Console.Error, System.Environment.GetEnvironmentVariable, TimeProvider.System,
            !System.Console.IsOutputRedirected, !System.Console.IsErrorRedirected,
            System.Console.IsInputRedirected ? System.Console.OpenStandardInput() : null, System.Console.OpenStandardOutput(), interruption);
    }

    /// <summary>Writes bytes as they are, for a file or a pipe.</summary>
    public async Task WriteBytesAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        if (OutBytes is null)
        {
            await Out.WriteAsync(Encoding.UTF8.GetString(bytes));
            return;
        }

        await Out.FlushAsync(cancellationToken);
        await OutBytes.WriteAsync(bytes, cancellationToken);
        await OutBytes.FlushAsync(cancellationToken);
    }

    private static IAnsiConsole Console(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal) console.Profile.Width = NoWidth;
        console.Pipeline.Attach(new EscapingHook());
        return console;
    }
}
