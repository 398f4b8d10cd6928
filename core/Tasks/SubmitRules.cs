using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>Bounds of what is submitted; see TaskOptions for their meaning and ranges.</summary>
public sealed record TaskLimits
{
    public int MaxBatch { get; init; } = 1_000;
    public int MaxPayloadLength { get; init; } = 1024 * 1024;
    public int MaxResultLength { get; init; } = 1024 * 1024;
    public int MaxProgressLength { get; init; } = 16 * 1024;
    public int MaxMetadataLength { get; init; } = 64 * 1024;
    public int MaxTextLength { get; init; } = 4 * 1024;
    public int MaxOpenPerQueue { get; init; } = 1_000_000;
}

/// <summary>What may be submitted.</summary>
public static class SubmitRules
{
    public const string DefaultQueue = "default";
    public const int MostAttempts = 100;
    public const int MostWeights = 1_000;
    public const int HighestPriority = 100;
    public const int MostCapabilities = 32;
    public const int MostDependencies = 100;

    /// <summary>Longest of all times that can be asked for: 365 days.</summary>
    public const long LongestMs = 365L * 24 * 3600 * 1000;

    /// <summary>What is wrong with the tasks, or null. Which of the tasks that they depend on exist is for whoever can look.</summary>
    public static Refusal? Problem(ImmutableArray<SubmitTask> tasks, TaskLimits limits, DateTimeOffset now)
    {
        if (tasks.IsDefaultOrEmpty) return Refusal.Invalid("tasks", "is empty; must have at least one");
        if (tasks.Length > limits.MaxBatch) return Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"tasks: has {tasks.Length}; at most {limits.MaxBatch} are allowed (Memento:Tasks:MaxBatch)");
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tasks.Length; i++)
        {
            var path = tasks.Length == 1 ? "" : $"tasks[{i}].";
            if (TooLarge(tasks[i], path, limits) is { } large) return large;
            Check(errors, tasks[i], path, now);
            if (tasks[i].TaskId is { } id && !ids.Add(id)) errors.Add(new($"{path}taskId", $"is {Quoted.Text(id)}, as another's of this request"));
        }

        if (errors.Count == 0 && Cycle(tasks) is { } cycle) errors.Add(new("dependsOn", $"goes round in a circle: {cycle}"));
        return errors.Count == 0 ? null : Refusal.Invalid(errors.ToImmutable());
    }

    /// <summary>What is asked for, whichever trace it belongs to: a retry of the same request may be in another span.</summary>
    public static ImmutableArray<SubmitTask> WithoutTraces(ImmutableArray<SubmitTask> tasks) => tasks.Any(t => t.TraceParent is not null) ? [.. tasks.Select(t => t with { TraceParent = null })] : tasks;

    /// <summary>A circle of dependencies among tasks of one request, as text, or null. Tasks that were there before cannot depend on them.</summary>
    public static string? Cycle(ImmutableArray<SubmitTask> tasks)
    {
        var known = tasks.Where(t => t.TaskId is not null).ToDictionary(t => t.TaskId!, StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in known.Keys)
        {
            // Depth first, with a stack of its own: a chain may be as long as the request.
            var path = new List<string>();
            var onPath = new HashSet<string>(StringComparer.Ordinal);
            var stack = new Stack<(string Id, int Next)>();
            stack.Push((start, 0));
            while (stack.TryPop(out var at))
            {
                if (at.Next == 0)
                {
                    if (onPath.Contains(at.Id)) return Round([.. path.SkipWhile(id => id != at.Id)]);
                    if (done.Contains(at.Id)) continue;
                    path.Add(at.Id);
                    onPath.Add(at.Id);
                }

                var needs = known[at.Id].DependsOn;
                var next = at.Next;
                while (next < needs.Length && !known.ContainsKey(needs[next])) next++;
                if (next < needs.Length)
                {
                    stack.Push((at.Id, next + 1));
                    stack.Push((needs[next], 0));
                    continue;
                }

                done.Add(at.Id);
                onPath.Remove(at.Id);
                path.RemoveAt(path.Count - 1);
            }
        }

        return null;
    }

    private static string Round(string[] ids) => string.Join(" → ", ids.Length <= 10 ? [.. ids, ids[0]] : [.. ids[..5], $"… ({ids.Length - 6} more)", ids[^1], ids[0]]);

    private static Refusal? TooLarge(SubmitTask task, string path, TaskLimits limits)
    {
        if (task.Payload is { } payload && payload.Text.Length > limits.MaxPayloadLength) return TooLarge($"{path}payload", payload, limits.MaxPayloadLength, "MaxPayloadLength");
        if (task.Metadata is { } metadata && metadata.Text.Length > limits.MaxMetadataLength) return TooLarge($"{path}metadata", metadata, limits.MaxMetadataLength, "MaxMetadataLength");
        return null;
    }

    /// <summary>Says that a value is larger than an option allows.</summary>
    internal static Refusal TooLarge(string field, JsonText value, int most, string option) =>
        Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"{field}: has {value.Text.Length} characters; at most {most} are allowed (Memento:Tasks:{option})");

    private static void Check(ImmutableArray<FieldError>.Builder errors, SubmitTask t, string path, DateTimeOffset now)
    {
        Name("type", t.Type);
        if (t.TaskId is not null) Name("taskId", t.TaskId);
        if (t.Queue is not null) Name("queue", t.Queue);
        if (t.SessionId is not null) Name("sessionId", t.SessionId);
        if (t.Tenant is not null) Name("tenant", t.Tenant);
        Range("priority", t.Priority, 0, HighestPriority);
        Range("maxAttempts", t.MaxAttempts, 1, MostAttempts);
        Range("estimatedDurationMs", t.EstimatedDurationMs, 0, LongestMs);
        Range("scheduleToStartMs", t.ScheduleToStartMs, 1, LongestMs);
        Range("startToCloseMs", t.StartToCloseMs, 1, LongestMs);
        Range("heartbeatTimeoutMs", t.HeartbeatTimeoutMs, 1, LongestMs);
        List("requiredCapabilities", t.RequiredCapabilities, MostCapabilities);
        List("dependsOn", t.DependsOn, MostDependencies);
        if (t.Deadline is { } deadline && deadline <= now) Add("deadline", $"is {deadline:O}, in the past");
        else if (t.Deadline is { } end && t.EstimatedDurationMs is { } takes and <= LongestMs && now.AddMilliseconds(takes) > end) Add("deadline", $"is {end:O}; a task that takes {takes} ms cannot be done by then");
        if (t.TaskId is not null && t.DependsOn.Contains(t.TaskId)) Add("dependsOn", $"names {Quoted.Text(t.TaskId)}, the task itself");
        if (t.TraceParent is not null && !TraceParent.IsValid(t.TraceParent)) Add("traceparent", $"is {Quoted.Text(t.TraceParent)}; must be like 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        if (t.Payload?.Problem(anyValue: true) is { } payload) Add("payload", payload);
        if (t.Metadata?.Problem() is { } metadata) Add("metadata", metadata);

        void Add(string field, string problem) => errors.Add(new(path + field, problem));

        void Name(string field, string? name)
        {
            if (Names.Problem(name) is { } problem) Add(field, problem);
        }

        void Range(string field, long? value, long least, long most)
        {
            if (value < least || value > most) Add(field, $"is {value}; must be from {least} to {most}");
        }

        void List(string field, ImmutableArray<string> names, int most)
        {
            if (names.Length > most) Add(field, $"has {names.Length}; at most {most} are allowed");
            else
                for (var i = 0; i < names.Length; i++) Name($"{field}[{i}]", names[i]);
        }
    }
}
