using Memento.Http;
using Memento.Tasks;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Agents;

/// <summary>Agents: who there is, and the work that they are given.</summary>
internal sealed class AgentEndpoints(TaskCalls calls, IHostApplicationLifetime lifetime)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("PUT", "/agents/{id}", RegisterAsync, "registerAgent", "Registers an agent, or changes what it registered as")
            .Takes<RegisterAgent>().Example("""{"type":"coder","capabilities":["build","test"],"priority":5,"maxLoad":4}""")
            .Answers<AgentView>().Answers<AgentView>(Status201Created).Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/agents/{id}", GetAsync, "getAgent", "Reads an agent").Answers<AgentView>().Refuses(Status404NotFound);
        routes.MapApi("DELETE", "/agents/{id}", RemoveAsync, "removeAgent", "Removes an agent; its tasks go to others").AnswersNothing().Refuses(Status404NotFound, Status422UnprocessableEntity);
        routes.MapApi("GET", "/agents", ListAsync, "listAgents", "Lists agents, by name")
            .Parameters(new("status", "Only these.", Values: NamedEnumConverter<AgentStatus>.KnownNames), new("capability", "Only agents that have it."))
            .Parameters(ApiDescription.Paged).Answers<Page<AgentView>>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("POST", "/agents/{id}/heartbeat", HeartbeatAsync, "heartbeatAgent", "A sign of life; every other call of the agent's own is one too")
            .Takes<Heartbeat>(optional: true).Example("""{"status":"active"}""").Answers<AgentLease>().Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status422UnprocessableEntity);
        routes.MapApi("POST", "/agents/{id}/receive", ReceiveAsync, "receiveTasks", "Tasks that the agent was given; waits for the first, if asked to")
            .Takes<ReceiveTasks>(optional: true).Example("""{"max":4,"waitSeconds":30}""").Answers<ReceivedTasks>().Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status422UnprocessableEntity);
    }

    private async Task RegisterAsync(HttpContext http)
    {
        var agent = calls.Agent(http);
        var registered = await agent.RegisterAsync(await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.RegisterAgent));
        if (registered.IsNew) http.Response.Headers.Location = TaskCalls.Address(http, "agents", registered.Agent.AgentId);
        http.Answer(registered.Agent, MementoJson.Default.AgentView, registered.IsNew ? Status201Created : Status200OK);
    }

    private async Task GetAsync(HttpContext http) => http.Answer(await calls.Agent(http).GetAsync(), MementoJson.Default.AgentView);

    private async Task RemoveAsync(HttpContext http)
    {
        await calls.Agent(http).RemoveAsync();
        http.Response.StatusCode = Status204NoContent;
    }

    private async Task ListAsync(HttpContext http) => http.Answer(await calls.AgentQueries(http).ListAsync(new()
    {
        Status = http.QueryEnum<AgentStatus>("status"), Capability = http.QueryName("capability"), Limit = http.QueryLimit(), Cursor = http.Query("cursor"),
    }), MementoJson.Default.PageAgentView);

    private async Task HeartbeatAsync(HttpContext http)
    {
        var agent = calls.Agent(http);
        http.Answer(await agent.HeartbeatAsync(await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, MementoJson.Default.Heartbeat, new Heartbeat())), MementoJson.Default.AgentLease);
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        var agent = calls.Agent(http);
        var request = await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, MementoJson.Default.ReceiveTasks, new ReceiveTasks());
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        ReceivedTasks received;
        try
        {
            received = await agent.ReceiveAsync(request, ending.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            received = new() { Items = [] };   // whoever asks again asks the next silo
        }

        if (http.RequestAborted.IsCancellationRequested && !received.Items.IsEmpty) await agent.GiveBackAsync(received.Items);   // nobody is there to take them
        http.Answer(received, MementoJson.Default.ReceivedTasks);
    }
}
