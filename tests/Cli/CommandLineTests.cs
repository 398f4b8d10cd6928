using Memento.Cli;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>What the shell sees when no server is needed, or none is there.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("sessions list --limit 501")]
    [InlineData("sessions list --limit x")]
    [InlineData("sessions list --state lazy")]
    [InlineData("sessions list --since yesterdayish")]
    [InlineData("sessions show")]
    [InlineData("sessions watch s --from 3 --new")]
    [InlineData("sessions fork s --at -1")]
    [InlineData("sessions handoff s --from a --to b")]
    [InlineData("sessions handoff s --from a --to b --reason r --context {")]
    [InlineData("sessions handoff s --from a --to b --reason r --priority high")]
    [InlineData("import git . --max 0")]
    [InlineData("import git /nowhere/at/all")]
    [InlineData("stats --server ftp://x")]
    [InlineData("stats --workspace ..")]
    [InlineData("sessions show ..")]
    [InlineData("sessions events .")]
    [InlineData("sessions watch ..")]
    [InlineData("docs get nonsense")]
    [InlineData("docs get entity/a//b")]
    [InlineData("docs put entity/a")]
    [InlineData("docs put entity/a --value {")]
    [InlineData("docs put entity/a --value 1 --content-type text/plain")]
    [InlineData("docs put entity/a /nowhere/at/all")]
    [InlineData("docs put entity/a file --value 1")]
    [InlineData("docs put entity/a --value 1 --if-absent --if-match 3")]
    [InlineData("docs patch entity/a --value {")]
    [InlineData("docs list --kind thing")]
    [InlineData("points create x --ttl soon")]
    [InlineData("points create x --metadata {")]
    [InlineData("points show ..")]
    [InlineData("rollback run")]
    [InlineData("rollback run --point p --documents thing:x")]
    [InlineData("rollback run --point p --documents component")]
    [InlineData("rollback run --point p --strategy brave")]
    [InlineData("rollback run --point p --batch-size 0")]
    [InlineData("rollback preview --point p --max-age yesterday")]
    [InlineData("rollback watch ..")]
    [InlineData("conflicts resolve perhaps conf-1")]
    [InlineData("conflicts resolve keep-current")]
    [InlineData("conflicts resolve value conf-1")]
    [InlineData("conflicts resolve keep-current conf-1 --value f")]
    [InlineData("conflicts resolve value conf-1 conf-2 --value f")]
    [InlineData("agents")]
    [InlineData("agents show")]
    [InlineData("agents show ..")]
    [InlineData("agents remove")]
    [InlineData("agents list --status lazy")]
    [InlineData("agents watch --every 0s")]
    [InlineData("agents watch --every often")]
    [InlineData("agents watch --count 0")]
    [InlineData("agent run -- true")]
    [InlineData("agent run --id a")]
    [InlineData("agent run --id .. -- true")]
    [InlineData("agent run --id a --max 0 -- true")]
    [InlineData("agent run --id a --priority 11 -- true")]
    [InlineData("agent run --id a --heartbeat 0s -- true")]
    [InlineData("tasks submit")]
    [InlineData("tasks submit x --priority -1")]
    [InlineData("tasks submit x --priority 101")]
    [InlineData("tasks submit x --attempts 0")]
    [InlineData("tasks submit x --payload {")]
    [InlineData("tasks submit x --payload 1 --payload-file f")]
    [InlineData("tasks submit x --payload-file /nowhere/at/all")]
    [InlineData("tasks submit x --deadline yesterday")]
    [InlineData("tasks submit x --estimate long")]
    [InlineData("tasks submit x --start-to-close ms")]
    [InlineData("tasks submit x --metadata {")]
    [InlineData("tasks submit x --on-dependency-failure hope")]
    [InlineData("tasks cancel x --token one")]
    [InlineData("tasks show")]
    [InlineData("tasks show ..")]
    [InlineData("tasks explain")]
    [InlineData("tasks cancel")]
    [InlineData("tasks retry .")]
    [InlineData("tasks list --status over")]
    [InlineData("queues set")]
    [InlineData("queues set q --strategy random")]
    [InlineData("queues set q --ageing -1")]
    [InlineData("queues set q --attempts 101")]
    [InlineData("queues set q --fair-by luck")]
    [InlineData("queues set q --weight a")]
    [InlineData("queues set q --weight =2")]
    [InlineData("queues set q --weight a=2 --weight b=0")]
    [InlineData("queues set q --weight a=2 --no-weights")]
    [InlineData("queues set q --backoff-factor 0.5")]
    [InlineData("queues set q --backoff-jitter 2")]
    [InlineData("queues set q --backoff-jitter NaN")]
    [InlineData("queues set q --ageing NaN")]
    [InlineData("queues set q --weight a=NaN")]
    [InlineData("queues set q --claim soon")]
    [InlineData("queues show")]
    [InlineData("queues show ..")]
    [InlineData("queues pause")]
    [InlineData("queues resume ..")]
    public async Task Wrong_usage_is_2_and_one_line_on_stderr(string line)
    {
        var (code, output, errors) = await RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((ExitCode.WrongUsage, ""), (code, output));
        Assert.StartsWith("memento: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task An_empty_id_is_not_the_list() =>
        Assert.Equal((ExitCode.WrongUsage, "", "memento: sessionId: must not be empty (VALIDATION_FAILED).\n"), await RunAsync(["sessions", "show", ""]));

    [Theory]
    [InlineData("stats")]
    [InlineData("sessions list --json")]
    [InlineData("sessions watch s --json")]
    [InlineData("docs get entity/a --json")]
    [InlineData("points diff rp-1")]
    [InlineData("rollback run --point rp-1")]
    [InlineData("rollback watch op-1 --json")]
    [InlineData("conflicts list")]
    [InlineData("agents watch --json")]
    [InlineData("agents list")]
    [InlineData("tasks submit x --json")]
    [InlineData("queues list")]
    public async Task A_server_that_is_not_there_is_5(string line)
    {
        var (code, output, errors) = await RunAsync([.. line.Split(' '), "--server", "http://127.0.0.1:9"]);

        Assert.Equal((ExitCode.Unreachable, ""), (code, output));
        Assert.Contains("http://127.0.0.1:9", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task The_environment_names_server_and_workspace_and_options_win()
    {
        var environment = new Dictionary<string, string> { ["MEMENTO_SERVER"] = "http://127.0.0.1:9", ["MEMENTO_WORKSPACE"] = ".." };

        Assert.Contains("workspace", (await RunAsync(["stats"], environment)).Errors, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:9", (await RunAsync(["stats", "-w", "fine"], environment)).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("sessions --help")]
    [InlineData("sessions list --help")]
    [InlineData("import git -h")]
    [InlineData("docs put --help")]
    [InlineData("rollback run --help")]
    [InlineData("agents watch --help")]
    [InlineData("agent run --help")]
    [InlineData("tasks submit --help")]
    [InlineData("--version")]
    public async Task Help_and_version_are_0_on_stdout(string line)
    {
        var (code, output, errors) = await RunAsync(line.Split(' '));

        Assert.Equal((ExitCode.Done, ""), (code, errors));
        Assert.NotEmpty(output);
    }

    [Fact]
    public async Task Help_ends_with_examples() => Assert.Contains("memento sessions list --active", (await RunAsync(["sessions", "list", "--help"])).Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("2026-01-31", "2026-01-31T00:00:00Z")]
    [InlineData("2026-01-31T12:30", "2026-01-31T12:30:00Z")]
    [InlineData("2026-01-31T12:30:00+02:00", "2026-01-31T10:30:00Z")]
    [InlineData("90m", "2026-03-01T10:30:00Z")]
    [InlineData("7d", "2026-02-22T12:00:00Z")]
    public void Times_are_read_as_people_write_them(string text, string expected)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-01T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture));

        Assert.True(TimeText.TryParse(text, clock.GetUtcNow(), out var time));
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), time);
    }

    [Theory]
    [InlineData("2026-01-31", "2026-01-31T00:00:00Z")]
    [InlineData("90m", "2026-03-01T13:30:00Z")]
    public void Times_to_come_are_read_as_people_write_them(string text, string expected)
    {
        Assert.True(TimeText.TryParseComing(text, DateTimeOffset.Parse("2026-03-01T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture), out var time));
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), time);
        Assert.False(TimeText.TryParseComing("999999999w", time, out _));
    }

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("90s", 90_000)]
    [InlineData("2h", 7_200_000)]
    public void Short_spans_are_read_too(string text, long milliseconds)
    {
        Assert.True(TimeText.TryParseFineSpan(text, out var read));
        Assert.Equal(milliseconds, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("-1d")]
    [InlineData("2026-13-01")]
    [InlineData("999999999w")]
    public void What_is_no_time_is_not_taken_for_one(string text) => Assert.False(TimeText.TryParse(text, DateTimeOffset.UnixEpoch.AddYears(50), out _));

    [Fact]
    public void Words_from_elsewhere_cannot_command_the_terminal() =>
        Assert.Equal("a\\u001B[31m b\\u0007", Format.Clean("a\u001b[31m\r\n\tb\u0007"));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("http://127.0.0.1:5080", "http://127.0.0.1:5080")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("", "''")]
    public void Words_to_copy_come_through_a_shell(string word, string expected) => Assert.Equal(expected, Format.Shell(word));

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, Dictionary<string, string>? environment = null)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, errors, name => environment?.GetValueOrDefault(name), new FastClock(50));   // between retries
        var code = await CommandLine.RunAsync(arguments, terminal, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
