using System.Text;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>An answer, or none: the caller does not know what happened.</summary>
internal readonly record struct Reply<T>(bool Came, T? Value);

/// <summary>A virtual clock and everything that happens on it: messages, transactions, timers. One thread; the seed decides all.</summary>
internal sealed class Simulator(ulong seed, Bug bug, bool traced)
{
    public const int Silos = 2;
    private const long CalleeGoneAfter = 1_000;
    private const int MaxSteps = 1_000_000;

    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private readonly StringBuilder _trace = new();
    private readonly long[] _pausedUntil = new long[Silos];
    private readonly List<(int Silo, long From, long To)> _pauses = [];
    private long _order;
    private int _steps;
    private long _lastNumber;
    private int? _thread;

    public SimRandom Random { get; } = new(seed);

    public FaultPlan Faults { get; set; } = FaultPlan.None;

    public Cluster Cluster { get; set; } = null!;

    /// <summary>True time in milliseconds.</summary>
    public long Now { get; private set; }

    /// <summary>End of the last planted fault; liveness is judged from here on.</summary>
    public long QuietSince { get; private set; }

    public string? Violation { get; private set; }

    public Exception? Failure { get; set; }

    public string Log => _trace.ToString();

    public long NextNumber() => ++_lastNumber;

    public bool Has(Bug planted) => bug == planted;

    public void Violate(string what)
    {
        Trace($"VIOLATION {what}");
        Violation ??= what;
    }

    public void Trace(FormattableString text)
    {
        if (traced) _trace.Append(FormattableString.Invariant($"{Now / 1000.0,9:0.000}  ")).Append(FormattableString.Invariant(text)).Append('\n');
    }

    public void At(long time, Action action)
    {
        _thread ??= Environment.CurrentManagedThreadId;
        if (_thread != Environment.CurrentManagedThreadId) Failure ??= new InvalidOperationException("Something ran on another thread.");
        _events.Enqueue(action, (time, ++_order));
    }

    public void DisturbUntil(long time) => QuietSince = Math.Max(QuietSince, time);

    /// <summary>Runs the events of the next moment in time.</summary>
    public bool Step()
    {
        if (_steps >= MaxSteps - 1) Violate("the simulation does not end");
        if (Violation is not null || !_events.TryDequeue(out var action, out var when)) return false;
        Now = when.Time;
        action();
        return Failure is null && ++_steps < MaxSteps;
    }

    /// <summary>Stops a silo for a while: what arrives meanwhile is handled afterwards.</summary>
    public void Pause(int silo, long length)
    {
        var from = Math.Max(Now, _pausedUntil[silo]);
        if (Now + length <= from) return;
        _pausedUntil[silo] = Now + length;
        _pauses.Add((silo, from, Now + length));
        DisturbUntil(Now + length);
    }

    /// <summary>Time between two moments during which a silo was stopped.</summary>
    public long PausedBetween(int silo, long from, long to) =>
        _pauses.Where(p => p.Silo == silo).Sum(p => Math.Max(0, Math.Min(p.To, to) - Math.Max(p.From, from)));

    /// <summary>Continues on an activation, in any order with others, later if it is stopped, and never if it is gone.</summary>
    public void Resume(Activation on, Action action)
    {
        if (!on.IsAlive) return;
        var until = on.IsOutside ? on.PausedUntil : _pausedUntil[on.Silo];
        if (until > Now) At(until + Random.Next(100), () => Resume(on, action));   // Whatever waited is handled in any order.
        else action();
    }

    public Task Delay(Activation on, long milliseconds)
    {
        var done = new TaskCompletionSource();
        At(Now + milliseconds, () => Resume(on, done.SetResult));
        return done.Task;
    }

    /// <summary>Runs a piece of an activation's own work.</summary>
    public void Spawn(Activation on, Func<Task> work) => At(Now, () => Resume(on, () => _ = Watch(work)));

