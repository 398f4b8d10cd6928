using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Memento.Storage;

/// <summary>A prepared statement without the cost of ADO.NET per row, for the one writer.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        var result = raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement);
        SqliteException.ThrowExceptionForRC(result, _database);
    }

    public SqliteStatement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, string value)
    {
        Check(raw.sqlite3_bind_text(_statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, index, 0) : raw.sqlite3_bind_blob(_statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public SqliteStatement Bind(int index, object? value) => value switch
    {
        null => BindNull(index),
        long number => Bind(index, number),
        string text => Bind(index, text),
        byte[] bytes => Bind(index, bytes.AsSpan()),
        double real => BindReal(index, real),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "Not a column value."),
    };

    /// <summary>Runs the statement to its end and makes it ready for the next row.</summary>
    public void Execute()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is raw.SQLITE_DONE or raw.SQLITE_ROW)
        {
            raw.sqlite3_reset(_statement);
            return;
        }

        try
        {
            SqliteException.ThrowExceptionForRC(result, _database);
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs the statement to its end and returns the first column of its first row, or null if there is no row.</summary>
    public long? ExecuteNumber()
    {
        try
        {
            long? number = null;
            int result;
            while ((result = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW) number ??= raw.sqlite3_column_int64(_statement, 0);
            if (result != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(result, _database);
            return number;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private SqliteStatement BindNull(int index)
    {
        Check(raw.sqlite3_bind_null(_statement, index));
        return this;
    }

    private SqliteStatement BindReal(int index, double value)
    {
        Check(raw.sqlite3_bind_double(_statement, index, value));
        return this;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(result, _database);
    }
}
