using System.Globalization;
using Memento.Agents;
using Memento.Tasks;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Memento.Samples.Fleet;

/// <summary>What a person sees: on a terminal the fleet as it works, elsewhere a line now and then.</summary>
internal sealed class FleetScreen(TimeProvider clock)
{
    private const int Steps = 8;

    private readonly IAnsiConsole _console = AnsiConsole.Console;
    private readonly bool _isLive = !Console.IsOutputRedirected;
    private readonly long _began = clock.GetTimestamp();
    private readonly List<string> _events = [];
    private LiveDisplayContext? _live;
    private IReadOnlyList<AgentProcess> _processes = [];
    private long _step = -1;

    public TimeSpan Elapsed => clock.GetElapsedTime(_began);

    /// <summary>Shows the fleet for as long as the work takes.</summary>
    public Task WhileAsync(IReadOnlyList<AgentProcess> processes, Func<Task> work)
    {
        _processes = processes;
        if (!_isLive) return work();
        return _console.Live(new Text("")).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            _live = live;
            try
            {
                await work();
            }
            finally
            {
                _live = null;
            }
        });
    }

    /// <summary>Something that happened.</summary>
    public void Happened(string what)
    {
        var line = $"{Seconds(Elapsed),6}  {what}";
        if (_live is null) Say(line);
        else _events.Add(line);
    }

    public static void Say(string line) => Console.Out.WriteLine(line);

    /// <summary>How it stands now.</summary>
    public void Show(IReadOnlyList<AgentView> agents, QueueView queue)
    {
        var line = $"{queue.Completed} of {queue.Submitted} done, {queue.Assigned + queue.Running} with agents, {queue.Queued} waiting";
        if (_live is not null)
        {
            _live.UpdateTarget(new Rows([Table(agents), new Text($"{Seconds(Elapsed),6}  {line}", new Style(decoration: Decoration.Bold)), .. _events.Select(e => new Text(e))]));
            _live.Refresh();
            return;
        }

        var step = queue.Completed * Steps / Math.Max(1, queue.Submitted);
        if (step == _step) return;
        _step = step;
        Happened(line);
    }

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";

    private Table Table(IReadOnlyList<AgentView> agents)
    {
        var table = new Table { Border = TableBorder.Horizontal };
        foreach (var heading in (string[])["Agent", "Process", "Status", "Load", "Done"]) table.AddColumn(heading);
        foreach (var agent in agents)
        {
            var process = _processes.FirstOrDefault(p => p.Name == agent.AgentId);
            var isDead = agent.Status is AgentStatus.Dead;
            IRenderable[] row =
            [
                new Text(agent.AgentId), new Text(process is null ? "–" : process.WasKilled ? $"{process.Id}, killed" : $"{process.Id}"),
                new Text(NamedEnumConverter<AgentStatus>.NameOf(agent.Status), new Style(isDead ? Color.Red : agent.Load > 0 ? Color.Green : Color.Default)), new Text($"{agent.Load} of {agent.MaxLoad}"), new Text($"{agent.TotalTasksCompleted}"),
            ];
            table.AddRow(row);
        }

        return table;
    }
}
