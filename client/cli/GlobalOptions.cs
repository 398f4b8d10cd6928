using System.CommandLine;

namespace Memento.Cli;

/// <summary>The options that every command has, and what they mean.</summary>
internal sealed class GlobalOptions(Terminal terminal)
{
    private const string DefaultServer = "http://127.0.0.1:5080";
    private const string DefaultWorkspace = "default";

    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(30), Thorough = TimeSpan.FromMinutes(10);

    private readonly Option<string> _server = new("--server")
    {
        Description = $"Where the server listens. [env: MEMENTO_SERVER; default: {DefaultServer}]",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<string> _workspace = new("--workspace", "-w")
    {
        Description = $"The workspace to work in. [env: MEMENTO_WORKSPACE; default: {DefaultWorkspace}]",
        HelpName = "NAME",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON document (one per line for streams) on stdout and nothing else.",
        Recursive = true,
    };

    public Terminal Terminal => terminal;

    public void AddTo(RootCommand root)
    {
        root.Add(_server);
        root.Add(_workspace);
        root.Add(_json);
    }

    public bool Json(ParseResult line) => line.GetValue(_json);

    /// <summary>The workspace's name. Throws <see cref="CommandException"/> if it breaks the rule for names.</summary>
    public string Workspace(ParseResult line)
    {
        var name = line.GetValue(_workspace) ?? NotEmpty("MEMENTO_WORKSPACE") ?? DefaultWorkspace;
        return Names.Problem(name) is { } problem ? throw new CommandException($"The workspace's name {problem}", ExitCode.WrongUsage) : name;
    }

    /// <summary>A command line to copy, for the same server and workspace.</summary>
    public string Again(ParseResult line, string command)
    {
        var again = new System.Text.StringBuilder("memento ").Append(command);
        foreach (var option in (Option<string>[])[_workspace, _server])
            if (line.GetValue(option) is { } value) again.Append(' ').Append(option.Name).Append(' ').Append(Format.Shell(value));
        return again.ToString();
    }

    /// <summary>A client for the server that was named. Interactive commands give up quickly; long work (<paramref name="patient"/>) outlasts a server's restart.</summary>
    /// <param name="thorough">The server may have to read a whole workspace before it answers.</param>
    public HttpMementoClient Connect(ParseResult line, bool patient = false, bool thorough = false)
    {
        var server = line.GetValue(_server) ?? NotEmpty("MEMENTO_SERVER") ?? DefaultServer;
        if (!Uri.TryCreate(server, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new CommandException($"The server \"{Format.Clean(server)}\" is not an http or https address", ExitCode.WrongUsage);
        return MementoClient.Connect(new() { Url = url, MaxAttempts = patient ? 8 : 3, RequestTimeout = thorough ? Thorough : Quick }, terminal.Clock);
    }

    private string? NotEmpty(string variable) => terminal.Environment(variable) is { Length: > 0 } value ? value : null;
}
