using System.Text;
using System.Text.Json;
using Memento.Storage;
using Memento.Tasks;

namespace Memento.Bench.Tasks;

/// <summary>Each task is a stream: one append bears the batch, then each task has an append for each of its events.</summary>
internal sealed class TaskStreamCycle : ITaskCycle
{
    private const string Workspace = "bench";

    private readonly IJournal _journal;
    private readonly JournalWriter _queue;
    private readonly Lock _order = new();
    private long _position;

    private TaskStreamCycle(IJournal journal, JournalWriter queue) => (_journal, _queue) = (journal, queue);

    public static async Task<ITaskCycle> OpenAsync(Store store, CancellationToken cancellationToken)
    {
        var cycle = new TaskStreamCycle(store.Journal,
            new JournalWriter("queue/bench/default", await store.Journal.ReserveStreamIdAsync(cancellationToken)));
        await cycle._journal.AppendAsync(new Append
        {
            Writer = cycle._queue, CreatesStream = true, FirstPosition = ++cycle._position, Entries = [Entry("configured", "{}")],
            Rows = [.. Enumerable.Range(0, 1_000).Select(n => new AgentEpoch(Workspace, Fleet.Name(n), 1).Row())],
        });
        return cycle;
    }

    public async Task RunAsync(int agent)
    {
        var name = Fleet.Name(agent);
        var births = new TaskBirth[TaskStorage.BatchSize];
        for (var i = 0; i < births.Length; i++) births[i] = await BirthAsync(i);
        await SubmitAsync(births);
        var writers = births.Select(b => new JournalWriter(TaskBirth.StreamOf(b.Workspace, b.TaskId), b.StreamId)).ToArray();
        var now = TimeProvider.System.GetUtcNow();
        var row = new TaskStreamRow { Status = WorkStatus.Assigned, Token = 1, AgentId = name, Epoch = 1, AssignedAt = now };
        var epoch = new AgentEpoch(Workspace, name, 1);
        await Task.WhenAll(writers.Select(w => AppendAsync(w, 2, Assigned(name), WorkStatus.Queued, row, epoch)));
        row = row with { Status = WorkStatus.Running };
        await Task.WhenAll(writers.Select(w => AppendAsync(w, 3, Entry("started", """{"token":1}"""), WorkStatus.Assigned, row)));
        row = row with { Status = WorkStatus.Completed, EndedAt = TimeProvider.System.GetUtcNow() };
        await Task.WhenAll(writers.Select(w =>
            AppendAsync(w, 4, Entry("completed", """{"token":1,"result":{"ok":true}}"""), WorkStatus.Running, row)));
    }

    private Task SubmitAsync(TaskBirth[] births)
    {
        lock (_order)
            return _journal.AppendAsync(new Append { Writer = _queue, FirstPosition = ++_position,
                Entries = [Entry("submitted", $$"""{"tasks":{{births.Length}}}""")], Births = births });
    }

    private Task AppendAsync(JournalWriter writer, long position, NewEntry entry, WorkStatus before, TaskStreamRow after,
        AgentEpoch? requires = null) =>
        _journal.AppendAsync(new Append { Writer = writer, FirstPosition = position, Entries = [entry],
            Task = new TaskUpdate { Before = before, After = after, Requires = requires } });

    private async ValueTask<TaskBirth> BirthAsync(int n)
    {
        var (task, now) = (Fleet.Task(n, "build"), TimeProvider.System.GetUtcNow());
        return new TaskBirth
        {
            StreamId = await _journal.ReserveStreamIdAsync(),
            Workspace = Workspace,
            TaskId = $"task-{Guid.CreateVersion7(now)}",
            QueueId = _queue.StreamId,
            SessionId = task.SessionId,
            Needs = "build",
            Priority = task.Priority,
            CreatedAt = now,
            Row = new TaskStreamRow { Status = WorkStatus.Queued, Token = 0, DueAt = now },
            Entries = [new NewEntry("submitted", 1, now, JsonSerializer.SerializeToUtf8Bytes(task, MementoJson.Default.SubmitTask))],
        };
    }

    private static NewEntry Assigned(string agent) => Entry("assigned", $$"""{"agentId":"{{agent}}","epoch":1,"token":1}""");

    private static NewEntry Entry(string kind, string json) => new(kind, 1, TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes(json));
}
