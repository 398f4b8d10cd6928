using Memento.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Memento.Tests.Client;

public sealed class SessionRecorderTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly InMemorySessions _sessions = new(TimeProvider.System);
    private readonly SessionRecorder _recorder;

    public SessionRecorderTests() => _recorder = new(_sessions, TimeProvider.System);

    [Fact]
    public async Task A_day_of_an_agent()
    {
        var id = await _recorder.StartAsync("ada", ["login"], JsonText.Parse("""{"task":"implement-login"}"""), cancellationToken: None);
        Assert.Equal(2, await _recorder.RecordCodeChangeAsync(id, "ada", new() { EntityIds = ["login"], Operation = Operation.Modified, AffectedLines = 25, Severity = Severity.Medium }, None));
        await _recorder.RecordTestResultAsync(id, "ada", new() { EntityIds = ["login"], Passed = false, TestIds = ["login-test"], Confidence = 0.9 }, None);
        var checkpoint = await _recorder.CheckpointAsync(id, cancellationToken: None);
        var context = await _recorder.EnableCollaborationAsync(id, "grace", None);
        await _recorder.RecordTestResultAsync(id, "grace", new() { EntityIds = ["login"], Passed = true }, None);
        var analysis = await _recorder.AnalyzeAsync(id, agentId: "grace", cancellationToken: None);

        Assert.Equal(checkpoint, analysis.Session.CurrentCheckpoint!.CheckpointId);
        Assert.Equal(Outcome.Broken, analysis.Session.CurrentCheckpoint.Outcome);
        Assert.Equal(WorkState.Working, analysis.Session.State);
        Assert.Equal(["ada", "grace"], analysis.Session.AgentIds);
        Assert.Equal(3, Assert.Single(analysis.Transitions.Items).ToSeq);
        Assert.Equal(EventType.TestPass, analysis.Isolation!.Events[^1].Type);
        Assert.Equal(id, context.SessionId);
    }

    [Fact]
    public async Task A_change_without_severity_or_performance_claims_no_impact()
    {
        var id = await _recorder.StartAsync("ada", cancellationToken: None);

        await _recorder.RecordCodeChangeAsync(id, "ada", new() { EntityIds = ["f"], Operation = Operation.Added, PerfDelta = 0 }, None);
        await _recorder.RecordCodeChangeAsync(id, "ada", new() { EntityIds = ["f"], Operation = Operation.Modified, PerfDelta = -7 }, None);

        var log = _sessions.Logs[id];
        Assert.Null(log[0].Impact);
        Assert.Equal(new Impact { Severity = Severity.Low, PerfDelta = -7 }, log[1].Impact);
    }

    [Fact]
    public async Task A_failed_test_run_names_its_tests_and_breaks_the_session()
    {
        var id = await _recorder.StartAsync("ada", cancellationToken: None);

        await _recorder.RecordTestResultAsync(id, "ada", new() { EntityIds = ["f"], Passed = false, TestIds = ["t"] }, None);

        var happened = Assert.Single(_sessions.Logs[id]);
        Assert.Equal(EventType.Broke, happened.Type);
        Assert.Equal(new StateTransition { From = WorkState.Working, To = WorkState.Broken, VerifiedBy = VerifiedBy.Test, Confidence = 0.95 }, happened.StateTransition);
        Assert.Equal((Severity.High, "t"), (happened.Impact!.Severity, happened.Impact.TestsFailed!.Value.Single()));
    }

    [Fact]
    public async Task Health_tells_instead_of_throwing()
    {
        using var client = MementoClient.Connect(new ScriptedServer().LosesTheConnection().Options(attempts: 1));

        var health = await new SessionRecorder(client.Sessions("w"), TimeProvider.System).GetHealthAsync(None);

        Assert.False(health.Healthy);
        Assert.Contains("Connection refused", health.Problem, StringComparison.Ordinal);
        Assert.True((await _recorder.GetHealthAsync(None)).Healthy);
    }

    [Fact]
    public void A_client_without_url_and_without_Orleans_says_what_to_do()
    {
        using var services = new ServiceCollection().AddMementoClient(_ => { }).BuildServiceProvider();

        Assert.Contains("UseOrleansClient", Assert.Throws<InvalidOperationException>(services.GetRequiredService<ISessionClient>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_with_url_speaks_HTTP_in_its_workspace()
    {
        using var services = new ServiceCollection().AddMementoClient(o => (o.Url, o.Workspace) = (new("http://127.0.0.1:1"), "mine")).BuildServiceProvider();

        Assert.Equal("mine", services.GetRequiredService<ISessionClient>().Workspace);
        Assert.IsType<HttpMementoClient>(services.GetRequiredService<IMementoClient>());
        Assert.NotNull(services.GetRequiredService<SessionRecorder>());
        Assert.Equal("mine", services.GetRequiredService<Memento.Workspaces.IWorkspaceClient>().Workspace);
    }
}
