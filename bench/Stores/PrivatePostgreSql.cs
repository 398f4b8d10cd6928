using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Memento.Bench.Stores;

/// <summary>A PostgreSQL server of our own: loopback only, in a temporary folder, with the durability of a real one (fsync on). Stopped and removed when disposed.</summary>
internal sealed class PrivatePostgreSql : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly Process _server;

    private PrivatePostgreSql(string folder, Process server, int port)
    {
        (_folder, _server) = (folder, server);
        ConnectionString = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "memento", Database = "postgres" }.ConnectionString;
    }

    /// <summary>Connects to the maintenance database.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes and starts a server. Throws <see cref="BenchException"/> if PostgreSQL is not installed.</summary>
    public static async Task<PrivatePostgreSql> StartAsync(string parent, CancellationToken cancellationToken)
    {
        if (Tool.Find("initdb") is not { } initdb || Tool.Find("postgres") is not { } postgres)
            throw new BenchException("PostgreSQL is not installed (initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin). Install it, or name a server with --connection.");

        var folder = Directory.CreateDirectory(Path.Combine(parent, $"postgresql-{Environment.ProcessId}")).FullName;
        try
        {
            string[] user = await OtherUserAsync(folder, cancellationToken);
            var data = Path.Combine(folder, "data");
            await Tool.RunAsync([.. user, initdb, "--pgdata", data, "--username", "memento", "--auth", "trust", "--encoding", "UTF8", "--locale", "C"], cancellationToken);
            var port = FreePort();
            // Fit for some GiB of memory, as anybody would set it; nothing here trades durability for speed.
            var server = Tool.Start([.. user, postgres, "-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder}",
                "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on", "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB", "-c", "wal_buffers=16MB"]);
            _ = server.StandardOutput.ReadToEndAsync(CancellationToken.None);
            _ = server.StandardError.ReadToEndAsync(CancellationToken.None);   // a full pipe would stop the server
            var started = new PrivatePostgreSql(folder, server, port);
            await started.WaitAsync(cancellationToken);
            return started;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (!_server.HasExited)
        {
            await Tool.SignalAsync("INT", _server.Id);   // fast shutdown; the process we started is the server itself
            await _server.WaitForExitAsync();
        }

        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>PostgreSQL refuses to run as root; then its own user runs it, who is given the folder.</summary>
    private static async Task<string[]> OtherUserAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess) return [];
        if (Tool.Find("setpriv") is not { } setpriv) throw new BenchException("PostgreSQL does not run as root, and setpriv (util-linux) is not there to run it as the user postgres. Use another user, or --connection.");
        await Tool.RunAsync(["/bin/chown", "postgres:", folder], cancellationToken);
        return [setpriv, "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"];   // replaces itself, so that the process id is the server's
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (!_server.HasExited && since.Elapsed < Patience)
            {
                if (since.Elapsed > Patience / 2) await Console.Error.WriteLineAsync($"PostgreSQL is not ready yet: {e.Message}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }
    }
}
