using System.CommandLine;
using System.Text;
using System.Text.Unicode;

namespace Memento.Cli.Workspaces;

/// <summary>Where a command takes a value from: a file, the command line, or what is sent to it.</summary>
internal sealed class ValueInput
{
    private const string Stdin = "-";

    private readonly Argument<string?> _file;
    private readonly Option<string?> _value;

    public ValueInput(Command command, string what)
    {
        _file = new("file") { Description = $"A file with the {what}; - or nothing = stdin.", HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne };
        _value = new("--value") { Description = $"The {what} itself.", HelpName = "TEXT" };
        command.Add(_file);
        command.Add(_value);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_file) is { Tokens.Count: > 0 } && result.GetResult(_value) is not null) result.AddError("A file and --value exclude each other.");
        });
    }

    /// <summary>The file's name, if it is read from one.</summary>
    public string? FileName(ParseResult line) => line.GetValue(_file) is { } file && file != Stdin ? file : null;

    public Task<byte[]> ReadAsync(Terminal terminal, ParseResult line, CancellationToken cancellationToken) => line.GetValue(_value) is { } value
        ? Task.FromResult(Encoding.UTF8.GetBytes(value))
        : ReadAsync(terminal, line.GetValue(_file), cancellationToken);

    /// <summary>Reads a file, or stdin.</summary>
    public static async Task<byte[]> ReadAsync(Terminal terminal, string? file, CancellationToken cancellationToken)
    {
        if (file is not null && file != Stdin)
        {
            return File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken)
                : throw new CommandException($"There is no file \"{Format.Clean(file)}\"", ExitCode.WrongUsage);
        }

        if (terminal.Input is not { } input) throw new CommandException("No value: name a file, give --value, or send it to stdin", ExitCode.WrongUsage);
        using var bytes = new MemoryStream();
        await input.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>The media type of a file that nobody named: by its ending, or by whether it is text.</summary>
    public static string MediaType(string? fileName, byte[] content) => Path.GetExtension(fileName ?? "").ToUpperInvariant() switch
    {
        ".JSON" => "application/json",
        ".MD" => "text/markdown; charset=utf-8",
        ".PNG" => "image/png",
        ".JPG" or ".JPEG" => "image/jpeg",
        ".PDF" => "application/pdf",
        _ when Utf8.IsValid(content) && !content.AsSpan().Contains((byte)0) => "text/plain; charset=utf-8",
        _ => Memento.Workspaces.DocumentValue.UnknownType,
    };
}
