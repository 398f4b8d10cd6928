using System.Data.Common;
using System.Text.Json;

namespace Memento.Storage;

/// <summary>Reading access to the one database of a store. What is written goes through the journal.</summary>
internal interface IDatabase : IDisposable
{
    /// <summary>Runs a query on a connection that is its own meanwhile. Failures arrive as <see cref="MementoException"/>.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken);

    /// <summary>Runs small writes that no stream depends on (retention). One transaction.</summary>
    Task<int> MaintainAsync(string sql, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken);

    /// <summary>Removes blobs that nothing refers to any more. A writer that is about to refer to one keeps it.</summary>
    Task DropBlobsAsync(IReadOnlyList<byte[]> hashes, CancellationToken cancellationToken);

    /// <summary>Numbers for streams: the first of a block, and how many.</summary>
    Task<(long First, int Count)> ReserveStreamIdsAsync(CancellationToken cancellationToken);

    /// <summary>Makes the committers; called once.</summary>
    IReadOnlyList<ICommitter> OpenCommitters();

    /// <inheritdoc cref="IJournalFeed.ReadAsync"/>
    Task<FeedPage> ReadFeedAsync(string prefix, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// SQL for the part of the feed after a cursor: rows of stream_id, feed_cursor and n, by which they are in order. Never behind an
    /// open transaction.
    /// </summary>
    (string Sql, IReadOnlyList<(string Name, object? Value)> Parameters) FeedAfter(string? after, int limit);

    /// <summary>The cursor behind the newest entry.</summary>
    Task<string> GetFeedEndAsync(CancellationToken cancellationToken);

    /// <summary>SQL for a table whose rows are the elements of a JSON array of arrays.</summary>
    /// <param name="parameter">The parameter that has the array, as text.</param>
    /// <param name="columns">Names of the columns, each with its type in PostgreSQL's words.</param>
    string TableOf(string parameter, params ReadOnlySpan<string> columns);

    /// <summary>SQL that joins each row <c>k</c> of some keys with the first row <c>v</c> of a table that fits it.</summary>
    /// <param name="keys">The keys, from <see cref="TableOf"/>.</param>
    /// <param name="table">The table; its rows are <c>x</c> in the next two.</param>
    /// <param name="where">Which rows fit.</param>
    /// <param name="order">The order that says which is first: that of an index.</param>
    string FirstOfEach(string keys, string table, string where, string order);

    /// <summary>SQL that joins each row <c>k</c> of some keys with the rows <c>x</c> of a table that fit it.</summary>
    /// <param name="keys">The keys: a table, or <see cref="TableOf"/>.</param>
    /// <param name="table">The table; its rows are <c>x</c>.</param>
    /// <param name="where">Which rows fit.</param>
    /// <param name="order">The order of the index that finds them.</param>
    /// <param name="enough">How many rows of each key are enough, if the statement has that limit itself; more may come.</param>
    string AllOfEach(string keys, string table, string where, string order, int enough = int.MaxValue);

    /// <summary>Bytes on disk.</summary>
    Task<long> GetSizeAsync(CancellationToken cancellationToken);

    /// <summary>Figures of the connections, by name.</summary>
    IReadOnlyDictionary<string, object> Describe();
}

internal static class Queries
{
    /// <summary>Rows as a JSON array of arrays, for <see cref="IDatabase.TableOf"/>.</summary>
    public static string Rows<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var row in rows)
            {
                writer.WriteStartArray();
                write(writer, row);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a literal of this project; values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Add(name, value);
        return command;
    }

    public static void Add(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }

    public static long? LongOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
