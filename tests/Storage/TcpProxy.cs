using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Memento.Tests.Storage;

/// <summary>Where a connection is cut.</summary>
public enum Cut
{
    None = 0,
    /// <summary>The next thing that the client sends is thrown away.</summary>
    Request,
    /// <summary>Only half of the next thing that the client sends arrives.</summary>
    HalfOfRequest,
    /// <summary>The next request arrives and is carried out, but the answer is thrown away.</summary>
    Answer,
}

/// <summary>Stands between the store and its server and breaks connections, or all of them.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly ConcurrentDictionary<Socket, byte> _sockets = [];
    private TcpListener _listener;
    private Task _accepting;
    private int _cut;
    private int _cuts;

    public TcpProxy(string host, int port)
    {
        _target = new(IPAddress.Parse(host), port);
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    public int Port { get; }

    /// <summary>Connections that were cut as told by <see cref="CutNext"/>.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Cuts the connection on which something is sent next.</summary>
    public void CutNext(Cut cut) => Volatile.Write(ref _cut, (int)cut);

    /// <summary>The server is gone: connections break and new ones are refused.</summary>
    public async Task DownAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var socket in _sockets.Keys) socket.Dispose();
    }

    /// <summary>The server is there again.</summary>
    public void Up()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _listener.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                return;   // stopped: while it waited, or just before it would have
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _sockets.TryAdd(client, 0);
        _sockets.TryAdd(server, 0);
        try
        {
            await server.ConnectAsync(_target);
            await Task.WhenAny(PumpAsync(client, server, true), PumpAsync(server, client, false));
        }
        catch (SocketException)
        {
            _sockets.TryRemove(client, out _);   // refused: so is the client
        }

        client.Dispose();
        _sockets.TryRemove(client, out _);
        _sockets.TryRemove(server, out _);
    }

    private async Task PumpAsync(Socket from, Socket to, bool isRequest)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                if (isRequest && Take(Cut.Request)) return;
                if (isRequest && Take(Cut.HalfOfRequest))
                {
                    await to.SendAsync(buffer.AsMemory(0, read / 2));
                    return;
                }

                if (!isRequest && Take(Cut.Answer)) return;
                for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;   // one side is gone; the other follows
        }
    }

    private bool Take(Cut cut)
    {
        if (Interlocked.CompareExchange(ref _cut, (int)Cut.None, (int)cut) != (int)cut) return false;
        Interlocked.Increment(ref _cuts);
        return true;
    }
}
