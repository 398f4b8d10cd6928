using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Agents;

/// <summary>Makes a host an agent.</summary>
public static partial class MementoAgentHostCollectionExtensions
{
    /// <summary>
    /// Adds an agent that runs for as long as the host does; <c>AddMementoClient</c> says where the server is. Say with <see cref="MementoAgentBuilder.Handle"/> what it does.
    /// Without <see cref="AgentRunnerOptions.Capabilities"/>, it can do what it has handlers for; without <see cref="AgentRunnerOptions.TaskTypes"/>, it takes tasks of those types and no others.
    /// </summary>
    public static MementoAgentBuilder AddMementoAgent(this IServiceCollection services, Action<AgentRunnerOptions> configure)
    {
        var builder = new MementoAgentBuilder(configure);
        services.AddSingleton<IHostedService>(provider => new AgentHost(builder, provider));
        return builder;
    }

    private sealed partial class AgentHost(MementoAgentBuilder builder, IServiceProvider services) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var log = services.GetRequiredService<ILogger<AgentRunner>>();
            var workspace = services.GetRequiredService<IOptions<MementoClientOptions>>().Value.Workspace;
            var options = builder.Options();
            await new AgentRunner(
                services.GetRequiredService<IMementoClient>().Agents(workspace), options, (task, ct) => builder.HandleAsync(services, task, ct), what => LogWhat(log, options.AgentId, what), services.GetService<TimeProvider>()).RunAsync(stoppingToken).ConfigureAwait(false);
        }

        [LoggerMessage(Level = LogLevel.Information, Message = "Agent {Agent}: {What}")]
        private static partial void LogWhat(ILogger log, string agent, string what);
    }
}

/// <summary>What an agent does with the tasks that it is given.</summary>
public sealed class MementoAgentBuilder
{
    private readonly Action<AgentRunnerOptions> _configure;
    private readonly Dictionary<string, Func<IServiceProvider, AgentTask, CancellationToken, Task<JsonText?>>> _handlers = new(StringComparer.Ordinal);

    internal MementoAgentBuilder(Action<AgentRunnerOptions> configure) => _configure = configure;

    /// <summary>Does tasks of a type. The handler answers the result, or null; what it throws fails the attempt (a <see cref="TaskFailedException"/>: the task).</summary>
    public MementoAgentBuilder Handle(string type, Func<AgentTask, CancellationToken, Task<JsonText?>> handler) => Add(type, (_, task, ct) => handler(task, ct));

    /// <summary>The same, with something that the host's container has, for example <see cref="Workspaces.IWorkspaceClient"/>.</summary>
    public MementoAgentBuilder Handle<T>(string type, Func<T, AgentTask, CancellationToken, Task<JsonText?>> handler) where T : notnull =>
        Add(type, (services, task, ct) => handler(services.GetRequiredService<T>(), task, ct));

    private MementoAgentBuilder Add(string type, Func<IServiceProvider, AgentTask, CancellationToken, Task<JsonText?>> handler)
    {
        if (!_handlers.TryAdd(type, handler)) throw new ArgumentException($"There is a handler for {type} already.", nameof(type));
        return this;
    }

    internal AgentRunnerOptions Options()
    {
        if (_handlers.Count == 0) throw new ValidationException("The agent has no handler; say with Handle what it does.");
        var options = new AgentRunnerOptions();
        _configure(options);
        if (options.Capabilities.Count == 0)
            foreach (var type in _handlers.Keys) options.Capabilities.Add(type);
        if (options.TaskTypes.Count == 0)
            foreach (var type in _handlers.Keys) options.TaskTypes.Add(type);
        return options;
    }

    internal Task<JsonText?> HandleAsync(IServiceProvider services, AgentTask task, CancellationToken cancellationToken) => _handlers.TryGetValue(task.Task.Type, out var handler)
        ? handler(services, task, cancellationToken)
        : throw new InvalidOperationException($"This agent has no handler for tasks of type {task.Task.Type}.");
}
