using System.Net;
using System.Net.Sockets;

namespace Memento.Operations;

/// <summary>The silo's ports, known to be free on the loopback address at this moment.</summary>
internal sealed record FreePorts(int Silo, int Gateway)
{
    /// <summary>Picks free ports for those that are 0. Throws <see cref="StartupException"/> that names the setting if one is taken.</summary>
    public static FreePorts For(NodeOptions options)
    {
        // Both are held at once, so that they differ.
        using var silo = Open(options.SiloPort, nameof(NodeOptions.SiloPort));
        using var gateway = Open(options.GatewayPort, nameof(NodeOptions.GatewayPort));
        return new(PortOf(silo), PortOf(gateway));
    }

    private static TcpListener Open(int port, string setting)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new StartupException($"{NodeOptions.Section}:{setting} is {port}, which cannot be used ({e.Message}). Is another silo running? 0 picks a free port.");
        }
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
