using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Memento.Http;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Tasks;

/// <summary>Tasks and queues.</summary>
internal sealed class TaskEndpoints(TaskCalls calls)
{
    private static readonly BodyParser<(ImmutableArray<SubmitTask> Tasks, bool IsArray)> ParseTasks = Parse;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("POST", "/tasks", SubmitAsync, "submitTasks", "Submits one task, or an array of them for one queue: all or none; answers the same form")
            .Takes<SubmitTask>().Example("""{"type":"build","requiredCapabilities":["build"],"priority":5,"payload":{"target":"release"}}""").Parameters(ApiDescription.Idempotency, RequestTrace.Header)
            .Answers<TaskView>(Status201Created).Refuses(Status400BadRequest, Status409Conflict, Status413PayloadTooLarge, Status422UnprocessableEntity, Status429TooManyRequests);
        routes.MapApi("GET", "/tasks", ListAsync, "listTasks", "Lists tasks, newest first, without payloads and results")
            .Parameters(
                new("status", "Only these. failed = the dead letters.", Values: NamedEnumConverter<WorkStatus>.KnownNames),
                new("queue", "Only tasks of this queue."),
                new("agent", "Only tasks that this agent has, or had last."),
                new("session", "Only tasks of this session."))
            .Parameters(ApiDescription.Paged).Answers<Page<TaskView>>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/tasks/{id}", GetAsync, "getTask", "Reads a task with its payload and result").Answers<TaskView>().Refuses(Status404NotFound);
        routes.MapApi("GET", "/tasks/{id}/explain", ExplainAsync, "explainTask", "Says why a task is not running").Answers<TaskExplanation>().Refuses(Status404NotFound);
        MapSaying(routes, "start", TaskOperation.Start, "Says that the agent has begun");
        MapSaying(routes, "heartbeat", TaskOperation.Heartbeat, "Says that the agent goes on, and how far it is");
        MapSaying(routes, "complete", TaskOperation.Complete, "Says that the task is done, and what came out");
        MapSaying(routes, "fail", TaskOperation.Fail, "Says that the task failed; it is tried again unless that was its last attempt");
        routes.MapApi("POST", "/tasks/{id}/cancel", CancelAsync, "cancelTask", "Cancels a task, also one that runs; its agent is told")
            .Takes<CancelTask>(optional: true).Example("""{"reason":"not needed any more"}""").Answers<TaskView>().Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status422UnprocessableEntity);
        routes.MapApi("POST", "/tasks/{id}/retry", RetryAsync, "retryTask", "Lets a task that has failed or was cancelled begin anew, without a deadline that has passed; one that waits or runs stays as it is").Answers<TaskView>().Refuses(Status404NotFound, Status409Conflict);

        routes.MapApi("GET", "/queues", ListQueuesAsync, "listQueues", "Lists queues, by name")
            .Parameters(new("limit", $"Items in a page: 1 to {Paging.MaxLimit}; all if not said.", ParameterKind.Number), new("cursor", "The nextCursor of the page before."))
            .Answers<Page<QueueView>>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/queues/{id}", GetQueueAsync, "getQueue", "Reads a queue").Answers<QueueView>().Refuses(Status404NotFound);
        routes.MapApi("PUT", "/queues/{id}", ConfigureAsync, "configureQueue", "Changes how a queue gives its tasks out; what is not given stays")
            .Takes<QueueChange>().Example("""{"strategy":"least-loaded","paused":false}""").Answers<QueueView>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/coordination/metrics", MetricsAsync, "getCoordinationMetrics", "How the fleet and its work are").Answers<CoordinationMetrics>();
    }

    private void MapSaying(IEndpointRouteBuilder routes, string verb, TaskOperation operation, string summary) =>
        routes.MapApi("POST", $"/tasks/{{id}}/{verb}", http => SayAsync(http, operation), $"{verb}Task", summary)
            .Takes<TaskReport>().Example("""{"agentId":"agent-1","token":42}""").Answers<TaskView>().Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status413PayloadTooLarge, Status422UnprocessableEntity);

    private async Task SubmitAsync(HttpContext http)
    {
        var key = IdempotencyKey.Of(http);
        var (tasks, isArray) = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, ParseTasks);
        if (RequestTrace.Of(http) is { } trace) tasks = [.. tasks.Select(t => t with { TraceParent = t.TraceParent ?? trace })];
        var views = await calls.Queue(http, tasks is [{ Queue: { } queue }, ..] ? queue : SubmitRules.DefaultQueue).SubmitAsync(tasks, key);
        if (isArray)
        {
            http.Answer(views, MementoJson.Default.ImmutableArrayTaskView, Status201Created);
            return;
        }

        http.Response.Headers.Location = TaskCalls.Address(http, "tasks", views[0].TaskId);
        http.Answer(views[0], MementoJson.Default.TaskView, Status201Created);
    }

    private static (ImmutableArray<SubmitTask> Tasks, bool IsArray) Parse(ReadOnlySpan<byte> body)
    {
        if (!body.TrimStart(" \t\r\n"u8).StartsWith("["u8)) return ([RequestBody.Parse(body, MementoJson.Default.SubmitTask)], false);
        var tasks = RequestBody.Parse(body, MementoJson.Default.SubmitTaskArray, "tasks");
        for (var i = 0; i < tasks.Length; i++)
            if (tasks[i] is null) throw new MementoException(Refusal.Invalid($"tasks[{i}]", "is null; must be an object"));
        return (ImmutableCollectionsMarshal.AsImmutableArray(tasks), true);
    }

    private async Task ListAsync(HttpContext http) => http.Answer(await calls.Queries(http).ListAsync(new()
    {
        Status = http.QueryEnum<WorkStatus>("status"),
        Queue = http.QueryName("queue"),
        AgentId = http.QueryName("agent"),
        SessionId = http.QueryName("session"),
        Limit = http.QueryLimit(),
        Cursor = http.Query("cursor"),
    }), MementoJson.Default.PageTaskView);

    private async Task GetAsync(HttpContext http) => http.Answer(await calls.Queries(http).GetAsync(TaskCalls.Id(http)), MementoJson.Default.TaskView);

    private async Task ExplainAsync(HttpContext http) => http.Answer(await (await calls.QueueOfTaskAsync(http)).ExplainAsync(TaskCalls.Id(http)), MementoJson.Default.TaskExplanation);

    private async Task SayAsync(HttpContext http, TaskOperation operation)
    {
        var id = TaskCalls.Id(http);
        var report = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.TaskReport);
        var answers = await calls.Agent(http, report.AgentId).ReportAsync([new(id, operation, report)]);
        http.Answer(answers[0].Value(), MementoJson.Default.TaskView);
    }

    private async Task CancelAsync(HttpContext http)
    {
        var request = await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, HttpJson.Default.CancelBody, new CancelBody());
        http.Answer(await (await calls.QueueOfTaskAsync(http)).CancelAsync(TaskCalls.Id(http), request.ToRequest()), MementoJson.Default.TaskView);
    }

    private async Task RetryAsync(HttpContext http) => http.Answer(await (await calls.QueueOfTaskAsync(http)).RetryAsync(TaskCalls.Id(http)), MementoJson.Default.TaskView);

    private async Task ListQueuesAsync(HttpContext http)
    {
        var (limit, after) = (http.Query("limit") is null ? int.MaxValue : http.QueryLimit(), Cursor.ParseName(http.Query("cursor")));
        var queues = await calls.Queries(http).GetQueuesAsync();
        var rest = queues.Sort((a, b) => Utf8Order.Compare(a.Name, b.Name)).SkipWhile(q => after is not null && Utf8Order.Compare(q.Name, after) <= 0).ToImmutableArray();
        http.Answer(rest.Length <= limit ? new() { Items = rest } : new() { Items = rest[..limit], NextCursor = Cursor.OfName(rest[limit - 1].Name) }, MementoJson.Default.PageQueueView);
    }

    private async Task GetQueueAsync(HttpContext http) => http.Answer(await calls.Queue(http, TaskCalls.Id(http)).GetAsync(), MementoJson.Default.QueueView);

    private async Task ConfigureAsync(HttpContext http)
    {
        var queue = calls.Queue(http, TaskCalls.Id(http));
        http.Answer(await queue.ConfigureAsync(await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.QueueChange)), MementoJson.Default.QueueView);
    }

    private async Task MetricsAsync(HttpContext http) => http.Answer(await calls.Queries(http).GetMetricsAsync(), MementoJson.Default.CoordinationMetrics);
}
