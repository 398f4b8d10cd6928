using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>
/// The tasks of a queue that could be given out, in the order in which they should be. Kept by required capabilities, so that finding what an agent can do never means looking at what it cannot.
/// Within a session or tenant the order is by <em>submitted − priority × ageing</em>: with ageing, each step of priority is worth a fixed head start, so the order of two tasks never changes and nothing starves.
/// Between sessions or tenants it is stride scheduling (Waldspurger and Weihl, 1995): each has a pass that grows by 1 ÷ weight with every task, and the lowest goes first.
/// Adding and taking cost the logarithm of what waits, times the different sets of capabilities that tasks ask for. Nothing here is thread-safe.
/// </summary>
public sealed class WaitingTasks(QueueSettings settings)
{
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly Dictionary<string, Needs> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flow> _flows = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Flow, double> _idle = new();   // flows that had nothing waiting once, by their pass then
    private double _pass;   // of the flow that was served last

    public int Count => _entries.Count;

    /// <summary>Adds a task; once more has no effect.</summary>
    public void Add(TaskState task)
    {
        var key = string.Join('\n', task.RequiredCapabilities);
        if (!_needs.TryGetValue(key, out var needs)) _needs.Add(key, needs = new(task.RequiredCapabilities));
        var name = FlowOf(task);
        if (!_flows.TryGetValue(name, out var flow)) _flows.Add(name, flow = new(name));
        if (flow.Waiting == 0) flow.Pass = Math.Max(flow.Pass, _pass);   // who was away saves nothing up
        var entry = new Entry(task.Number, OrderOf(task), needs, flow, LatestStart(task));
        if (!_entries.TryAdd(task.Number, entry)) return;
        flow.Waiting++;
        needs.Count++;
        if (!needs.Flows.TryGetValue(flow, out var lane)) needs.Flows.Add(flow, lane = new());
        lane.Enqueue(entry, (entry.Order, entry.Number));
    }

    /// <summary>Takes a task out, wherever it stands.</summary>
    public bool Remove(long number)
    {
        if (!_entries.Remove(number, out var entry)) return false;   // its place in the lane is passed over when its turn comes
        Leave(entry);
        return true;
    }

    /// <summary>Takes out the task that is next for whoever can do what <paramref name="canDo"/> says; null if there is none.</summary>
    /// <param name="canDo">Whether the agent has all of these.</param>
    /// <param name="now">Tasks that cannot be done by their deadline any more are passed over; they fail when it comes.</param>
    public Entry? TakeNext(Func<ImmutableArray<string>, bool> canDo, DateTimeOffset now)
    {
        Entry? best = null;
        foreach (var needs in _needs.Values)
        {
            if (needs.Count == 0 || !canDo(needs.Required)) continue;
            if (Head(needs, now) is { } head && (best is null || IsBefore(head, best))) best = head;
        }

        if (best is null) return null;
        _pass = Math.Max(_pass, best.Flow.Pass);
        best.Flow.Pass += 1 / WeightOf(best.Flow);
        Remove(best.Number);
        ForgetIdle();
        return best;
    }

    /// <summary>Latest time at which a task can be begun and still be done by its deadline.</summary>
    public static DateTimeOffset? LatestStart(TaskState task) => task.Deadline?.AddMilliseconds(-(task.EstimatedDurationMs ?? 0));

    private Entry? Head(Needs needs, DateTimeOffset now)
    {
        Entry? best = null;
        List<Flow>? empty = null;
        foreach (var (flow, lane) in needs.Flows)
        {
            while (lane.TryPeek(out var entry, out _))
            {
                if (_entries.TryGetValue(entry.Number, out var known) && ReferenceEquals(known, entry) && !(entry.LatestStart < now))
                {
                    if (best is null || IsBefore(entry, best)) best = entry;
                    break;
                }

                lane.Dequeue();
                if (ReferenceEquals(known, entry)) Remove(entry.Number);
            }

            if (lane.Count == 0) (empty ??= []).Add(flow);
        }

        foreach (var flow in empty ?? []) needs.Flows.Remove(flow);
        return best;
    }

    private static bool IsBefore(Entry a, Entry b) =>
        !ReferenceEquals(a.Flow, b.Flow) ? a.Flow.Pass < b.Flow.Pass || (a.Flow.Pass == b.Flow.Pass && (a.Order, a.Number).CompareTo((b.Order, b.Number)) < 0)
            : (a.Order, a.Number).CompareTo((b.Order, b.Number)) < 0;

    private void Leave(Entry entry)
    {
        entry.Needs.Count--;
        if (entry.Needs.Count == 0) _needs.Remove(string.Join('\n', entry.Needs.Required));
        if (--entry.Flow.Waiting == 0) _idle.Enqueue(entry.Flow, entry.Flow.Pass);
    }

    /// <summary>A flow without tasks whose turn is past is as one that never was.</summary>
    private void ForgetIdle()
    {
        while (_idle.TryPeek(out var flow, out var pass) && pass <= _pass)
        {
            _idle.Dequeue();
            if (flow.Waiting == 0 && flow.Pass <= _pass && _flows.TryGetValue(flow.Name, out var known) && ReferenceEquals(known, flow)) _flows.Remove(flow.Name);
        }
    }

    private string FlowOf(TaskState task) => settings.FairBy switch
    {
        FairShare.Session => task.SessionId ?? "",
        FairShare.Tenant => task.Tenant ?? "",
        _ => "",
    };

    private double WeightOf(Flow flow) => settings.Weights.TryGetValue(flow.Name, out var weight) ? weight : 1;

    /// <summary>In seconds; lower goes first.</summary>
    private double OrderOf(TaskState task) => settings.AgeingSeconds > 0
        ? (task.CreatedAt.ToUnixTimeMilliseconds() / 1e3) - (task.Priority * settings.AgeingSeconds)
        : -task.Priority;

    /// <summary>A task that waits.</summary>
    public sealed class Entry
    {
        internal Entry(long number, double order, Needs needs, Flow flow, DateTimeOffset? latestStart) =>
            (Number, Order, Needs, Flow, LatestStart) = (number, order, needs, flow, latestStart);

        public long Number { get; }

        public ImmutableArray<string> Required => Needs.Required;

        internal double Order { get; }

        internal Needs Needs { get; }

        internal Flow Flow { get; }

        internal DateTimeOffset? LatestStart { get; }
    }

    internal sealed class Needs(ImmutableArray<string> required)
    {
        public ImmutableArray<string> Required => required;

        public int Count { get; set; }

        public Dictionary<Flow, PriorityQueue<Entry, (double, long)>> Flows { get; } = [];
    }

    internal sealed class Flow(string name)
    {
        public string Name => name;

        public double Pass { get; set; }

        public int Waiting { get; set; }
    }
}
