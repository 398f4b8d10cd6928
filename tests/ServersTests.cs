using System.Net.Sockets;
using System.Text;
using Npgsql;
using Xunit;

namespace Memento.Tests;

/// <summary>The servers that <c>./test</c> starts are what the other tests take them for.</summary>
public sealed class ServersTests
{
    [Fact, Trait(Needs.Trait, Needs.PostgreSql)]
    public async Task A_fresh_database_is_empty_durable_and_gone_afterwards()
    {
        string database;
        await using (var server = await PostgreSqlServer.CreateAsync())
        {
            database = new NpgsqlConnectionStringBuilder(server.ConnectionString).Database!;
            await using var source = NpgsqlDataSource.Create(server.ConnectionString);
            await using var command = source.CreateCommand("SELECT current_setting('fsync') || ' ' || count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace");
            Assert.Equal("on 0", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }

        await using var maintenance = NpgsqlDataSource.Create(PostgreSqlServer.MaintenanceConnectionString);
        await using var search = maintenance.CreateCommand("SELECT count(*) FROM pg_database WHERE datname = $1");
        search.Parameters.Add(new() { Value = database });
        Assert.Equal(0L, await search.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact, Trait(Needs.Trait, Needs.Redis)]
    public async Task Redis_answers()
    {
        var address = Environment.GetEnvironmentVariable("MEMENTO_TEST_REDIS");
        Assert.False(string.IsNullOrEmpty(address), "MEMENTO_TEST_REDIS is not set: run ./test.");
        var parts = address.Split(':');
        using var connection = new TcpClient();
        await connection.ConnectAsync(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        await stream.WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var answer = new byte[7];
        await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Assert.Equal("+PONG\r\n", Encoding.ASCII.GetString(answer));
    }
}
