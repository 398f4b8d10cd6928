using System.CommandLine;
using Memento.Storage;
using Npgsql;

namespace Memento.Cli.Database;

/// <summary>The options by which <c>memento db</c> finds the store; the same settings as the server's.</summary>
internal sealed class StoreChoice
{
    private readonly Terminal _terminal;

    private readonly Option<string?> _store = new("--store") { Description = "sqlite or postgresql. [env: Memento__Store; default: sqlite]", HelpName = "STORE" };

    private readonly Option<string?> _data = new("--data") { Description = "Folder of the embedded store. [env: Memento__DataDirectory; default: ./data]", HelpName = "FOLDER" };

    private readonly Option<string?> _connection = new("--connection")
    {
        Description = "Npgsql connection string of the PostgreSQL store; others can see it on the command line, so rather use the variable. [env: Memento__ConnectionStrings__PostgreSql]",
        HelpName = "STRING",
    };

    public StoreChoice(Terminal terminal, Command command)
    {
        _terminal = terminal;
        _store.CompletionSources.Add("sqlite", "postgresql");
        command.Add(_store);
        command.Add(_data);
        command.Add(_connection);
    }

    /// <summary>The store that was named. Throws <see cref="CommandException"/> if what was named cannot be one.</summary>
    public StorageOptions Read(ParseResult line)
    {
        var store = line.GetValue(_store) ?? Variable("Memento__Store") ?? (line.GetValue(_connection) is null ? "sqlite" : "postgresql");
        var options = new StorageOptions
        {
            Store = Enum.TryParse<StoreKind>(store, ignoreCase: true, out var kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(store[0])
                ? kind
                : throw new CommandException($"The store is \"{Format.Clean(store)}\"; must be sqlite or postgresql", ExitCode.WrongUsage),
            DataDirectory = line.GetValue(_data) ?? Variable("Memento__DataDirectory") ?? "./data",
            ConnectionStrings = { PostgreSql = line.GetValue(_connection) ?? Variable("Memento__ConnectionStrings__PostgreSql") },
        };
        if (options.Store is StoreKind.Sqlite) return options;
        if (options.ConnectionStrings.PostgreSql is not { } connection)
            throw new CommandException("The store is postgresql; --connection or Memento__ConnectionStrings__PostgreSql must say where it is", ExitCode.WrongUsage);
        try
        {
            _ = new NpgsqlConnectionStringBuilder(connection);
            return options;
        }
        catch (ArgumentException e)
        {
            throw new CommandException($"The connection string cannot be read: {e.Message}", ExitCode.WrongUsage, e);   // Npgsql names the keyword, never the value.
        }
    }

    private string? Variable(string name) => _terminal.Environment(name) is { Length: > 0 } value ? value : null;
}
