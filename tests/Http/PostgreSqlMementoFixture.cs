using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Http;

/// <summary>The real program on free loopback ports, with an empty PostgreSQL database.</summary>
public sealed class PostgreSqlMementoFixture : IAsyncLifetime
{
    private readonly PostgreSqlTestDatabase _database = new();

    public MementoFixture Memento { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        var connection = _database.Options.ConnectionStrings.PostgreSql;
        Memento = new("--Memento:Store=postgresql", $"--Memento:ConnectionStrings:PostgreSql={connection}");
        await Memento.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Memento is not null) await Memento.DisposeAsync();
        await _database.DisposeAsync();
    }
}
