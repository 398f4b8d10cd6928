using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Memento.Cli;

/// <summary>Command lines to copy, shown at the end of a command's help.</summary>
internal static class Examples
{
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Command, string[]> Lines = [];

    public static T WithExamples<T>(this T command, params string[] lines) where T : Command
    {
        Lines.Add(command, lines);
        return command;
    }

    /// <summary>Makes the help of a command and all below it end with its examples.</summary>
    public static void Show(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>()) option.Action = new HelpWithExamples((HelpAction)option.Action!);
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            if (!Lines.TryGetValue(parseResult.CommandResult.Command, out var lines)) return result;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in lines) output.WriteLine("  " + line);
            output.WriteLine();
            return result;
        }
    }
}
