using Memento.Storage;
using Memento.Tasks;
using QueueState = Memento.Core.Coordination.Queues.QueueState;

namespace Memento.Tests.Storage;

/// <summary>Makes births and appends of task streams, as a queue grain and task grains do.</summary>
internal sealed class TaskStreamRig(JournalRig rig, string? workspace = null)
{
    public JournalRig Rig => rig;

    public string Workspace { get; } = workspace ?? $"ws-{Guid.NewGuid():N}";

    public JournalWriter Queue { get; private set; } = null!;

    public long QueuePosition { get; private set; }

    /// <summary>Creates the stream of the queue.</summary>
    public async Task<TaskStreamRig> OpenAsync(string queue = "q")
    {
        Queue = await rig.WriterAsync($"queue/{Workspace}/{queue}");
        var row = QueueRows.Of(new(Workspace, queue), Queue.StreamId, JournalRig.At, QueueState.Empty);
        await rig.AppendAsync(Queue, ++QueuePosition, rows: [row]);
        return this;
    }

    /// <summary>Reads where the queue's stream is, as the next activation does.</summary>
    public async Task ReopenAsync()
    {
        QueuePosition = (await rig.FindAsync(Queue))!.Position;
        Queue = new JournalWriter(Queue.Name, Queue.StreamId);
    }

    public static TaskStreamRow Row(WorkStatus status, long token = 0, string? agent = null, long epoch = 0) => new()
    {
        Status = status,
        Token = token,
        DueAt = status is WorkStatus.Queued ? JournalRig.At : null,
        AgentId = agent,
        Epoch = epoch,
        AssignedAt = agent is null ? null : JournalRig.At,
        EndedAt = status > WorkStatus.Running ? JournalRig.At : null,
    };

    public async Task<TaskBirth> BirthAsync(string id, bool chosen = true, AgentEpoch? holder = null,
        IReadOnlyList<RowChange>? rows = null) => new()
    {
        StreamId = await rig.Journal.ReserveStreamIdAsync(),
        Workspace = Workspace,
        TaskId = id,
        IsIdChosen = chosen,
        QueueId = Queue.StreamId,
        CreatedAt = JournalRig.At,
        Row = holder is null ? Row(WorkStatus.Queued) : Row(WorkStatus.Assigned, 1, holder.AgentId, holder.Epoch),
        Requires = holder,
        Entries = holder is null ? [Entry("submitted", 1)] : [Entry("submitted", 1), Entry("assigned", 2)],
        Rows = rows ?? [],
    };

    /// <summary>One append: the queue's entry and the births.</summary>
    public Task SubmitAsync(params IReadOnlyList<TaskBirth> births) => rig.Journal.AppendAsync(new Append
    {
        Writer = Queue,
        FirstPosition = ++QueuePosition,
        Entries = [Entry("submits", QueuePosition)],
        Births = births,
    });

    public async Task<TaskBirth> SubmitAsync(string id)
    {
        var birth = await BirthAsync(id);
        await SubmitAsync(birth);
        return birth;
    }

    public static JournalWriter WriterOf(TaskBirth birth) => new(TaskBirth.StreamOf(birth.Workspace, birth.TaskId), birth.StreamId);

    public Task ChangeAsync(JournalWriter writer, long position, WorkStatus before, TaskStreamRow after, AgentEpoch? requires = null,
        IReadOnlyList<RowChange>? rows = null) =>
        rig.Journal.AppendAsync(new Append
        {
            Writer = writer,
            FirstPosition = position,
            Entries = [Entry("changed", position)],
            Task = new TaskUpdate { Before = before, After = after, Requires = requires },
            Rows = rows ?? [],
        });

    /// <summary>Writes an agent's epoch, as an agent's append does.</summary>
    public async Task<AgentEpoch> AgentAsync(string name, long epoch = 1)
    {
        var agent = new AgentEpoch(Workspace, name, epoch);
        await rig.AppendAsync(await rig.WriterAsync(), 1, rows: [agent.Row()]);
        return agent;
    }

    private static NewEntry Entry(string kind, long position) =>
        new(kind, 1, JournalRig.At.AddSeconds(position), JournalRig.Payload(position));
}
