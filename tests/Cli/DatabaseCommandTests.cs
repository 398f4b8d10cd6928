using System.Text.Json;
using Memento.Cli;
using Xunit;

namespace Memento.Tests.Cli;

public sealed class DatabaseCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("memento-db-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_database_that_is_not_there_is_not_made_by_looking()
    {
        Assert.Equal(ExitCode.NotFound, (await RunAsync("db", "check", "--data", _folder)).Code);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task It_is_made_and_then_current_and_migrating_again_changes_nothing()
    {
        Assert.Equal(ExitCode.Done, (await RunAsync("db", "migrate", "--data", _folder)).Code);
        var (code, output, errors) = await RunAsync("db", "check", "--data", _folder, "--json");
        var report = JsonDocument.Parse(output).RootElement;

        Assert.Equal((ExitCode.Done, ""), (code, errors));
        Assert.True(report.GetProperty("isCurrent").GetBoolean());
        Assert.True(report.GetProperty("sizeBytes").GetInt64() > 0);
        Assert.Equal((ExitCode.Done, ""), ((await RunAsync("db", "migrate", "--data", _folder, "--json")).Code, (await RunAsync("db", "migrate", "--data", _folder)).Errors));
    }

    [Fact]
    public async Task The_environment_of_the_server_names_the_store_too() =>
        Assert.Contains(_folder, (await RunWithAsync(new() { ["Memento__DataDirectory"] = _folder }, "db", "migrate")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_file_that_is_no_database_is_told_in_a_line()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, "memento.db"), Enumerable.Repeat((byte)'x', 9000).ToArray(), TestContext.Current.CancellationToken);

        var (code, output, errors) = await RunAsync("db", "check", "--data", _folder);

        Assert.Equal((ExitCode.Failed, ""), (code, output));
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("db check --store oracle")]
    [InlineData("db check --store 1")]
    [InlineData("db check --store postgresql")]
    [InlineData("db check --connection nonsense")]
    public async Task What_cannot_be_a_store_is_wrong_usage(string line) => Assert.Equal(ExitCode.WrongUsage, (await RunAsync(line.Split(' '))).Code);

    [Fact]
    public async Task A_connection_string_is_never_repeated() =>
        Assert.DoesNotContain("secret", (await RunAsync("db", "check", "--connection", "Hots=x;Password=secret")).Errors, StringComparison.Ordinal);

    private static Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) => RunWithAsync([], arguments);

    private static async Task<(int Code, string Output, string Errors)> RunWithAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(arguments, new(output, errors, environment.GetValueOrDefault, TimeProvider.System), TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
