namespace Memento.Tasks;

/// <summary>
/// The tasks of a queue that could be given out, in the order in which they should be. Kept by type and required capabilities, so that finding what an agent can do never means looking at what it cannot.
/// Within a session or tenant the order is by <em>submitted − priority × ageing</em>: with ageing, each step of priority is worth a fixed head start, so the order of two tasks never changes and nothing starves.
/// Between sessions or tenants it is stride scheduling (Waldspurger and Weihl, 1995): each has a pass that grows by 1 ÷ weight with every task, and the lowest goes first.
/// Adding and taking cost the logarithm of what waits; taking looks once at each different set of needs. Nothing here is thread-safe.
/// </summary>
public sealed class WaitingTasks(QueueSettings settings)
{
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly Dictionary<string, Needs> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flow> _flows = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Flow, double> _idle = new();   // flows that had nothing waiting once, by their pass then
    private double _pass;   // of the flow that was served last

    public int Count => _entries.Count;

    /// <summary>Places kept in memory: those of the tasks that wait, and of some that were taken out from behind others.</summary>
    public int Places => _needs.Values.Sum(n => n.Places);

    /// <summary>Sessions or tenants remembered: those with tasks that wait, and those that had their turn before the others had theirs.</summary>
    public int Flows => _flows.Count;

    /// <summary>Adds a task; once more has no effect.</summary>
    public void Add(TaskState task)
    {
        if (_entries.ContainsKey(task.Number)) return;
        var asked = TaskNeeds.Of(task);
        if (!_needs.TryGetValue(asked.Key, out var needs)) _needs.Add(asked.Key, needs = new(asked));
        var name = FlowOf(task);
        if (!_flows.TryGetValue(name, out var flow)) _flows.Add(name, flow = new(name));
        if (flow.Waiting == 0) flow.Pass = Math.Max(flow.Pass, _pass);   // who was away saves nothing up
        var entry = new Entry(task.Number, OrderOf(task), needs, flow, LatestStart(task));
        _entries.Add(task.Number, entry);
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

    /// <summary>Takes out the task that is next for whoever can do what <paramref name="canDo"/> says; null if there is none.</summary>
    /// <param name="canDo">Whether the agent is what they need.</param>
    /// <param name="now">Tasks that cannot be done by their deadline any more are passed over; they fail when it comes.</param>
    public Entry? TakeNext(Func<TaskNeeds, bool> canDo, DateTimeOffset now)
    {
        Entry? best = null;
        foreach (var needs in _needs.Values)
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

    /// <summary>Latest time at which a task can be begun and still be done by its deadline.</summary>
    public static DateTimeOffset? LatestStart(TaskState task) => task.Deadline?.AddMilliseconds(-(task.EstimatedDurationMs ?? 0));

    /// <summary>The first of the tasks with these needs. Those that come too late are taken out.</summary>
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

        public TaskNeeds Asked => Needs.Asked;

        internal double Order { get; }

        internal Needs Needs { get; }

        internal Flow Flow { get; }

        internal DateTimeOffset? LatestStart { get; }

        /// <summary>It waits no more; its place is passed over.</summary>
        internal bool IsOut { get; set; }
    }

    /// <summary>When a task comes: by the pass of its flow, then by its own order.</summary>
    internal readonly record struct Turn(double Pass, double Order, long Number) : IComparable<Turn>
    {
        public static Turn Of(Entry entry) => new(entry.Flow.Pass, entry.Order, entry.Number);

        public int CompareTo(Turn other) => (Pass, Order, Number).CompareTo((other.Pass, other.Order, other.Number));
    }

    /// <summary>The tasks that need the same, by flow.</summary>
    internal sealed class Needs(TaskNeeds asked)
    {
        private const int MostPassed = 1_000;

        private readonly Dictionary<Flow, Lane> _lanes = [];
        private readonly PriorityQueue<Lane, Turn> _turns = new();   // each lane at its turn or before it; a pass only grows, and then the lane is moved back when it comes up

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
            if (_turns.Count > MostPassed + (2 * _lanes.Count)) Sweep();
        }

        public void Leave(Entry entry)
        {
            var lane = _lanes[entry.Flow];
            lane.Leave(entry);
            if (lane.Count > 0) return;
            _lanes.Remove(entry.Flow);
            lane.Turn = null;
        }

        /// <summary>The first task of all.</summary>
        public Entry? Head()
        {
            while (_turns.TryPeek(out var lane, out var turn))
            {
                if (lane.Turn != turn)
                {
                    _turns.Dequeue();   // it has an earlier turn, or nothing
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
            private readonly PriorityQueue<Entry, (double, long)> _entries = new();   // also those that were taken out from behind others

            public int Count { get; private set; }

            public int Places => _entries.Count;

            /// <summary>Where it stands among the others; not later than its head.</summary>
            public Turn? Turn { get; set; }

            public void Add(Entry entry)
            {
                _entries.Enqueue(entry, (entry.Order, entry.Number));
                Count++;
                if (_entries.Count <= MostPassed + (2 * Count)) return;
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
