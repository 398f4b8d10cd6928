using System.Collections.Immutable;
using Memento.Core.Coordination;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>The shell of a queue: rebuild, submit, lend, settle; timer and feed.</summary>
internal sealed class SimQueue : Activation
{
    private const int MaxTries = 5;
    private const int MaxAsked = 100;

    private readonly Gate _loaded;

    private QueueMemory _memory;
    private bool _isLoading;
    private bool _isLoaded;
    private long _cursor;
    private long _position;

    public SimQueue(Simulator sim, string key, int silo) : base(sim, key, silo) =>
        (_loaded, _memory) = (new(sim, this), new(sim.Cluster.Scenario.Settings));

    public override void Start() => Sim.Spawn(this, Tick);

    public async Task<ImmutableArray<TaskSnapshot>> Submit(ImmutableArray<TaskSpec> specs, string requestKey, Ride? ride)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            await Load();
            var rides = ride is not null && !_memory.HasReady ? ride : null;
            var position = _position;
            var reply = await Sim.Append(this, "append:births", (journal, change) =>
                journal.Submit(Id, position, requestKey, specs, rides, Clock.Utc, change));
            if (!reply.Came || reply.Value.Result is AppendResult.Conflict) LoseMemory();
            if (!reply.Came) return [];
            if (reply.Value.Result is AppendResult.Conflict) continue;
            _position = Math.Max(_position, reply.Value.Position);
            foreach (var task in reply.Value.Tasks)
            {
                Learn(task);
                if (!task.State.WaitsFor.IsEmpty && !Sim.Has(Bug.DependentsNotAsked)) Sim.Spawn(this, () => AskUnmet(task));
            }

            WakeDispatcher();
            return reply.Value.Tasks;
        }

        return [];
    }

    public async Task<ImmutableArray<TaskSnapshot>> CheckOut(ImmutableArray<AgentRoom> agents, int max)
    {
        await Load();
        if (Sim.Has(Bug.NeedsIgnored)) agents = [.. agents.Select(a => a with { Capabilities = ["gpu"] })];
        return _memory.CheckOut(agents, max, LapseClock);
    }

    public async Task<bool> Settle(ImmutableArray<CheckoutOutcome> outcomes)
    {
        await Load();
        foreach (var answered in outcomes.OfType<CheckoutOutcome.Answered>()) BelieveAnything(answered.Task);
        foreach (var over in _memory.Settle(outcomes, Clock)) Sim.Spawn(this, () => AskDependents(over));
        if (_memory.HasReady && outcomes.Any(o => o is CheckoutOutcome.Answered)) WakeDispatcher();
        return true;
    }

    public async Task<bool> Poke()
    {
        await Load();
        if (_memory.HasReady) WakeDispatcher();
        return true;
    }

    public void Hear(TaskSnapshot task) => Sim.Spawn(this, async () =>
    {
        await Load();
        if (Learn(task) is NewsEffect.Ready) WakeDispatcher();
    });

    private ClockReading LapseClock => Sim.Has(Bug.CheckoutNeverLapses) ? Clock with { Monotonic = TimeSpan.Zero } : Clock;

    private NewsEffect Learn(TaskSnapshot task)
    {
        BelieveAnything(task);
        var effect = _memory.Learn(task, Clock);
        if (effect is NewsEffect.Over) Sim.Spawn(this, () => AskDependents(task.TaskId));
        return effect;
    }

    private void BelieveAnything(TaskSnapshot task)
    {
        if (!Sim.Has(Bug.OldNewsBelieved) || _memory.Find(task.TaskId) is not { } known || task.Stamp >= known.Stamp) return;
        var old = task.State with { Status = Memento.Tasks.WorkStatus.Cancelled, Lease = null };
        _memory.Learn(new(new(known.Stamp.Number, known.Stamp.Position + 1), old), Clock);
    }

    private void LoseMemory() => (_memory, _isLoaded) = (new(Sim.Cluster.Scenario.Settings), false);

    private async Task Load()
    {
        while (!_isLoaded)
        {
            if (_isLoading)
            {
                await _loaded.Pass();
                continue;
            }

            _isLoading = true;
            var memory = _memory;
            var mark = memory.BeginRead();
            var reply = await Sim.Read(this, "read:queue", j => (Cursor: j.Cursor, Rows: j.OpenOf(Id), Position: j.QueuePosition(Id)));
            if (memory == _memory)
            {
                (_cursor, _position, _isLoaded) = (reply.Value.Cursor, reply.Value.Position, true);
                memory.EndRead(mark, reply.Value.Rows, Clock);
            }

            _isLoading = false;
            _loaded.Open();
        }
    }

    private async Task Tick()
    {
        for (var n = 1; ; n++)
        {
            await Sim.Delay(this, 1_000);
            if (!_isLoaded) continue;
            if (n % 2 == 0 && !Sim.Has(Bug.WakeUpReliedUpon)) Sim.Spawn(this, ReadFeed);
            foreach (var due in _memory.Tick(MaxAsked, LeaseClock))
                if (due.Watch is not null || !Sim.Has(Bug.DueNeverAsked)) Sim.Spawn(this, () => Ask(due));
            if (_memory.HasReady && n % 2 == 0) WakeDispatcher();
        }
    }

    private ClockReading LeaseClock => Sim.Has(Bug.CheckoutNeverLapses) ? Clock with { Monotonic = TimeSpan.Zero } : Clock;

    private async Task ReadFeed()
    {
        var (memory, since) = (_memory, _cursor);
        var reply = await Sim.Read(this, "read:feed", journal => (journal.Cursor, Rows: journal.ChangedSince(Id, since)));
        if (memory != _memory) return;
        _cursor = Math.Max(_cursor, reply.Value.Cursor);
        foreach (var row in reply.Value.Rows) Learn(row);
    }

    private async Task Ask(DueTask due)
    {
        var reply = await Sim.Call<SimTask, TaskAnswer>(this, $"task/{due.Task.TaskId}", "task.expire", task => task.Expire(due));
        if (reply.Value is not { Task: { } after } answer) return;
        Learn(after);
        if (due.Watch is { } watch && answer.SinceReport is { } since && due.Task.State.Spec!.HeartbeatTimeout is not null)
            _memory.Heard(after.TaskId, watch.Token, since, Clock);
    }

    private async Task AskDependents(string taskId)
    {
        if (Sim.Has(Bug.DependentsNotAsked)) return;
        var reply = await Sim.Read(this, "read:dependents", journal => (journal.Dependents(taskId), journal.Find(taskId)?.State.Status));
        if (reply.Value is not (var dependents, { } status)) return;
        foreach (var dependent in dependents)
            await Sim.Call<SimTask, TaskAnswer>(this, $"task/{dependent}", "task.depended", task => task.EndDependency(taskId, status));
    }

    private async Task AskUnmet(TaskSnapshot task)
    {
        foreach (var dependency in task.State.WaitsFor)
        {
            var status = (await Sim.Read(this, "read:deps", journal => journal.Find(dependency)?.State.Status)).Value;
            if (status is not { } known || !Sim.Cluster.Journal.IsOver(dependency)) continue;
            await Sim.Call<SimTask, TaskAnswer>(this, $"task/{task.TaskId}", "task.depended", t => t.EndDependency(dependency, known));
        }
    }

    private void WakeDispatcher() => Sim.Wake<SimDispatcher>(this, $"dispatcher/{Id}", "wake:dispatcher", dispatcher => dispatcher.Wake());
}
