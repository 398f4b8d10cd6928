using Memento.Core.Coordination.Tasks;
using Memento.Tasks;

namespace Memento.Core.Coordination.Queues;

/// <summary>
/// The ready tasks of a queue in their order, kept by type and required capabilities: finding what an agent can do never means
/// looking at what it cannot. Within a session or tenant the order is by <em>submitted − priority × ageing</em>: each step of priority
/// is worth a fixed head start, so the order of two tasks never changes and no task waits forever. Between sessions or tenants it is
/// stride scheduling (Waldspurger and Weihl, 1995): each has a pass that grows by 1 ÷ weight with every task, and the lowest goes first.
/// Adding and taking cost the logarithm of what waits; taking looks once at each different set of needs. Not thread-safe.
/// </summary>
public sealed class ReadyTasks(QueueSettings settings)
{
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly Dictionary<string, Needs> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flow> _flows = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Flow, double> _idle = new();   // Flows that had nothing waiting once, by their pass then.
    private double _pass;   // Pass of the flow that was served last.

    public int Count => _entries.Count;

    /// <summary>Places in memory: those of ready tasks, and of some that were taken out from behind others.</summary>
    public int Places => _needs.Values.Sum(n => n.Places);

    /// <summary>Sessions or tenants in memory: those with ready tasks, and those that are ahead of the others.</summary>
    public int Flows => _flows.Count;

    /// <summary>Adds a task; adding it again has no effect.</summary>
    /// <param name="isReturned">Whether the task was taken and not assigned: its session or tenant gets that turn back.</param>
    public void Add(TaskSnapshot task, bool isReturned = false)
    {
        var number = task.Stamp.Number;
        if (_entries.ContainsKey(number)) return;
        var spec = task.State.Spec!;
        var asked = new TaskNeeds(spec.RequiredCapabilities, spec.Type);
        if (!_needs.TryGetValue(asked.Key, out var needs)) _needs.Add(asked.Key, needs = new(asked));
        var name = FlowOf(spec);
        if (!_flows.TryGetValue(name, out var flow)) _flows.Add(name, flow = new(name));
        if (flow.Waiting == 0) flow.Pass = Math.Max(flow.Pass, _pass);   // A flow that was away saves nothing up.
        if (isReturned) flow.Pass -= 1 / WeightOf(flow);
        var entry = new Entry(number, task.TaskId, OrderOf(task.State), needs, flow, task.State.LatestStart);
        _entries.Add(number, entry);
        flow.Waiting++;
        needs.Add(entry);
    }

    /// <summary>Takes a task out, wherever it stands.</summary>
    public bool Remove(long number)
    {
        if (!_entries.Remove(number, out var entry)) return false;
        Leave(entry);
        return true;
    }

    /// <summary>Takes out the next task with needs that <paramref name="canDo"/> accepts; null if there is none.</summary>
    /// <param name="now">Tasks that cannot be done by their deadline any more are passed over; they fail when it comes.</param>
    public Entry? TakeNext(Func<TaskNeeds, bool> canDo, DateTimeOffset now)
    {
        Entry? best = null;
        foreach (var needs in _needs.Values.ToArray())
        {
            if (!canDo(needs.Asked)) continue;
            if (Head(needs, now) is { } head && (best is null || Turn.Of(head).CompareTo(Turn.Of(best)) < 0)) best = head;
        }

        if (best is null) return null;
        _pass = Math.Max(_pass, best.Flow.Pass);
        best.Flow.Pass += 1 / WeightOf(best.Flow);
        Remove(best.Number);
        ForgetIdle();
        return best;
    }

    /// <summary>Returns the first task with these needs, and takes out those that cannot meet their deadline any more.</summary>
    private Entry? Head(Needs needs, DateTimeOffset now)
    {
        while (needs.Head() is { } head)
        {
            if (!(head.LatestStart < now)) return head;
            Remove(head.Number);
        }

        return null;
    }

    private void Leave(Entry entry)
    {
        entry.Needs.Leave(entry);
        if (entry.Needs.IsEmpty) _needs.Remove(entry.Needs.Asked.Key);
        if (--entry.Flow.Waiting == 0) _idle.Enqueue(entry.Flow, entry.Flow.Pass);
    }

    /// <summary>Forgets flows without tasks whose pass is behind.</summary>
    private void ForgetIdle()
    {
        while (_idle.TryPeek(out var flow, out var pass) && pass <= _pass)
        {
            _idle.Dequeue();
            if (flow.Waiting > 0 || flow.Pass > _pass) continue;
            if (_flows.TryGetValue(flow.Name, out var known) && ReferenceEquals(known, flow)) _flows.Remove(flow.Name);
        }
    }

