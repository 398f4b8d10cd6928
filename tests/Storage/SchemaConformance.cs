using Memento.Storage;
using Xunit;

namespace Memento.Tests.Storage;

public sealed class SqliteSchemaTests(SqliteTestDatabase database) : SchemaConformance(database), IClassFixture<SqliteTestDatabase>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlSchemaTests(PostgreSqlTestDatabase database) : SchemaConformance(database), IClassFixture<PostgreSqlTestDatabase>;

public abstract class SchemaConformance(TestDatabase database)
{
    [Fact]
    public async Task It_migrates_from_nothing_and_a_second_time_changes_nothing()
    {
        await using var empty = await database.AnotherUnmigratedAsync();
        if (empty.IsSqlite) Directory.CreateDirectory(empty.Options.DataDirectory);
        var migrator = SchemaMigrator.For(empty.Options);
        var before = migrator.Check();
        Assert.False(before.IsCurrent);
        Assert.Empty(before.Applied);
        var lines = new Lines();

        var first = migrator.Migrate(lines);
        Assert.True(first.IsCurrent);
        Assert.Equal(before.Pending, first.Applied);
        Assert.Equal(before.Pending.Count, lines.Count);

        var second = migrator.Migrate(lines);
        Assert.Equal(first.Applied, second.Applied);
        Assert.Equal(before.Pending.Count, lines.Count);
    }

    [Fact]
    public async Task A_database_from_a_newer_program_is_refused()
    {
        await using var newer = await database.AnotherAsync();
        await newer.ExecuteAsync(newer.IsSqlite
            ? "INSERT INTO SchemaVersions (ScriptName, Applied) VALUES ('9999-from-the-future', '2040-01-01')"
            : "INSERT INTO schemaversions (scriptname, applied) VALUES ('9999-from-the-future', '2040-01-01')");

        foreach (var migrate in (bool[])[false, true])
        {
            var refused = Assert.Throws<MementoException>(() => { _ = newer.Open(o => o.Migrate = migrate); });
            Assert.Equal(Codes.DatabaseNotReady, refused.Code);
            Assert.Contains("newer than this program: it has 9999-from-the-future", refused.Message, StringComparison.Ordinal);
        }

        Assert.True(SchemaMigrator.For(newer.Options).Check().IsNewer);
    }

    [Fact]
    public async Task Orleans_finds_its_tables_and_statements()
    {
        string[] keys = ["WriteToStorageKey", "ReadFromStorageKey", "ClearStorageKey", "DeleteStorageKey", "UpsertReminderRowKey", "ReadReminderRowsKey", "ReadReminderRowKey", "ReadRangeRows1Key", "ReadRangeRows2Key", "DeleteReminderRowKey", "DeleteReminderRowsKey"];

        foreach (var key in keys) Assert.False(string.IsNullOrEmpty(await database.AskAsync<string>("SELECT QueryText FROM OrleansQuery WHERE QueryKey = @key", ("key", key))), key);
        Assert.Equal(0L, await database.AskAsync<long>("SELECT count(*) FROM OrleansStorage"));
        Assert.Equal(0L, await database.AskAsync<long>("SELECT count(*) FROM OrleansRemindersTable"));
    }

    private sealed class Lines : IProgress<string>
    {
        public int Count { get; private set; }

        public void Report(string value) => Count++;
    }
}
