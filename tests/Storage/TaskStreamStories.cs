using Memento.Core.Coordination.Tasks;
using Memento.Storage;
using Memento.Tasks;
using TaskState = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tests.Storage;

/// <summary>Writes tasks of one queue with their real events and rows, as grains do.</summary>
internal sealed class TaskStreamStories(TaskStreamRig rig, string queue)
{
    private readonly List<TaskStreamStory> _tasks = [];

    public string Workspace => rig.Workspace;

    public string Queue => queue;

    public long QueueId => rig.Queue.StreamId;

    public IReadOnlyList<TaskStreamStory> Tasks => _tasks;

    public static async Task<TaskStreamStories> OpenAsync(JournalRig rig, string queue = "q", string? workspace = null) =>
        new(await new TaskStreamRig(rig, workspace).OpenAsync(queue), queue);

    /// <summary>Finds all tasks that were submitted and not swept.</summary>
    public Task<IReadOnlyList<TaskHead>> HeadsAsync(CancellationToken cancellationToken) =>
        new TaskStreams(rig.Rig.Database).FindAsync(Workspace, [.. _tasks.Select(t => t.TaskId).Distinct()], cancellationToken);

    public Task<TaskStreamStory> SubmitAsync(string id, string? payload) =>
        SubmitAsync(id, new SubmitTask { Type = "build", Payload = payload is null ? null : new(payload) });

    public Task<TaskStreamStory> SubmitAsync(string id, SubmitTask request, DateTimeOffset? at = null) =>
        BearAsync(id, TaskRules.Birth(request, id, queue, QueueSettings.Default, request.DependsOn, at ?? JournalRig.At));

    public Task<TaskStreamStory> ImportAsync(string id, TaskBody body)
    {
        var spec = new TaskSpec { TaskId = id, Queue = queue, Type = "build" };
        var state = TaskState.None with { Spec = spec, Token = 5, CreatedAt = JournalRig.At, QueuedAt = JournalRig.At };
        return BearAsync(id, TaskRules.Import(TaskState.None, state, body, JournalRig.At).Facts);
    }

    private async Task<TaskStreamStory> BearAsync(string id, IReadOnlyList<TaskEvent> events)
    {
        var state = events.Aggregate(TaskState.None, TaskRules.Apply);
        var key = new TaskStreamKey(Workspace, await rig.Rig.Journal.ReserveStreamIdAsync(), QueueId);
        var birth = new TaskBirth
        {
            StreamId = key.StreamId, Workspace = Workspace, TaskId = id, IsIdChosen = true, QueueId = QueueId,
            SessionId = state.Spec!.SessionId, Priority = state.Spec.Priority, CreatedAt = state.CreatedAt,
            Row = TaskStreamRows.Of(state), Entries = [.. events.Select(TaskStreamStory.EntryOf)],
            Rows = TaskStreamRows.Follow(key, 1, TaskState.None, events),
        };
        await rig.SubmitAsync(birth);
        state = events.Aggregate(TaskState.None with { Token = birth.Token }, TaskRules.Apply);
        var story = new TaskStreamStory(rig, key, state, events.Count);
        _tasks.Add(story);
        return story;
    }
}

/// <summary>A task's stream and state while a test appends to it.</summary>
internal sealed class TaskStreamStory(TaskStreamRig rig, TaskStreamKey key, TaskState state, long position)
{
    public string TaskId => State.Spec!.TaskId;

    public long StreamId => key.StreamId;

    public TaskState State { get; private set; } = state;

    public TaskSnapshot Snapshot => new(new(StreamId, position), State);

    public static NewEntry EntryOf(TaskEvent newEvent)
    {
        var (kind, payload) = TaskEvent.Codec.Encode(newEvent);
        return new(kind, 1, newEvent.At, payload);
    }

    public Task AppendAsync(params IReadOnlyList<TaskEvent> events) => AppendAsync(withSnapshot: false, events);

    public async Task AppendAsync(bool withSnapshot, params IReadOnlyList<TaskEvent> events)
    {
        var (before, first) = (State, position + 1);
        (State, position) = (events.Aggregate(before, TaskRules.Apply), position + events.Count);
        await rig.Rig.Journal.AppendAsync(new Append
        {
            Writer = new(TaskBirth.StreamOf(rig.Workspace, TaskId), StreamId),
            FirstPosition = first,
            Entries = [.. events.Select(EntryOf)],
            Task = new TaskUpdate { Before = before.Status, After = TaskStreamRows.Of(State) },
            Rows = TaskStreamRows.Follow(key, first, before, events),
            Snapshot = withSnapshot ? new Snapshot(position, 1, TaskEvent.Codec.EncodeState(State)) : null,
        });
    }

    /// <summary>Appends the events of an assignment, and of a start if wanted.</summary>
    public Task AssignAsync(string agent, bool start = false, DateTimeOffset? at = null)
    {
        var assigned = new TaskEvent.Assigned(agent, 1, "r", State.Token + 1) { At = at ?? JournalRig.At };
        return start ? AppendAsync(assigned, new TaskEvent.Started(assigned.Token) { At = assigned.At }) : AppendAsync(assigned);
    }

    public Task CompleteAsync(DateTimeOffset? at = null, string? result = null) =>
        AppendAsync(new TaskEvent.Completed(State.Token, result is null ? null : new(result)) { At = at ?? JournalRig.At });
}
