using Memento.Agents;
using Memento.Audit;
using Memento.Http;
using Memento.Operations;
using Memento.Rollback;
using Memento.Sessions;
using Memento.Tasks;
using Memento.Workspaces;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;

namespace Memento;

/// <summary>The whole program: an Orleans silo, its store, and HTTP in front of both.</summary>
internal static class MementoHost
{
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = null,
        ["Logging:LogLevel:Memento"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",   // otherwise every request pays for a scope and an activity that nobody reads
    };

    /// <summary>
    /// Runs until it is told to stop. Answers the exit code; a start that fails says why in one line on <paramref name="error"/>.
    /// </summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, Action<WebApplicationBuilder>? adjust = null)
    {
        if (args.Any(a => a is "--help" or "-h" or "-?"))
        {
            await output.WriteLineAsync(Usage.Text);
            return 0;
        }

        try
        {
            await using var app = Build(args, output, adjust);
            await app.RunAsync();
            return 0;
        }
        catch (Exception e)
        {
            await error.WriteLineAsync($"memento: {StartupProblem.Describe(e)}");
            if (StartupProblem.WantsDetails(args)) await error.WriteLineAsync(e.ToString());
            return 1;
        }
    }

    /// <summary>
    /// Throws <see cref="StartupException"/>, <see cref="OptionsValidationException"/> or what a component throws if it cannot be built as
    /// configured.
    /// </summary>
    public static WebApplication Build(string[] args, TextWriter output, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateSlimBuilder(Usage.Expand(args));
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = Defaults });
        builder.Configuration.Sources.Insert(1, new SeedEnvironment(Environment.GetEnvironmentVariable));
        adjust?.Invoke(builder);

        var node = builder.Configuration.GetSection(NodeOptions.Section).Get<NodeOptions>() ?? new();
        if (new NodeOptionsValidator().Validate(null, node) is { Failed: true } bad) throw new OptionsValidationException(NodeOptions.Section, typeof(NodeOptions), bad.Failures);
        var urls = ListenAddresses.Of(builder.Configuration);
        var ports = FreePorts.For(node);

        AddLogging(builder);
        AddServices(builder, node, ports, output);
        AddHttp(builder, urls);

        var app = builder.Build();
        app.UseMiddleware<Edge>();
        app.UseRouting();
        MapApi(app);
        MapOperations(app);
        return app;
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddConsole(o => o.FormatterName = ConsoleText.FormatName).AddConsoleFormatter<ConsoleText, ConsoleFormatterOptions>();
    }

    private static void AddServices(WebApplicationBuilder builder, NodeOptions node, FreePorts ports, TextWriter output)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(ports);
        services.AddSingleton<StartProgress>();
        services.AddSingleton(new BannerOutput(output));
        services.AddOptions<NodeOptions>().BindConfiguration(NodeOptions.Section);
        services.AddMementoStorage();   // before the silo: what is stored must be ready when grains wake
        builder.AddSilo(node, ports, builder.Configuration["Memento:ConnectionStrings:Redis"]);
        services.AddHealthChecks().AddCheck<SiloCheck>("silo").AddCheck<StoreCheck>("store", timeout: StoreCheck.Patience);
        services.AddMementoMetrics(builder.Configuration);
        services.AddHostedService<Banner>();
    }

    private static void AddHttp(WebApplicationBuilder builder, string[] urls)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HttpOptions>, HttpOptionsValidator>());
        builder.Services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<SessionCalls>().AddSingleton<SessionEndpoints>().AddSingleton<EventEndpoints>().AddSingleton<EventStream>().AddSingleton<FeedStream>();
        builder.Services.AddSingleton<WorkspaceCalls>().AddSingleton<DocumentEndpoints>().AddSingleton<BatchEndpoints>().AddSingleton<PointEndpoints>();
        builder.Services.AddSingleton<RollbackCalls>().AddSingleton<RollbackEndpoints>().AddSingleton<ConflictEndpoints>()
            .AddSingleton<MergePolicyEndpoints>().AddSingleton<RollbackStream>().AddSingleton<AuditEndpoints>();
        builder.Services.AddSingleton<TaskCalls>().AddSingleton<TaskEndpoints>().AddSingleton<AgentEndpoints>();
        builder.Services.AddMementoOpenApi();
        builder.WebHost.UseUrls(urls).UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Bodies are bounded where they are read. Here, whoever sends too much would get a broken connection instead of an answer.
            kestrel.Limits.MaxRequestBodySize = null;
        });
    }

    private static void MapApi(WebApplication app)
    {
        var api = app.MapGroup("/v1/workspaces/{ws}");
        api.Refuses(StatusCodes.Status503ServiceUnavailable);
        // Events first: the first mention of a type decides how well OpenAPI describes it, and behind an optional array it does so badly.
        var events = api.MapGroup("").WithTags(OpenApi.Events);
        app.Services.GetRequiredService<EventEndpoints>().Map(events);
        app.Services.GetRequiredService<EventStream>().Map(events);
        app.Services.GetRequiredService<FeedStream>().Map(events);
        app.Services.GetRequiredService<SessionEndpoints>().Map(api.MapGroup("").WithTags(OpenApi.Sessions));
        var documents = api.MapGroup("").WithTags(OpenApi.Documents);
        app.Services.GetRequiredService<BatchEndpoints>().Map(documents);
        app.Services.GetRequiredService<DocumentEndpoints>().Map(documents);
        var rollback = api.MapGroup("").WithTags(OpenApi.Rollback);
        app.Services.GetRequiredService<PointEndpoints>().Map(rollback);
        app.Services.GetRequiredService<RollbackEndpoints>().Map(rollback);
        app.Services.GetRequiredService<RollbackStream>().Map(rollback);
        app.Services.GetRequiredService<ConflictEndpoints>().Map(rollback);
        app.Services.GetRequiredService<MergePolicyEndpoints>().Map(rollback);
        var coordination = api.MapGroup("").WithTags(OpenApi.Coordination);
        app.Services.GetRequiredService<AgentEndpoints>().Map(coordination);
        app.Services.GetRequiredService<TaskEndpoints>().Map(coordination);
        app.Services.GetRequiredService<AuditEndpoints>().Map(api.MapGroup("").WithTags(OpenApi.Audit));
    }

    private static void MapOperations(WebApplication app)
    {
        HealthEndpoints.Map(app);
        HomePage.Map(app);
        app.MapPrometheusScrapingEndpoint(Metrics.Path);
        app.MapLazily("/openapi", OpenApi.MapDocument);
        app.MapLazily("/docs", OpenApi.MapPage);
        app.MapLazily("/dashboard", pages => pages.MapOrleansDashboard("/dashboard").ExcludeFromDescription().SelfContained());
    }
}
