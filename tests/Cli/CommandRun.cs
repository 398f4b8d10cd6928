using System.Text.Json;
using Memento.Cli;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>Runs commands against one workspace of a server.</summary>
internal sealed class CommandRun(Uri server, string workspace)
{
    public string Workspace => workspace;

    public string[] Globals => ["--server", server.AbsoluteUri, "--workspace", workspace];

    public HttpMementoClient Client { get; } = MementoClient.Connect(new() { Url = server });

    public Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) => RunAsync(arguments, TestContext.Current.CancellationToken);

    public async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, CancellationToken interrupt, byte[]? input = null, Interruption? interruption = null)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync([.. Globals, .. arguments], new(output, TextWriter.Synchronized(errors), _ => null, TimeProvider.System, input: input is null ? null : new MemoryStream(input), interruption: interruption), interrupt);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>The one document that a command prints with <c>--json</c>.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync([.. arguments[..1], "--json", .. arguments[1..]]);
        Assert.True(code == ExitCode.Done, errors);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        return JsonDocument.Parse(output).RootElement;
    }
}
