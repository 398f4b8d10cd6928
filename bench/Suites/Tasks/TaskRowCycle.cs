using System.Collections.Immutable;
using Memento.Storage;
using Memento.Tasks;

namespace Memento.Bench.Tasks;

/// <summary>Tasks are rows that their queue's stream owns: each step of a batch is one append of the queue.</summary>
internal sealed class TaskRowCycle : ITaskCycle
{
    private static readonly GrainKey Key = new("bench", "default");
    private static readonly TaskLimits Limits = new();

    private readonly IJournal _journal;
    private readonly JournalWriter _queue;
    private readonly Lock _order = new();
    private QueueState _state = QueueState.Empty;
    private OpenTasks _open;
    private long _position;

    private TaskRowCycle(IJournal journal, JournalWriter queue) => (_journal, _queue) = (journal, queue);

    public static async Task<ITaskCycle> OpenAsync(Store store, CancellationToken cancellationToken) =>
        new TaskRowCycle(store.Journal,
            new JournalWriter("queue/bench/default", await store.Journal.ReserveStreamIdAsync(cancellationToken)));

    public async Task RunAsync(int agent)
    {
        var (name, tasks, token) = (Fleet.Name(agent), new TaskState[TaskStorage.BatchSize], 0L);
        await StepAsync(TaskChange.Submitted, null, first => [.. Enumerable.Range(0, tasks.Length).Select(n =>
        {
            var (task, now) = (Fleet.Task(n, "build"), TimeProvider.System.GetUtcNow());
            return new TaskRow(tasks[n] = TaskLife.Submit(task, _state.Submitted + n + 1, $"task-{Guid.CreateVersion7(now)}", [],
                _state.Settings, now), task);
        })]);
        await StepAsync(TaskChange.Assigned, name, position =>
            Step(tasks, s => TaskLife.Assign(s, name, token = position, TimeProvider.System.GetUtcNow())));
        var report = new TaskReport { AgentId = name, Token = token };
        await StepAsync(TaskChange.Started, name, _ => Step(tasks, s => TaskLife.Start(s, report, Limits, TimeProvider.System.GetUtcNow())));
        var result = JsonText.Parse("""{"ok":true}""");
        await StepAsync(TaskChange.Completed, name, _ =>
            [.. Step(tasks, s => TaskLife.Complete(s, report with { Result = result }, Limits, TimeProvider.System.GetUtcNow()))
                .Select(r => r with { Result = result, Ended = r.State.History[^1] })]);
    }

    private static ImmutableArray<TaskRow> Step(TaskState[] tasks, Func<TaskState, TaskStep> step)
    {
        for (var i = 0; i < tasks.Length; i++) tasks[i] = step(tasks[i]).After ?? throw new BenchException("A task did not take a step.");
        return [.. tasks.Select(s => new TaskRow(s))];
    }

    private Task StepAsync(TaskChange change, string? agent, Func<long, ImmutableArray<TaskRow>> rows)
    {
        lock (_order)
        {
            var fact = QueueFact.TasksChanged.Of(change, agent, rows(++_position), TimeProvider.System.GetUtcNow());
            var n = fact.Rows.Length;
            _state = QueueState.Apply(_state, fact);
            _open = change switch
            {
                TaskChange.Submitted => _open with { Queued = _open.Queued + n },
                TaskChange.Assigned => _open with { Queued = _open.Queued - n, Assigned = _open.Assigned + n },
                TaskChange.Started => _open with { Assigned = _open.Assigned - n, Running = _open.Running + n },
                _ => _open with { Running = _open.Running - n },
            };
            var (kind, payload) = QueueFact.Codec.Encode(fact);
            return _journal.AppendAsync(new Append
            {
                Writer = _queue, CreatesStream = _position == 1, FirstPosition = _position,
                    Entries = [new NewEntry(kind, 1, fact.At, payload)],
                Rows = TaskRows.Follow(Key, _queue.StreamId, _position, fact, _state, _open),
            });
        }
    }
}
