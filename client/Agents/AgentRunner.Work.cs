using Memento.Tasks;

namespace Memento.Agents;

public sealed partial class AgentRunner
{
    /// <summary>One task that is being worked on.</summary>
    private sealed class Work(IAgentClient agents, string agentId, ReceivedTask task, Func<Func<CancellationToken, Task<TaskView>>, CancellationToken, Task<TaskView>> patiently, Action<string> tell) : IDisposable
    {
        private const string Cancelled = "was cancelled";

        private readonly CancellationTokenSource _cancel = new();
        private readonly CancellationTokenSource _over = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public CancellationToken Token => _cancel.Token;

        public bool IsLost => Loss is not null;

        /// <summary>How it ended has been said, though perhaps not been heard; and is being said at this moment, or has been heard.</summary>
        private volatile bool _isEnding, _isCalling;

        /// <summary>What became of it, as a sentence without its subject; null as long as it is this agent's.</summary>
        public string? Loss { get; private set; }

        public void Done()
        {
            _over.Cancel();
            _ended.TrySetResult();
        }

        public void Dispose()
        {
            _cancel.Dispose();
            _over.Dispose();
        }

        /// <summary>Says something about the task, and again until the server has heard it: while this process lives, nobody else would get the task. Throws if it is lost.</summary>
        public Task SayAsync(TaskOperation operation, Func<TaskReport, TaskReport> more) => SayAsync(operation, more, call =>
            patiently(operation is TaskOperation.Complete or TaskOperation.Fail ? ct => EndAsync(call, ct) : call, CancellationToken.None));

        private async Task<TaskView> EndAsync(Func<CancellationToken, Task<TaskView>> call, CancellationToken cancellationToken)
        {
            (_isEnding, _isCalling) = (true, true);
            try
            {
                return await call(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                _isCalling = false;
                throw;
            }
        }

        private async Task SayAsync(TaskOperation operation, Func<TaskReport, TaskReport> more, Func<Func<CancellationToken, Task<TaskView>>, Task<TaskView>> make)
        {
            var report = more(new() { AgentId = agentId, Token = task.Token });
            try
            {
                await make(ct => agents.SayAsync(task.TaskId, operation, report, ct)).ConfigureAwait(false);
            }
            catch (MementoException e) when (e.Code is Codes.StaleToken or Codes.TaskNotFound)
            {
                if (operation is TaskOperation.Heartbeat && _isEnding) return;   // the end may have been heard and its answer lost; what comes of saying it again counts
                await LoseAsync(LossOf(e)).ConfigureAwait(false);
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
            catch (Exception e) when (IsAway(e))
            {
                tell($"{task.TaskId}: progress is not reported: {e.Message}");
            }
        }

        /// <summary>Says that it goes on, more often than the agent says that it lives: the task asks for it.</summary>
        public async Task BeatOftenAsync(TimeSpan period, TimeProvider clock)
        {
            using var timer = new PeriodicTimer(period, clock);
            var over = _over.Token;
            try
            {
                while (!IsLost && await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
                {
                    try
                    {
                        await BeatAsync(over).ConfigureAwait(false);
                    }
                    catch (Exception e) when (e is MementoException || IsAway(e))
                    {
                        tell($"{task.TaskId}: the server was not told that it goes on: {e.Message}");
                    }
                }
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                return;
            }
        }

        /// <summary>Says that it goes on. What stands against that is found out when there is more to say.</summary>
        public async Task BeatAsync(CancellationToken cancellationToken)
        {
            if (_isCalling) return;   // one that came behind the end would be stale
            try
            {
                await SayAsync(TaskOperation.Heartbeat, r => r, call => call(cancellationToken)).ConfigureAwait(false);
            }
            catch (MementoException) when (IsLost)
            {
                return;   // its handler has been told
            }
        }

        private static bool IsAway(Exception e) => e is ServerUnreachableException or MementoException { Refusal.Kind: RefusalKind.Overloaded or RefusalKind.Unavailable };

        /// <summary>The server says that it was taken away.</summary>
        public Task LoseAsync(AttemptOutcome reason) => LoseAsync(reason switch
        {
            AttemptOutcome.Cancelled => Cancelled,
            AttemptOutcome.TimedOut => "was lost: its time was up",
            AttemptOutcome.NotStarted => "was lost to others: it was not begun in time",
            AttemptOutcome.HandedOver => "was lost to others: it was handed over with its session",
            AttemptOutcome.AgentLost => "was lost to others: this agent was taken for dead, was removed, or began anew",
            _ => $"was lost: that attempt is {NamedEnumConverter<AttemptOutcome>.NameOf(reason)}",
        });

        private Task LoseAsync(string loss)
        {
            Loss ??= loss;
            return StopAsync();
        }

        /// <summary>What a refusal says of a task; it says it in words only.</summary>
        private static string LossOf(MementoException e) =>
            e.Code is Codes.TaskNotFound ? "is no longer there"
            : e.Message.Contains($": {NamedEnumConverter<AttemptOutcome>.NameOf(AttemptOutcome.Cancelled)}.", StringComparison.Ordinal) ? Cancelled
            : $"was lost: {e.Message}";

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
