using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Memento.Storage;

/// <summary>How a database's schema compares with what this program knows.</summary>
/// <param name="Applied">Scripts that the database has.</param>
/// <param name="Pending">Scripts that it lacks.</param>
/// <param name="Unknown">Scripts that it has and this program does not know: the database is newer than the program.</param>
public sealed record SchemaStatus(IReadOnlyList<string> Applied, IReadOnlyList<string> Pending, IReadOnlyList<string> Unknown)
{
    public bool IsCurrent => Pending.Count == 0 && Unknown.Count == 0;

    public bool IsNewer => Unknown.Count > 0;
}

/// <summary>Brings a database's schema up to date, script by script, each in a transaction (DbUp).</summary>
public sealed class SchemaMigrator
{
    private readonly StoreKind _kind;
    private readonly string _connection;
    private readonly string _file;

    private SchemaMigrator(StoreKind kind, string connection, string file) => (_kind, _connection, _file) = (kind, connection, file);

    public static SchemaMigrator For(StorageOptions options) => new(
        options.Store,
        options.Store is StoreKind.Sqlite ? SqliteDatabase.ConnectionStringOf(options) : PostgreSqlDatabase.ConnectionStringOf(options),
        options.DatabaseFile);

    /// <summary>Compares. Throws <see cref="MementoException"/> if the database cannot be used.</summary>
    public SchemaStatus Check() => Translate(() => Compare(Engine(null)));

    /// <summary>Applies what is pending. Refuses a database that is newer than this program.</summary>
    /// <param name="progress">Gets a line for each script.</param>
    public SchemaStatus Migrate(IProgress<string>? progress = null) => Translate(() =>
    {
        var engine = Engine(progress);
        var status = Compare(engine);
        RefuseNewer(status);
        if (status.IsCurrent) return status;
        var result = engine.PerformUpgrade();
        if (!result.Successful) throw result.Error;
        return Compare(engine);
    });

    /// <summary>Throws <c>DATABASE_NOT_READY</c> unless the schema is the one that this program needs.</summary>
    public void RequireCurrent()
    {
        var status = Check();
        RefuseNewer(status);
        if (!status.IsCurrent)
            throw new MementoException(Refusal.Of(RefusalKind.Unavailable, Codes.DatabaseNotReady,
                $"The database's schema lacks {string.Join(", ", status.Pending)}. Run `memento db migrate`, or start with --migrate."));
    }

    private static void RefuseNewer(SchemaStatus status)
    {
        if (status.IsNewer)
            throw new MementoException(Refusal.Of(RefusalKind.Unavailable, Codes.DatabaseNotReady,
                $"The database is newer than this program: it has {string.Join(", ", status.Unknown)}. Use the version of Memento that made it, or a newer one."));
    }

    private static SchemaStatus Compare(UpgradeEngine engine)
    {
        var applied = engine.GetExecutedScripts();
        var known = engine.GetDiscoveredScripts().Select(s => s.Name).ToArray();
        return new(applied, [.. known.Except(applied)], [.. applied.Except(known)]);
    }

    private UpgradeEngine Engine(IProgress<string>? progress)
    {
        var folder = _kind is StoreKind.Sqlite ? "Sqlite" : "PostgreSql";
        return (_kind is StoreKind.Sqlite ? DeployChanges.To.SqliteDatabase(_connection) : DeployChanges.To.PostgresqlDatabase(_connection))
            .WithScripts(Scripts(folder))
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogTo(new ProgressLog(progress))
            .Build();
    }

    private static IEnumerable<SqlScript> Scripts(string folder)
    {
        var assembly = typeof(SchemaMigrator).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.Contains($".Schema.{folder}.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var reader = new StreamReader(stream);
            yield return new SqlScript(name[(name.IndexOf($".{folder}.", StringComparison.Ordinal) + folder.Length + 2)..^".sql".Length], reader.ReadToEnd());
        }
    }

    private T Translate<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException e)
        {
            throw SqliteDatabase.Translate(e, _file);
        }
        catch (NpgsqlException e)
        {
            throw PostgreSqlDatabase.Translate(e);
        }
    }

    /// <summary>Passes on which script runs; DbUp's other talk is for developers of scripts.</summary>
    private sealed class ProgressLog(IProgress<string>? progress) : IUpgradeLog
    {
        public void LogInformation(string format, params object[] args)
        {
            if (format.StartsWith("Executing", StringComparison.Ordinal)) progress?.Report(args.Length == 0 ? format : string.Format(null, format, args));
        }

        public void LogTrace(string format, params object[] args) { }

        public void LogDebug(string format, params object[] args) { }

        public void LogWarning(string format, params object[] args) { }

        public void LogError(string format, params object[] args) { }

        public void LogError(Exception ex, string format, params object[] args) { }
    }
}
