using System.CommandLine;
using System.Text;
using Memento.Cli.Workspaces;
using Memento.Tasks;

namespace Memento.Cli.Tasks;

/// <summary><c>memento tasks submit</c>.</summary>
internal static class SubmitTaskCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var type = new Argument<string>("type") { Description = "What kind of work it is.", HelpName = "TYPE" };
        var id = new Option<string?>("--id") { Description = "The task's id. [default: a new one]", HelpName = "TASK" };
        var queue = new Option<string?>("--queue") { Description = "The queue it waits in. [default: default]", HelpName = "QUEUE" };
        var priority = Options.InRange("--priority", "0 to 100; higher goes first. [default: 0]", 0, SubmitRules.HighestPriority);
        var needs = Options.Names("--needs", "What whoever does it must be able to do.", "CAPABILITY");
        var after = Options.Names("--after", "Tasks that must have ended before.", "TASK");
        var failure = Options.OneOf<DependencyFailure>("--on-dependency-failure", "What becomes of it when one of those fails or is cancelled. [default: fail]");
        var session = new Option<string?>("--session") { Description = "The session it belongs to.", HelpName = "SESSION" };
        var tenant = new Option<string?>("--tenant") { Description = "On whose behalf; queues can share their agents out among tenants.", HelpName = "TENANT" };
        var attempts = Options.InRange("--attempts", "How often it may be begun. [default: as the queue says, 3]", 1, SubmitRules.MostAttempts);
        var deadline = Options.Coming("--deadline", "When it must be done; it fails if it is not. As", terminal.Clock);
        var estimate = Options.FineSpan("--estimate", "About how long it takes; it is begun only if that fits before the deadline. As");
        var toStart = Options.FineSpan("--schedule-to-start", "Longest time that it may wait; it fails if it waits for longer. As");
        var toClose = Options.FineSpan("--start-to-close", "Longest time that one attempt may run; one that takes longer is lost. As");
        var silence = Options.FineSpan("--heartbeat-timeout", "Longest silence of a running attempt; one that is silent for longer is lost. As");
        var inline = new Option<string?>("--payload") { Description = "What it is about: any JSON.", HelpName = "JSON" };
        var file = new Option<string?>("--payload-file") { Description = "The same from a file; - = stdin.", HelpName = "FILE" };
        var metadata = new Option<string?>("--metadata") { Description = "A JSON object to keep with it.", HelpName = "JSON" };
        var key = new Option<string?>("--idempotency-key") { Description = "Makes the command safe to repeat: the same key with the same task submits it once; the deadline must be a date or a time then. [default: a new one]", HelpName = "KEY" };
        var command = new Command("submit", "Submit a task. Prints its id.") { type, id, queue, priority, needs, after, failure, session, tenant, attempts, deadline, estimate, toStart, toClose, silence, inline, file, metadata, key };
        command.Exclude(inline, file);
        command.Validators.Add(result =>
        {
            if (result.GetValue(key) is not null && result.GetValue(deadline) is { } due && TimeText.TryParseSpan(due, out _))
                result.AddError($"--deadline is \"{due}\", which is another time with each repetition; with --idempotency-key it must be a date or a time.");
        });
        command.SetAction(async (line, cancellationToken) =>
        {
            var payload = line.GetValue(inline) ?? (line.GetValue(file) is { } name ? Encoding.UTF8.GetString(await ValueInput.ReadAsync(terminal, name, cancellationToken)) : null);
            var request = new SubmitTask
            {
                Type = line.GetRequiredValue(type),
                TaskId = line.GetValue(id),
                Queue = line.GetValue(queue),
                Priority = line.GetValue(priority) ?? 0,
                RequiredCapabilities = [.. line.GetValue(needs) ?? []],
                DependsOn = [.. line.GetValue(after) ?? []],
                OnDependencyFailure = line.Enum<DependencyFailure>(failure) ?? DependencyFailure.Fail,
                SessionId = line.GetValue(session),
                Tenant = line.GetValue(tenant),
                MaxAttempts = line.GetValue(attempts),
                Deadline = line.Coming(deadline, terminal.Clock),
                EstimatedDurationMs = line.FineSpan(estimate),
                ScheduleToStartMs = line.FineSpan(toStart),
                StartToCloseMs = line.FineSpan(toClose),
                HeartbeatTimeoutMs = line.FineSpan(silence),
                Payload = Options.Json("the payload", payload),
                Metadata = Options.Json("--metadata", line.GetValue(metadata)),
                TraceParent = terminal.Environment(TraceVariable.Parent) is { } trace && TraceParent.IsValid(trace) ? trace : null,
            };
            using var client = globals.Connect(line);
            var task = (await client.Tasks(globals.Workspace(line)).SubmitAsync([request], line.GetValue(key), cancellationToken))[0];
            if (globals.Json(line)) JsonOutput.Write(terminal, task, MementoJson.Default.TaskView);
            else terminal.Out.WriteLine(task.TaskId);
            return ExitCode.Done;
        });
        return command.WithExamples(
            "memento tasks submit build --needs build --payload '{\"target\": \"release\"}'",
            "memento tasks submit deploy --after task-0199… --priority 9 --deadline 2h --estimate 10m",
            "memento tasks submit probe --start-to-close 30s --heartbeat-timeout 5s --idempotency-key probe-2026-01-31");
    }
}
