using Memento.Tasks;

namespace Memento.Agents;

public sealed partial class AgentRunner
{
    /// <summary>One task that is being worked on.</summary>
    private sealed class Work(IAgentClient agents, string agentId, ReceivedTask task, Func<Func<CancellationToken, Task<TaskView>>, CancellationToken, Task<TaskView>> patiently, Action<string> tell) : IDisposable
    {
        private readonly CancellationTokenSource _cancel = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public CancellationToken Token => _cancel.Token;

        public bool IsLost { get; private set; }

        public void Done() => _ended.TrySetResult();

        public void Dispose() => _cancel.Dispose();

        /// <summary>Says something about the task, and again until the server has heard it: while this process lives, nobody else would get the task. Throws if it is lost.</summary>
        public Task SayAsync(TaskOperation operation, Func<TaskReport, TaskReport> more) =>
            SayAsync(operation, more, call => patiently(call, CancellationToken.None));

        private async Task SayAsync(TaskOperation operation, Func<TaskReport, TaskReport> more, Func<Func<CancellationToken, Task<TaskView>>, Task<TaskView>> make)
        {
            var report = more(new() { AgentId = agentId, Token = task.Token });
            try
            {
                await make(ct => agents.SayAsync(task.TaskId, operation, report, ct)).ConfigureAwait(false);
            }
            catch (MementoException e) when (e.Code is Codes.StaleToken or Codes.TaskNotFound)
            {
                await LoseAsync().ConfigureAwait(false);
                throw;
            }
        }

        /// <summary>Reports progress. If the server is away it is left out: the work goes on, and later progress says more.</summary>
        public async Task ReportAsync(JsonText progress, CancellationToken cancellationToken)
        {
            try
            {
                await SayAsync(TaskOperation.Heartbeat, r => r with { Progress = progress }, call => call(cancellationToken)).ConfigureAwait(false);
            }
            catch (ServerUnreachableException)
            {
                tell($"{task.TaskId}: the server is away; progress is not reported");
            }
        }

        /// <summary>Says that it goes on. What stands against that is found out when there is more to say.</summary>
        public async Task BeatAsync(CancellationToken cancellationToken)
        {
            try
            {
                await SayAsync(TaskOperation.Heartbeat, r => r, call => call(cancellationToken)).ConfigureAwait(false);
            }
            catch (MementoException) when (IsLost)
            {
                return;   // its handler has been told
            }
        }

        public Task LoseAsync()
        {
            IsLost = true;
            return StopAsync();
        }

        public async Task StopAsync()
        {
            try
            {
                await _cancel.CancelAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                return;   // it has just ended
            }
        }
    }
}
