using System.Diagnostics;
using Memento.Agents;
using Memento.Tasks;

namespace Memento.Tests.Crash.Histories;

/// <summary>Writes down what an agent hears and says, before and after.</summary>
internal sealed class RecordingAgents(IAgentClient inner, TextWriter history) : IAgentClient
{
    private int _calls;

    public Task<AgentView> RegisterAsync(string agentId, RegisterAgent request, CancellationToken cancellationToken) => inner.RegisterAsync(agentId, request, cancellationToken);

    public Task<AgentView> GetAsync(string agentId, CancellationToken cancellationToken) => inner.GetAsync(agentId, cancellationToken);

    public Task RemoveAsync(string agentId, CancellationToken cancellationToken) => inner.RemoveAsync(agentId, cancellationToken);

    public Task<Page<AgentView>> ListAsync(AgentQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    public Task<AgentLease> HeartbeatAsync(string agentId, Heartbeat request, CancellationToken cancellationToken) => inner.HeartbeatAsync(agentId, request, cancellationToken);

    public async Task<ReceivedTasks> ReceiveAsync(string agentId, ReceiveTasks request, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var received = await inner.ReceiveAsync(agentId, request, cancellationToken);
        foreach (var task in received.Items) history.WriteLine(CallLines.Received(task.TaskId, task.Token, begun));
        return received;
    }

    public async Task<TaskView> SayAsync(string taskId, TaskOperation operation, TaskReport report, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _calls);
        history.WriteLine(CallLines.Begin(number, operation, taskId, report.Token));
        try
        {
            var view = await inner.SayAsync(taskId, operation, report, cancellationToken);
            history.WriteLine(CallLines.End(number, Call.Accepted));
            return view;
        }
        catch (MementoException e) when (e.Refusal.Kind is not (RefusalKind.Unavailable or RefusalKind.Overloaded))
        {
            history.WriteLine(CallLines.End(number, e.Code));
            throw;
        }
    }
}
