using Memento.Operations;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Memento.Tests.Http;

public sealed class StartupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("memento-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--urls=http://0.0.0.0:5080", "--urls", "authentication")]
    [InlineData("--urls=http://*:5080", "--urls", "authentication")]
    [InlineData("--urls=http://[::]:5080", "--urls", "authentication")]
    [InlineData("--urls=http://127.0.0.1:0;http://memento.example:5080", "--urls", "authentication")]
    [InlineData("--urls=nonsense", "--urls", "nonsense")]
    [InlineData("--Kestrel:Endpoints:Other:Url=http://0.0.0.0:1", "Kestrel:Endpoints:Other:Url", "authentication")]
    [InlineData("--Memento:SiloPort=70000", "Memento:SiloPort", "65535")]
    [InlineData("--Memento:SiloPort=abc", "Memento:SiloPort", "abc")]
    [InlineData("--Memento:Store=mongo", "Memento:Store", "postgresql")]
    [InlineData("--Memento:Store=postgresql", "Memento:ConnectionStrings:PostgreSql", "empty")]
    [InlineData("--Memento:Clustering=mongo", "Memento:Clustering", "redis")]
    [InlineData("--Memento:Clustering=redis", "Memento:ConnectionStrings:Redis", "empty")]
    [InlineData("--Memento:Http:MaxBodyBytes=1", "Memento:Http:MaxBodyBytes", "1024")]
    [InlineData("--Memento:Sessions:DefaultTtl=00:00:00", "Memento:Sessions:DefaultTtl", "between")]
    [InlineData("--Memento:Sessions:CheckpointInterval=0", "Memento:Sessions:CheckpointInterval", "between")]
    [InlineData("--Memento:DataDirectory=/proc/none", "Memento:DataDirectory", "/proc/none")]
    [InlineData("--Memento:Store", "--Memento:Store", "value")]
    [InlineData("sqlite", "sqlite", "--help")]
    public async Task A_start_that_fails_says_why_in_one_line(string argument, string names, string says)
    {
        var line = await FailAsync(argument);

        Assert.Contains(names, line, StringComparison.Ordinal);
        Assert.Contains(says, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_port_in_use_is_named()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        Assert.Contains($"Memento:GatewayPort is {port}", await FailAsync($"--Memento:GatewayPort={port}"), StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", await FailAsync($"--urls=http://127.0.0.1:{port}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_not_used()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, "memento.db"), [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 31))], TestContext.Current.CancellationToken);

        Assert.Contains("database", await FailAsync($"--Memento:DataDirectory={_folder}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_no_failure()
    {
        using var output = new StringWriter();

        Assert.Equal(0, await MementoHost.RunAsync(["--help"], output, TextWriter.Null));
        Assert.Contains("--Memento:DataDirectory", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_names_of_the_predecessor_are_settings()
    {
        var variables = new Dictionary<string, string>
        {
            ["SESSION_DEFAULT_TTL"] = "90000", ["SESSION_GRACE_TTL"] = "60", ["SESSION_CHECKPOINT_INTERVAL"] = "5", ["SESSION_MAX_EVENTS"] = "1000",
            ["SESSION_ENABLE_FAILURE_SNAPSHOTS"] = "true", ["REDIS_URL"] = "rediss://me:p%40ss@redis.example:6380/2",
        };

        var settings = Read(variables);

        Assert.Equal(TimeSpan.FromSeconds(90_000), TimeSpan.Parse(settings["Memento:Sessions:DefaultTtl"]!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("00:01:00", settings["Memento:Sessions:GraceTtl"]);
        Assert.Equal("5", settings["Memento:Sessions:CheckpointInterval"]);
        Assert.Equal("1000", settings["Memento:Sessions:MaxEvents"]);
        Assert.Equal("True", settings["Memento:Sessions:FailureSnapshots"]);
        Assert.Equal("redis.example:6380,user=me,password=p@ss,defaultDatabase=2,ssl=true", settings["Memento:ConnectionStrings:Redis"]);
    }

    [Theory]
    [InlineData("SESSION_DEFAULT_TTL", "soon")]
    [InlineData("SESSION_DEFAULT_TTL", "-1")]
    [InlineData("SESSION_CHECKPOINT_INTERVAL", "1.5")]
    [InlineData("SESSION_ENABLE_FAILURE_SNAPSHOTS", "maybe")]
    [InlineData("REDIS_URL", "localhost")]
    public void A_bad_value_in_the_environment_names_the_variable(string name, string value) =>
        Assert.Contains(name, Assert.Throws<StartupException>(() => Read(new() { [name] = value })).Message, StringComparison.Ordinal);

    private static IConfiguration Read(Dictionary<string, string> variables) =>
        new ConfigurationBuilder().Add(new SeedEnvironment(variables.GetValueOrDefault)).Build();

    private async Task<string> FailAsync(string argument)
    {
        using var error = new StringWriter();
        string[] args = ["--Memento:SiloPort=0", "--Memento:GatewayPort=0", "--urls=http://127.0.0.1:0", $"--Memento:DataDirectory={Path.Combine(_folder, "data")}", argument];

        Assert.Equal(1, await MementoHost.RunAsync(args, TextWriter.Null, error, SmallHost.Adjust));

        var text = error.ToString();
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return Assert.Single(text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}
