namespace Memento.Tests;

/// <summary>
/// What a test needs besides the program itself, as the value of its trait <see cref="Trait"/>:
/// <c>[Trait(Needs.Trait, Needs.PostgreSql)]</c>. <c>./test fast</c> leaves out every test that has this trait.
/// </summary>
public static class Needs
{
    /// <summary>Name of the trait.</summary>
    public const string Trait = "Needs";

    /// <summary>The private PostgreSQL server that <c>./test</c> starts; see <see cref="PostgreSqlServer"/>.</summary>
    public const string PostgreSql = "PostgreSql";

    /// <summary>The private Redis server that <c>./test</c> starts; its address is in <c>MEMENTO_TEST_REDIS</c>.</summary>
    public const string Redis = "Redis";

    /// <summary>No server, but more than a few seconds: crash rounds, child processes, large histories.</summary>
    public const string Slow = "Slow";
}
