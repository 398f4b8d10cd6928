using System.Text.Json;
using Memento;
using Memento.Agents;
using Memento.Journaling;
using Memento.Rollback;
using Memento.Sessions;
using Memento.Tasks;
using Memento.Workspaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Serialization;

namespace Orleans.Hosting;

public static class MementoSiloBuilderExtensions
{
    /// <summary>
    /// Name of the grain storage that Memento's grains use. The host adds the storage, on the database that section <c>Memento</c> names.
    /// </summary>
    public const string StateStorage = "memento";

    /// <summary>
    /// Adds Memento's grains and the store that section <c>Memento</c> names. The host still chooses clustering, and adds reminders and the
    /// grain storage <see cref="StateStorage"/>.
    /// </summary>
    public static ISiloBuilder AddMemento(this ISiloBuilder silo)
    {
        silo.Services.AddMementoStorage();
        silo.UseSystemTextJsonGrainStorageSerializer();   // plain JSON: no CLR type names in stored state
        silo.Services.Configure<SystemTextJsonGrainStorageSerializerOptions>(options => StoredAsFacts(options.JsonSerializerOptions));
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SessionOptions>, SessionOptionsValidator>());
        silo.Services.AddOptions<SessionOptions>().BindConfiguration(SessionOptions.Section).ValidateOnStart();
        silo.Services.TryAddSingleton(services => services.GetRequiredService<IOptions<SessionOptions>>().Value.Limits);
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkspaceOptions>, WorkspaceOptionsValidator>());
        silo.Services.AddOptions<WorkspaceOptions>().BindConfiguration(WorkspaceOptions.Section).ValidateOnStart();
        silo.Services.TryAddSingleton(services => services.GetRequiredService<IOptions<WorkspaceOptions>>().Value.Limits);
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RollbackOptions>, RollbackOptionsValidator>());
        silo.Services.AddOptions<RollbackOptions>().BindConfiguration(RollbackOptions.Section).ValidateOnStart();
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TaskOptions>, TaskOptionsValidator>());
        silo.Services.AddOptions<TaskOptions>().BindConfiguration(TaskOptions.Section).ValidateOnStart();
        silo.Services.TryAddSingleton(services => services.GetRequiredService<IOptions<TaskOptions>>().Value.Limits);
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AgentOptions>, AgentOptionsValidator>());
        silo.Services.AddOptions<AgentOptions>().BindConfiguration(AgentOptions.Section).ValidateOnStart();
        silo.Services.TryAddSingleton(services => services.GetRequiredService<IOptions<AgentOptions>>().Value.Limits);
        silo.Services.TryAddSingleton<TaskInstruments>();
        silo.Services.TryAddSingleton<AgentInstruments>();
        silo.Services.TryAddSingleton<Pulse>();
        silo.Services.AddSweeper<AgentMonitor>();
        silo.Services.AddSweeper<QueueSweeper>();
        silo.Services.TryAddSingleton<RollbackRules>();
        silo.Services.TryAddSingleton<RollbackPace>();
        silo.Services.AddSweeper<RollbackSweeper>();
        silo.Services.AddSweeper<SessionSweeper>();
        silo.Services.AddSweeper<PointSweeper>();
        silo.Services.AddSweeper<HistorySweeper>();
        silo.Services.TryAddSingleton<SweepLoop>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<SweepLoop>());
        return silo;
    }

    private static void AddSweeper<TSweeper>(this IServiceCollection services) where TSweeper : Sweeper
    {
        services.TryAddSingleton<TSweeper>();
        services.AddSingleton<Sweeper>(provider => provider.GetRequiredService<TSweeper>());
    }

    /// <summary>Gives stored state the JSON of stream entries: source-generated, camelCase, absent instead of null.</summary>
    private static void StoredAsFacts(JsonSerializerOptions options)
    {
        var facts = MementoJson.Default.Options;
        options.TypeInfoResolver = MementoJson.Default;
        options.PropertyNamingPolicy = facts.PropertyNamingPolicy;
        options.DefaultIgnoreCondition = facts.DefaultIgnoreCondition;
        options.NumberHandling = facts.NumberHandling;
        options.RespectNullableAnnotations = facts.RespectNullableAnnotations;
        options.IncludeFields = facts.IncludeFields;
        foreach (var converter in facts.Converters) options.Converters.Add(converter);
    }
}
