using Memento.Agents;
using Memento.Tasks;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Memento.Cli;

/// <summary>Tasks, agents and queues as tables, or a few lines each where those do not fit.</summary>
internal static class TaskListing
{
    private static readonly Column<TaskView>[] Tasks =
    [
        new("Task", t => new(Format.Clean(t.TaskId))),
        new("Status", t => new(Format.Name(t.Status), StyleOf(t.Status))),
        new("Type", t => new(Format.Clean(t.Type)), Least: 8),
        new("Agent", t => new(Format.Clean(t.AssignedAgent ?? (t.History is [.., var last] ? last.AgentId : "–"))), Least: 8),
        new("Attempts", t => new($"{t.Attempts} of {t.MaxAttempts}"), IsNumber: true, CanGo: true),
        new("Priority", t => new(Format.Number(t.Priority)), IsNumber: true, CanGo: true),
        new("Queue", t => new(Format.Clean(t.Queue)), Least: 8, CanGo: true),
        new("Submitted", t => new(Format.Time(t.CreatedAt)), CanGo: true),
    ];

    private static readonly Column<AgentView>[] Agents =
    [
        new("Agent", a => new(Format.Clean(a.AgentId)), Least: 8),
        new("Status", a => new(Format.Name(a.Status), StyleOf(a.Status))),
        new("Load", a => new($"{a.Load} of {a.MaxLoad}"), IsNumber: true),
        new("Done", a => new(Format.Number(a.TotalTasksCompleted)), IsNumber: true),
        new("Errors", a => new($"{a.ErrorRate * 100:0} %"), IsNumber: true, CanGo: true),
        new("Mean time", a => new(a.TotalTasksCompleted == 0 ? "–" : $"{a.AverageTaskDuration:0} ms"), IsNumber: true, CanGo: true),
        new("Type", a => new(Format.Clean(a.Type)), Least: 6, CanGo: true),
        new("Can do", a => new(Format.Few(a.Capabilities, 4)), Least: 10, CanGo: true),
    ];

    private static readonly Column<QueueView>[] Queues =
    [
        new("Queue", q => new(Format.Clean(q.Name)), Least: 8),
        new("Waiting", q => new(Format.Number(q.Queued)), IsNumber: true),
        new("With agents", q => new(Format.Number(q.Assigned + q.Running)), IsNumber: true),
        new("Completed", q => new(Format.Number(q.Completed)), IsNumber: true),
        new("Failed", q => new(Format.Number(q.Failed)), IsNumber: true),
        new("Strategy", q => new(Format.Name(q.Settings.Strategy) + (q.Settings.Paused ? ", paused" : "")), CanGo: true),
        new("Stale calls", q => new(Format.Number(q.Refused)), IsNumber: true, CanGo: true),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<TaskView> tasks) => Listing.Write(terminal, tasks, Tasks, t => Lines(terminal, t.TaskId, $"{Format.Name(t.Status)} · {t.Type} · {t.AssignedAgent ?? "–"}"));

    public static void Write(Terminal terminal, IReadOnlyList<AgentView> agents) => Listing.Write(terminal, agents, Agents, a => Lines(terminal, a.AgentId, Rest(a)));

    public static void Write(Terminal terminal, IReadOnlyList<QueueView> queues) => Listing.Write(terminal, queues, Queues, q => Lines(terminal, q.Name, Rest(q)));

    /// <summary>The same for a terminal where it will be replaced by what is there then.</summary>
    public static IRenderable View(Terminal terminal, IReadOnlyList<AgentView> agents) => Listing.Fitting(terminal, agents, Agents) ?? (IRenderable)Lines(agents.Select(a => (a.AgentId, Rest(a))));

    /// <inheritdoc cref="View(Terminal, IReadOnlyList{AgentView})"/>
    public static IRenderable View(Terminal terminal, IReadOnlyList<QueueView> queues) => Listing.Fitting(terminal, queues, Queues) ?? (IRenderable)Lines(queues.Select(q => (q.Name, Rest(q))));

    public static Style StyleOf(WorkStatus status) => status switch
    {
        WorkStatus.Completed => new(Color.Green),
        WorkStatus.Failed => new(Color.Red),
        WorkStatus.Running => new(Color.Yellow),
        _ => Style.Plain,
    };

    public static Style StyleOf(AgentStatus status) => status switch
    {
        AgentStatus.Dead => new(Color.Red),
        AgentStatus.Active or AgentStatus.Busy => new(Color.Green),
        _ => Style.Plain,
    };

    private static string Rest(AgentView a) => $"{Format.Name(a.Status)} · {a.Load} of {a.MaxLoad} · {a.TotalTasksCompleted} done";

    private static string Rest(QueueView q) => $"{q.Queued} waiting · {q.Assigned + q.Running} with agents · {q.Completed} completed · {q.Failed} failed";

    private static void Lines(Terminal terminal, string name, string rest)
    {
        terminal.Out.WriteLine(Format.Clean(name));
        Tables.Write(terminal, Indented(rest));
    }

    private static Rows Lines(IEnumerable<(string Name, string Below)> items) => new Rows(items.SelectMany(i => (IRenderable[])[new Text(Format.Clean(i.Name)), Indented(i.Below)]));

    private static Padder Indented(string rest) => Tables.Indented(new Text(Format.Clean(rest)), 2);
}
