using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Memento.Storage;

/// <summary>Which database everything durable lives in.</summary>
public enum StoreKind
{
    /// <summary>One embedded file; one process. The default.</summary>
    Sqlite = 0,
    /// <summary>A PostgreSQL server (14 or newer); as many silos as wanted.</summary>
    PostgreSql,
}

/// <summary>When the embedded store tells the disk to write.</summary>
public enum SqliteSynchronous
{
    /// <summary>Before every answer. Nothing that was acknowledged is lost, not even when the power fails.</summary>
    Full = 0,
    /// <summary>Now and then. The file stays intact and a crash of the process loses nothing, but when the machine crashes or loses power
    /// the last acknowledged writes (up to some seconds) can be gone. Faster; for tests and throw-away work.</summary>
    Normal,
}

/// <summary>Section <c>Memento</c>: the store.</summary>
public sealed class StorageOptions
{
    public const string Section = "Memento";

    /// <summary><c>sqlite</c> (default) or <c>postgresql</c>.</summary>
    [EnumDataType(typeof(StoreKind))]
    public StoreKind Store { get; set; }

    /// <summary>Folder of the embedded store. Default <c>./data</c>.</summary>
    [Required]
    public string DataDirectory { get; set; } = "./data";

    /// <summary>The embedded store's database file.</summary>
    public string DatabaseFile => Path.Combine(Path.GetFullPath(DataDirectory), "memento.db");

    public StorageConnectionStrings ConnectionStrings { get; set; } = new();

    [ValidateObjectMembers]
    public SqliteOptions Sqlite { get; set; } = new();

    [ValidateObjectMembers]
    public JournalOptions Journal { get; set; } = new();

    /// <summary>Brings a PostgreSQL schema up to date at start. The embedded store always does that by itself. Default false.</summary>
    public bool Migrate { get; set; }
}

/// <summary>Section <c>Memento:ConnectionStrings</c>.</summary>
public sealed class StorageConnectionStrings
{
    /// <summary>Npgsql connection string; needed when the store is <c>postgresql</c>. A secret: never logged.</summary>
    public string? PostgreSql { get; set; }

    /// <summary>StackExchange.Redis configuration; needed when clustering is <c>redis</c>. A secret: never logged.</summary>
    public string? Redis { get; set; }
}

/// <summary>Section <c>Memento:Sqlite</c>.</summary>
public sealed class SqliteOptions
{
    /// <summary><c>full</c> (default) or <c>normal</c>; see <see cref="SqliteSynchronous"/> for what can be lost.</summary>
    [EnumDataType(typeof(SqliteSynchronous))]
    public SqliteSynchronous Synchronous { get; set; }

    /// <summary>Connections that read at the same time. Default 4.</summary>
    [Range(1, 64)]
    public int Readers { get; set; } = 4;
}

/// <summary>Section <c>Memento:Journal</c>: the group commit.</summary>
public sealed class JournalOptions
{
    /// <summary>Most appends in one commit. Default 2,000.</summary>
    [Range(1, 100_000)]
    public int MaxBatch { get; set; } = 2_000;

    /// <summary>Most bytes of payload in one commit. Default 8 MiB.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public long MaxBatchBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Most appends that may wait; one more is refused with <c>OVERLOADED</c>. Default 50,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxWaiting { get; set; } = 50_000;

    /// <summary>Most bytes of payload that may wait. Default 64 MiB.</summary>
    [Range(1024 * 1024, 16L * 1024 * 1024 * 1024)]
    public long MaxWaitingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Writers to PostgreSQL; a stream always goes through the same one. The embedded store has one. Default 2.</summary>
    [Range(1, 8)]
    public int Writers { get; set; } = 2;

    /// <summary>How long a commit is tried again when the connection is lost, before its callers get <c>DATABASE_NOT_READY</c>. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Entries of a stream between two snapshots of its state. Bounds what an activation replays. Default 1,000.</summary>
    [Range(10, 100_000)]
    public int SnapshotInterval { get; set; } = 1_000;
}

[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;

/// <summary>The rule that spans two settings: PostgreSQL needs a connection string.</summary>
internal sealed class StorageOptionsCrossValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options) =>
        options.Store is StoreKind.PostgreSql && string.IsNullOrWhiteSpace(options.ConnectionStrings.PostgreSql)
            ? ValidateOptionsResult.Fail("Memento:ConnectionStrings:PostgreSql is empty; Memento:Store=postgresql needs it.")
            : ValidateOptionsResult.Success;
}
