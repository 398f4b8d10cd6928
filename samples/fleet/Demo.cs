using System.Collections.Immutable;
using Memento.Agents;

namespace Memento.Samples.Fleet;

/// <summary>The story: a fleet indexes the files of a folder, one agent is killed in the middle of it, nothing is lost, and what it left half done is taken back.</summary>
internal sealed class Demo(DemoOptions options, FleetScreen screen, TimeProvider clock) : IAsyncDisposable
{
    private const string Workspace = "default", Queue = "default";
    private const int BatchSize = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromMinutes(1);

    private readonly List<AgentProcess> _agents = [];
    private DemoServer? _server;
    private HttpMementoClient? _client;
    private volatile Kill? _kill;

    /// <summary>Tells the story; answers whether all is as it must be.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var files = FilesToIndex();
        _server = await DemoServer.StartAsync(new(files.Count, KillAsync), cancellationToken);
        _client = MementoClient.Connect(new() { Url = _server.Url }, clock);
        FleetScreen.Say($"Memento is at {_server.Url.AbsoluteUri.TrimEnd('/')}, on an embedded store that is deleted at the end.");
        var point = await _client.Documents(Workspace).CreatePointAsync(new() { Name = "before the fleet" }, cancellationToken: cancellationToken);
        FleetScreen.Say($"A rollback point is set: {point.RollbackPointId}");

        for (var i = 1; i <= options.Agents; i++) _agents.Add(AgentProcess.Start($"agent-{i}", _server.Url));
        await screen.WhileAsync(_agents, () => WorkAsync(files, cancellationToken));

        FleetScreen.Say("");
        var findings = new Findings(_client, Workspace, files);
        var isGood = await findings.CheckWorkAsync(_kill?.Agent.Name, cancellationToken)
            & await findings.TakeBackAsync(point.RollbackPointId, _kill?.Agent.Name, cancellationToken);
        FleetScreen.Say(isGood ? $"All of this took {FleetScreen.Seconds(screen.Elapsed)}." : "Something is not as it must be.");
        Advise(findings.OperationId);
        return isGood;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_agents.Select(agent => agent.DisposeAsync().AsTask()));
        _client?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    private IReadOnlyList<IndexTask> FilesToIndex()
    {
        var files = TextFiles.In(options.Folder, options.Files);
        if (files.Unreadable.Count > 0) FleetScreen.Say($"Left out, because unreadable: {Few(files.Unreadable)}.");
        if (files.Others > 0) FleetScreen.Say($"The first {options.Files} of {options.Files + files.Others} files will do (--files says how many).");
        return files.Tasks.Count > 0 ? files.Tasks : throw new DemoException($"There is no file with text in {options.Folder}.", DemoException.WrongUsage);
    }

    private async Task WorkAsync(IReadOnlyList<IndexTask> files, CancellationToken cancellationToken)
    {
        await UntilAsync(async () => (await AgentsAsync(cancellationToken)).Length == _agents.Count, cancellationToken);
        screen.Happened($"{_agents.Count} agents are there, each a process of its own: {string.Join(", ", _agents.Select(a => a.Id))}");
        foreach (var batch in files.Chunk(BatchSize)) await _client!.Tasks(Workspace).SubmitAsync([.. batch.Select(file => file.ToSubmit())], cancellationToken: cancellationToken);
        screen.Happened(files.Count == 1 ? "1 file is 1 task" : $"{files.Count} files are {files.Count} tasks");

        var (isKillTold, isDeathTold) = (false, false);
        await UntilAsync(async () =>
        {
            var (agents, queue) = (await AgentsAsync(cancellationToken), await _client!.Tasks(Workspace).GetQueueAsync(Queue, cancellationToken));
            if (_kill is { } kill && !isKillTold)
            {
                isKillTold = true;
                screen.Happened($"{kill.Agent.Name} (process {kill.Agent.Id}) was killed while it wrote a draft");
            }

            if (_kill is { } past && !isDeathTold && agents.Any(a => a.Status is AgentStatus.Dead && a.AgentId == past.Agent.Name))
            {
                isDeathTold = true;
                screen.Happened($"{past.Agent.Name} is declared dead, {FleetScreen.Seconds(clock.GetElapsedTime(past.At))} after it was killed; others get its tasks");
            }

            screen.Show(agents, queue);
            return queue.Completed + queue.Failed + queue.Cancelled == files.Count;
        }, cancellationToken);
    }

    /// <summary>Looks again and again. Gives up if an agent ends unasked, or nothing moves for long.</summary>
    private async Task UntilAsync(Func<Task<bool>> isDone, CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(Pause, clock);
        var (moved, at) = ("", clock.GetTimestamp());
        while (!await isDone())
        {
            cancellationToken.ThrowIfCancellationRequested();   // Ctrl-C ends agents too, which is no failure of theirs
            if (_agents.Find(a => a.HasFailed) is { } failed) throw new DemoException($"{failed.Name} ended by itself. It said:{Environment.NewLine}{failed.LastWords}");
            var now = (await _client!.Tasks(Workspace).GetMetricsAsync(cancellationToken)).ToString();
            if (now != moved) (moved, at) = (now, clock.GetTimestamp());
            if (clock.GetElapsedTime(at) > Patience) throw new DemoException($"Nothing has moved for {FleetScreen.Seconds(Patience)}.");
            await tick.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<ImmutableArray<AgentView>> AgentsAsync(CancellationToken cancellationToken) => (await _client!.Agents(Workspace).ListAsync(new() { Limit = DemoOptions.MostAgents }, cancellationToken)).Items;

    private async Task KillAsync(string name)
    {
        var agent = _agents.Single(a => a.Name == name);
        var at = clock.GetTimestamp();
        await agent.KillAsync();
        _kill = new(agent, at);
    }

    private void Advise(string? operationId)
    {
        FleetScreen.Say("");
        if (!options.Keep)
        {
            FleetScreen.Say("""
                Go on with:
                  dotnet run --project samples/fleet -- --keep    the same, and then the server stays to be looked at
                  dotnet run --project silo                       a server for your own agents; then ./memento --help
                  samples/fleet/IndexingAgent.cs                  how an agent is written
                """);
            return;
        }

        FleetScreen.Say($"""
            The server and its agents stay until Ctrl-C. Look at them with:
              export MEMENTO_SERVER={_server!.Url.AbsoluteUri.TrimEnd('/')}
              ./memento agents watch
              ./memento docs list --kind entity
              ./memento rollback undo {operationId ?? "OPERATION"}    the drafts come back
            """);
    }

    private sealed record Kill(AgentProcess Agent, long At);

    public static string Few(IReadOnlyList<string> names) => names.Count <= 3 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(3))} and {names.Count - 3} more";
}
