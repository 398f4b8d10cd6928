using System.ComponentModel.DataAnnotations;

namespace Memento.Cli;

/// <summary>What a failed command prints and returns.</summary>
/// <param name="Line">One readable line, without a line break.</param>
internal sealed record Failure(int ExitCode, string Line)
{
    /// <summary>Null for what must not be hidden: a bug.</summary>
    public static Failure? Of(Exception e) => e switch
    {
        CommandException x => new(x.ExitCode, OneLine(x.Message)),
        MementoException x => new(CodeOf(x.Refusal), Describe(x.Refusal)),
        ServerUnreachableException => new(Cli.ExitCode.Unreachable, $"{OneLine(e.Message)}. Is the server running? Start it with \"dotnet run --project silo\", or name it with --server"),
        ValidationException or FormatException => new(Cli.ExitCode.WrongUsage, OneLine(e.Message)),
        OperationCanceledException => new(Cli.ExitCode.Failed, "Stopped"),
        IOException or UnauthorizedAccessException or InvalidDataException => new(Cli.ExitCode.Failed, OneLine(e.Message)),
        _ => null,
    };

    private static int CodeOf(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.NotFound or RefusalKind.Gone => Cli.ExitCode.NotFound,
        RefusalKind.Conflict => Cli.ExitCode.Conflict,
        RefusalKind.Malformed or RefusalKind.Invalid when refusal.Code is Codes.ValidationFailed or Codes.MalformedRequest => Cli.ExitCode.WrongUsage,
        _ => Cli.ExitCode.Failed,
    };

    private static string Describe(Refusal refusal)
    {
        // One field is usually what the sentence is about; of several, those that it does not quote are news.
        var told = refusal.Errors.Where(e => refusal.Errors.Length > 1
                ? !refusal.Message.Contains($"{e.Field}: {e.Problem}", StringComparison.Ordinal)
                : !Mentions(refusal.Message, e.Field) && !refusal.Message.Contains(e.Problem, StringComparison.Ordinal))
            .Select(e => $"{e.Field}: {e.Problem}");
        var sentence = refusal.Message.TrimEnd('.', ' ');
        return OneLine($"{sentence} ({string.Join("; ", told.Prepend(refusal.Code))})");
    }

    private static bool Mentions(string sentence, string field) => field.Length > 0 && $" {sentence} ".Contains($" {field} ", StringComparison.Ordinal);

    private static string OneLine(string text) => Format.Clean(text).TrimEnd('.', ' ');
}