    public Task<Reply<T>> Call<TGrain, T>(Activation from, string key, string label, Func<TGrain, Task<T>> method, long timeout = 10_000)
        where TGrain : Activation
    {
        var answered = new TaskCompletionSource<Reply<T>>();
        var isDone = false;
        At(Now + timeout, () => Answer(default, 0));
        var (fault, delay) = Faults.OfCall(this, label);
        if (fault is CallFault.Lost or CallFault.Dropped) DisturbUntil(Now + timeout);
        if (fault is CallFault.Dropped) At(Now + 500, () => Answer(default, 0));
        if (fault is not CallFault.Lost) At(Now + 1 + Random.Next(3) + delay, Deliver);
        return answered.Task;

        void Answer(Reply<T> reply, long after)
        {
            if (isDone) return;
            isDone = true;
            At(Now + after, () => Resume(from, () => answered.SetResult(reply)));
        }

        void Deliver()
        {
            var callee = Cluster.Route<TGrain>(key, from.Silo);
            Resume(callee, () => callee.Enter(() => _ = Watch(RunAsync)));

            async Task RunAsync()
            {
                Action gone = () => At(Now + CalleeGoneAfter, () => Answer(default, 0));
                callee.Unanswered.Add(gone);
                var value = await method((TGrain)callee);
                callee.Unanswered.Remove(gone);
                callee.Leave();
                if (fault is CallFault.CallerDies) Cluster.KillCaller(from);
                if (fault is CallFault.CalleeDies) Cluster.Crash(callee.Silo);
                if (fault is CallFault.AnswerLost or CallFault.CalleeDies) DisturbUntil(Now + timeout);
                if (fault is not CallFault.AnswerLost and not CallFault.CalleeDies) Answer(new(true, value), 1 + Random.Next(3));
            }
        }
    }

    /// <summary>Sends a call that nobody awaits and that may be lost.</summary>
    public void Wake<TGrain>(Activation from, string key, string label, Action<TGrain> method) where TGrain : Activation
    {
        var (isLost, delay) = Faults.OfWakeUp(this, label);
        if (isLost) return;
        At(Now + 1 + Random.Next(3) + delay, () =>
        {
            var target = Cluster.Route<TGrain>(key, from.Silo);
            Resume(target, () => method((TGrain)target));
        });
    }

    /// <summary>Reads a snapshot of the store; the answer may be old when it arrives.</summary>
    public Task<Reply<T>> Read<T>(Activation on, string label, Func<SimJournal, T> query)
    {
        var answered = new TaskCompletionSource<Reply<T>>();
        var slow = Faults.OfRead(this, label);
        At(Now + 2, () =>
        {
            var value = query(Cluster.Journal);
            At(Now + 2 + slow, () => Resume(on, () => answered.SetResult(new(true, value))));
        });
        return answered.Task;
    }

    /// <summary>Commits a transaction. It may commit without an answer, or not at all.</summary>
    public Task<Reply<T>> Append<T>(Activation on, string label, Func<SimJournal, long, T> transaction)
    {
        var answered = new TaskCompletionSource<Reply<T>>();
        var (fault, slow) = Faults.OfAppend(this, label);
        var change = Cluster.Journal.Begin();
        At(Now + 2 + slow, () =>
        {
            var reply = fault is AppendFault.NotCommitted ? default : new Reply<T>(true, transaction(Cluster.Journal, change));
            Cluster.Journal.End(change);
            if (fault is AppendFault.SiloDies && !on.IsOutside) Cluster.Crash(on.Silo);
            if (fault is AppendFault.AnswerLost) reply = default;
            At(Now + 2, () => Resume(on, () => answered.SetResult(reply)));
        });
        return answered.Task;
    }

    private async Task Watch(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e)   // The loop rethrows it: an exception is a bug of the simulation or of the rules.
        {
            Failure ??= e;
        }
    }
}
