using Memento.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Memento.Operations;

/// <summary>Registers the storage of grain state and reminders, in the database of the store.</summary>
internal static class StateStorage
{
    /// <summary>
    /// Seconds for which a statement waits for the embedded file while the journal's writer commits. The driver retries every 150 ms, and
    /// no other writer holds the file for long.
    /// </summary>
    private const int BusySeconds = 30;

    /// <summary>Adds the grain storage that Memento's grains name.</summary>
    public static ISiloBuilder AddMementoStateStorage(this ISiloBuilder silo) => silo.AddAdoNetGrainStorage(
        MementoSiloBuilderExtensions.StateStorage,
        options => options.Configure<IOptions<StorageOptions>>((o, store) => (o.Invariant, o.ConnectionString) = Database(store.Value)));

    /// <summary>Adds reminders.</summary>
    public static ISiloBuilder AddMementoReminders(this ISiloBuilder silo) =>
        silo.UseAdoNetReminderService(options => options.Configure<IOptions<StorageOptions>>(
            (o, store) => (o.Invariant, o.ConnectionString) = Database(store.Value)));

    private static (string Invariant, string ConnectionString) Database(StorageOptions store) => store.Store is StoreKind.PostgreSql
        ? ("Npgsql", store.ConnectionStrings.PostgreSql!)
        : ("System.Data.SQLite", SqliteFile(store.DatabaseFile).ToString());

    private static SqliteConnectionStringBuilder SqliteFile(string path) =>
        new() { DataSource = path, Pooling = false, DefaultTimeout = BusySeconds };
}
