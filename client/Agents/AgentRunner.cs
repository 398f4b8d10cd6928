using System.Collections.Concurrent;
using Memento.Tasks;

namespace Memento.Agents;

/// <summary>
/// Is an agent: registers, says that it lives, receives as many tasks as it may hold, hands them to a handler and says what came out; comes back after the server was away.
/// A handler whose task is lost (cancelled, timed out, given to another) has its token cancelled, and what it still says counts for nothing.
/// When it is stopped it takes nothing new, lets what runs come to its end for a while, and then, or when it is to end now, cancels it; such attempts have failed and are tried again.
/// </summary>
/// <param name="agents">The workspace.</param>
/// <param name="options">What the agent is.</param>
/// <param name="handle">Does a task; answers its result. An exception fails the attempt; a <see cref="TaskFailedException"/> fails the task.</param>
/// <param name="tell">Hears what happens, a sentence each; null = nobody.</param>
/// <param name="clock">For pauses.</param>
public sealed partial class AgentRunner(IAgentClient agents, AgentRunnerOptions options, Func<AgentTask, CancellationToken, Task<JsonText?>> handle, Action<string>? tell = null, TimeProvider? clock = null)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(2);

    private readonly AgentRunnerOptions _options = options.Checked();
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly string _instance = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<(string TaskId, long Token), Work> _working = new();

    /// <summary>Runs until it is stopped. Throws <see cref="MementoException"/> with <c>STALE_REGISTRATION</c> if another process takes the agent's name, and for a registration that breaks a rule.</summary>
    /// <param name="stop">Stops it in order.</param>
    /// <param name="end">Once it is being stopped: what still runs is cancelled now.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken end = default)
    {
        var room = new SemaphoreSlim(_options.MaxLoad);   // has nothing to dispose of, and a task that outlives the drain still lets go of it
        using var over = new CancellationTokenSource();
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await RegisterAsync(stop).ConfigureAwait(false);
        var beating = BeatAsync(broken, over.Token);
        try
        {
            await ReceiveAsync(room, broken.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (broken.IsCancellationRequested)
        {
            Tell(stop.IsCancellationRequested ? $"stopping; {_working.Count} tasks are running" : "stopping: it cannot say any more that it lives");
        }
        finally
        {
            var leaving = stop.IsCancellationRequested ? TakeLeaveAsync() : Task.CompletedTask;
            await DrainAsync(stop.IsCancellationRequested, end).ConfigureAwait(false);
            await leaving.ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await beating.ConfigureAwait(false);   // throws why it is over, if it is not because of a stop
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        await PatientlyAsync(ct => agents.RegisterAsync(_options.AgentId, new()
        {
            Type = _options.Type, Capabilities = [.. _options.Capabilities], Priority = _options.Priority, TaskTypes = [.. _options.TaskTypes], MaxLoad = _options.MaxLoad, InstanceId = _instance, OnReturn = _options.OnReturn,
        }, ct), cancellationToken).ConfigureAwait(false);
        Tell($"registered as {_options.AgentId}");
    }

    private async Task BeatAsync(CancellationTokenSource broken, CancellationToken over)
    {
        using var timer = new PeriodicTimer(_options.HeartbeatInterval, _clock);
        try
        {
            do
            {
                try
                {
                    var lease = await agents.HeartbeatAsync(_options.AgentId, new() { InstanceId = _instance, Status = broken.IsCancellationRequested ? AgentStatus.Maintenance : AgentStatus.Active }, over).ConfigureAwait(false);
                    if (lease.HeartbeatIntervalMs is { } wanted && wanted < timer.Period.TotalMilliseconds) timer.Period = TimeSpan.FromMilliseconds(wanted);
                    await Task.WhenAll(_working.Values.Select(w => w.BeatAsync(over))).ConfigureAwait(false);
                }
                catch (MementoException e) when (e.Code is Codes.AgentNotFound)
                {
                    await RegisterAsync(over).ConfigureAwait(false);   // somebody removed it
                }
                catch (MementoException e) when (e.Code is not Codes.StaleRegistration)
                {
                    Tell($"a heartbeat was refused: {e.Message}");
                }
                catch (ServerUnreachableException e)
                {
                    Tell($"{e.Message}; trying again");
                }
            }
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return;
        }
        catch
        {
            await broken.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReceiveAsync(SemaphoreSlim room, CancellationToken stop)
    {
        while (true)
        {
            await room.WaitAsync(stop).ConfigureAwait(false);
            room.Release();
            var received = await PatientlyAsync(ct => agents.ReceiveAsync(_options.AgentId, new() { Max = Math.Min(ReceiveTasks.MostItems, Math.Max(1, room.CurrentCount)), WaitSeconds = _options.ReceiveWait.TotalSeconds, InstanceId = _instance }, ct), stop).ConfigureAwait(false);
            foreach (var revoked in received.Revoked)
                if (_working.TryGetValue((revoked.TaskId, revoked.Token), out var lost)) await lost.LoseAsync(revoked.Reason).ConfigureAwait(false);
            foreach (var task in received.Items)
            {
                await room.WaitAsync(CancellationToken.None).ConfigureAwait(false);   // there is room: the server counts the same
                _ = WorkAsync(task, room);
            }
        }
    }

    private async Task WorkAsync(ReceivedTask task, SemaphoreSlim room)
    {
        using var span = AttemptSpan.Start(task, _options.AgentId);
        using var work = new Work(agents, _options.AgentId, task, PatientlyAsync, Tell);
        _working[(task.TaskId, task.Token)] = work;
        try
        {
            await work.SayAsync(TaskOperation.Start, r => r).ConfigureAwait(false);
            Tell($"{task.TaskId} ({task.Type}) begun, attempt {task.Attempt}");
            if (task.HeartbeatTimeoutMs is { } patience && patience / 3.0 < _options.HeartbeatInterval.TotalMilliseconds) _ = work.BeatOftenAsync(TimeSpan.FromMilliseconds(Math.Max(20, patience / 3.0)), _clock);
            JsonText? result;
            try
            {
                result = await handle(new(task, work.ReportAsync), work.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (!work.IsLost)
            {
                var (stopped, final) = (e is OperationCanceledException && work.Token.IsCancellationRequested, e is TaskFailedException);
                Tell(stopped ? $"{task.TaskId} is stopped" : $"{task.TaskId} failed: {e.Message}");
                span.End("failed", e);
                await work.SayAsync(TaskOperation.Fail, r => r with { Error = stopped ? "The agent was stopped." : Short(e.Message), Retryable = !final }).ConfigureAwait(false);
                return;
            }

            try
            {
                await work.SayAsync(TaskOperation.Complete, r => r with { Result = result }).ConfigureAwait(false);
                Tell($"{task.TaskId} completed");
                span.End("completed");
            }
            catch (MementoException e) when (!work.IsLost)
            {
                Tell($"{task.TaskId}: its result was refused: {e.Message}");
                span.End("failed", e);
                await work.SayAsync(TaskOperation.Fail, r => r with { Error = Short($"Its result was refused: {e.Message}"), Retryable = false }).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (work.IsLost)
        {
            Tell($"{task.TaskId} {work.Loss}");
            span.End("lost", e);
        }
        catch (Exception e)
        {
            span.End("lost", e);
            Tell($"{task.TaskId}: {e.Message}; the server gives it to somebody when its time is up");
        }
        finally
        {
            _working.TryRemove((task.TaskId, task.Token), out _);
            work.Done();
            room.Release();   // while tasks are being waited for, it is there
        }
    }

    /// <summary>Says that it takes nothing new. If nobody hears it, what is still given to it goes to others when it is not begun in time.</summary>
    private async Task TakeLeaveAsync()
    {
        using var brief = new CancellationTokenSource(LeavePatience, _clock);
        try
        {
            await agents.HeartbeatAsync(_options.AgentId, new() { InstanceId = _instance, Status = AgentStatus.Maintenance }, brief.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MementoException or ServerUnreachableException or OperationCanceledException)
        {
            Tell($"the server was not told of the stop: {(e is OperationCanceledException ? "it did not answer in time" : e.Message)}");
        }
    }

    private async Task DrainAsync(bool wait, CancellationToken end)
    {
        if (wait) await EndedAsync(_options.DrainTimeout, end).ConfigureAwait(false);
        foreach (var work in _working.Values) await work.StopAsync().ConfigureAwait(false);
        await EndedAsync(LongestPause, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Waits until no task is being worked on, but not for longer than that, nor when it is to end now.</summary>
    private async Task EndedAsync(TimeSpan patience, CancellationToken end)
    {
        try
        {
            await Task.WhenAll(_working.Values.Select(w => w.Ended)).WaitAsync(patience, _clock, end).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            Tell($"ending now; {_working.Count} tasks are stopped");
        }
        catch (TimeoutException)
        {
            Tell($"{_working.Count} tasks are still running");
        }
    }

    /// <summary>Calls until the server answers, in the end as often as the agent says that it lives. What it refuses is thrown.</summary>
    private async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var longest = _options.HeartbeatInterval < LongestPause ? _options.HeartbeatInterval : LongestPause;
        for (var pause = ShortestPause; ; pause = pause * 2 < longest ? pause * 2 : longest)
        {
            try
            {
                return await call(cancellationToken).ConfigureAwait(false);
            }
            catch (ServerUnreachableException e)
            {
                Tell($"{e.Message}; trying again");
            }
            catch (MementoException e) when (e.Refusal.Kind is RefusalKind.Overloaded or RefusalKind.Unavailable)
            {
                Tell($"the server is not ready: {e.Message}");
            }
            catch (MementoException e) when (e.Code is Codes.AgentNotFound)
            {
                await RegisterAsync(cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(pause, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Short(string text) => (text.Length <= 4_000 ? text : text[..4_000]).Replace('\0', '\uFFFD');

    private void Tell(string what) => tell?.Invoke(what);
}