    private string FlowOf(TaskSpec spec) => settings.FairBy switch
    {
        FairShare.Session => spec.SessionId ?? "",
        FairShare.Tenant => spec.Tenant ?? "",
        _ => "",
    };

    private double WeightOf(Flow flow) => settings.Weights.TryGetValue(flow.Name, out var weight) ? weight : 1;

    /// <summary>Order within a flow, in seconds; lower goes first.</summary>
    private double OrderOf(Coordination.Tasks.TaskState task) => settings.AgeingSeconds > 0
        ? (task.CreatedAt.ToUnixTimeMilliseconds() / 1e3) - (task.Spec!.Priority * settings.AgeingSeconds)
        : -task.Spec!.Priority;

    /// <summary>A ready task.</summary>
    public sealed class Entry
    {
        internal Entry(long number, string taskId, double order, Needs needs, Flow flow, DateTimeOffset? latestStart) =>
            (Number, TaskId, Order, Needs, Flow, LatestStart) = (number, taskId, order, needs, flow, latestStart);

        public long Number { get; }

        public string TaskId { get; }

        public TaskNeeds Asked => Needs.Asked;

        internal double Order { get; }

        internal Needs Needs { get; }

        internal Flow Flow { get; }

        internal DateTimeOffset? LatestStart { get; }

        /// <summary>The task is not ready any more; its place is passed over.</summary>
        internal bool IsOut { get; set; }
    }

    /// <summary>Turn of a task: by the pass of its flow, then by its own order.</summary>
    internal readonly record struct Turn(double Pass, double Order, long Number) : IComparable<Turn>
    {
        public static Turn Of(Entry entry) => new(entry.Flow.Pass, entry.Order, entry.Number);

        public int CompareTo(Turn other) => (Pass, Order, Number).CompareTo((other.Pass, other.Order, other.Number));
    }

    /// <summary>The tasks with the same needs, by flow.</summary>
    internal sealed class Needs(TaskNeeds asked)
    {
        private const int MaxPassed = 1_000;

        private readonly Dictionary<Flow, Lane> _lanes = [];
        private readonly PriorityQueue<Lane, Turn> _turns = new();   // Each lane at its turn or before.

        public TaskNeeds Asked => asked;

        public bool IsEmpty => _lanes.Count == 0;

        public int Places => _lanes.Values.Sum(lane => lane.Places) + _turns.Count;

        public void Add(Entry entry)
        {
            if (!_lanes.TryGetValue(entry.Flow, out var lane)) _lanes.Add(entry.Flow, lane = new());
            lane.Add(entry);
            var turn = Turn.Of(entry);
            if (lane.Turn is { } known && turn.CompareTo(known) >= 0) return;
            lane.Turn = turn;
            _turns.Enqueue(lane, turn);
            if (_turns.Count > MaxPassed + (2 * _lanes.Count)) Sweep();
        }

        public void Leave(Entry entry)
        {
            var lane = _lanes[entry.Flow];
            lane.Leave(entry);
            if (lane.Count > 0) return;
            _lanes.Remove(entry.Flow);
            lane.Turn = null;
        }

        /// <summary>Returns the first task of all.</summary>
        public Entry? Head()
        {
            while (_turns.TryPeek(out var lane, out var turn))
            {
                if (lane.Turn != turn)
                {
                    _turns.Dequeue();   // The lane has an earlier turn, or nothing.
                    continue;
                }

                var head = lane.Head();
                var actual = Turn.Of(head);
                if (actual == turn) return head;
                lane.Turn = actual;
                _turns.DequeueEnqueue(lane, actual);
            }

            return null;
        }

        private void Sweep()
        {
            _turns.Clear();
            foreach (var lane in _lanes.Values) _turns.Enqueue(lane, lane.Turn!.Value);
        }

        private sealed class Lane
        {
            private readonly PriorityQueue<Entry, (double, long)> _entries = new();   // Also those taken out from behind others.

            public int Count { get; private set; }

            public int Places => _entries.Count;

            /// <summary>Place among the other lanes; not later than its head.</summary>
            public Turn? Turn { get; set; }

            public void Add(Entry entry)
            {
                _entries.Enqueue(entry, (entry.Order, entry.Number));
                Count++;
                if (_entries.Count <= MaxPassed + (2 * Count)) return;
                var waiting = _entries.UnorderedItems.Where(item => !item.Element.IsOut).ToArray();
                _entries.Clear();
                _entries.EnqueueRange(waiting);
            }

            public void Leave(Entry entry)
            {
                entry.IsOut = true;
                Count--;
            }

            public Entry Head()
            {
                while (_entries.Peek().IsOut) _entries.Dequeue();
                return _entries.Peek();
            }
        }
    }

    internal sealed class Flow(string name)
    {
        public string Name => name;

        public double Pass { get; set; }

        public int Waiting { get; set; }
    }
}
