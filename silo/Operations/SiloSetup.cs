using System.Net;
using Orleans.Configuration;
using Orleans.Dashboard;
using StackExchange.Redis;

namespace Memento.Operations;

/// <summary>
/// The Orleans side of the process: membership, ports, grain storage and reminders in the same database as everything else.
/// </summary>
internal static class SiloSetup
{
    /// <summary>Rows of grain storage and reminders are keyed by this; it never changes.</summary>
    private const string ServiceId = "memento";

    public static void AddSilo(this WebApplicationBuilder builder, NodeOptions node, FreePorts ports, string? redis) => builder.UseOrleans(silo =>
    {
        switch (node.Clustering)
        {
            case Clustering.Localhost:
                silo.UseLocalhostClustering(ports.Silo, ports.Gateway, primarySiloEndpoint: null, ServiceId, node.ClusterId);
                break;
            case Clustering.Redis:
                silo.Configure<ClusterOptions>(o => (o.ServiceId, o.ClusterId) = (ServiceId, node.ClusterId));
                silo.ConfigureEndpoints(IPAddress.Loopback, ports.Silo, ports.Gateway, listenOnAnyHostAddress: false);
                silo.UseRedisClustering(o => o.ConfigurationOptions = RedisConfiguration(redis));
                break;
        }

        silo.Configure<SiloMessagingOptions>(o =>
        {
            o.ResponseTimeout = node.ResponseTimeout;
            o.WaitForCancellationAcknowledgement = true;   // tasks that were on their way to an agent that hung up must be given back
        });
        silo.AddMementoStateStorage().AddMementoReminders();
        silo.AddMemento();
        if (Metrics.SendsTraces(builder.Configuration)) silo.AddActivityPropagation();   // otherwise each grain call would pay for spans that nobody reads
        silo.AddDashboard();
    });

    /// <summary>
    /// Throws <see cref="StartupException"/> if the setting is missing or cannot be read. Its value is a secret and not repeated.
    /// </summary>
    private static ConfigurationOptions RedisConfiguration(string? setting)
    {
        const string Name = "Memento:ConnectionStrings:Redis";
        if (string.IsNullOrWhiteSpace(setting)) throw new StartupException($"{Name} is empty; Memento:Clustering=redis needs it.");
        try
        {
            return ConfigurationOptions.Parse(setting);
        }
        catch (ArgumentException)
        {
            throw new StartupException($"{Name} cannot be read; it must be like 127.0.0.1:6379,password=….");
        }
    }
}
