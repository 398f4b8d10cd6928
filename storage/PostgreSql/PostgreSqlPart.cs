using NpgsqlTypes;

namespace Memento.Storage;

/// <summary>A part of a commit: its name as a common table expression, its SQL with parameters from $1 on, and their types.</summary>
/// <param name="Name">The name that other parts refer to.</param>
/// <param name="Sql">The SQL.</param>
/// <param name="Types">Types of its parameters.</param>
internal sealed record Part(string Name, string Sql, params IReadOnlyList<NpgsqlDbType> Types)
{
    /// <summary>Tells apart parts of one name with different SQL.</summary>
    public string Shape { get; init; } = Name;
}

/// <summary>Types of arrays, one of which has a column's values.</summary>
internal static class ArrayTypes
{
    public const NpgsqlDbType Numbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    public const NpgsqlDbType Smalls = NpgsqlDbType.Array | NpgsqlDbType.Smallint;
    public const NpgsqlDbType Integers = NpgsqlDbType.Array | NpgsqlDbType.Integer;
    public const NpgsqlDbType Reals = NpgsqlDbType.Array | NpgsqlDbType.Double;
    public const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    public const NpgsqlDbType Binaries = NpgsqlDbType.Array | NpgsqlDbType.Bytea;

    public static NpgsqlDbType[] TypesOf(RowTable table) =>
        [.. table.Columns.Select(c =>
            c.Type switch { ColumnType.Real => Reals, ColumnType.Text => Texts, ColumnType.Binary => Binaries, _ => Numbers })];

    /// <summary>One column of some rows, as an array of its type.</summary>
    public static object ColumnOf(RowTable table, IReadOnlyList<object?[]> rows, int column) => table.Columns[column].Type switch
    {
        ColumnType.Real => Column<double?>(rows, column),
        ColumnType.Text => Column<string?>(rows, column),
        ColumnType.Binary => Column<byte[]?>(rows, column),
        _ => Column<long?>(rows, column),
    };

    private static T?[] Column<T>(IReadOnlyList<object?[]> rows, int column)
    {
        var values = new T?[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = (T?)rows[i][column];
        return values;
    }
}
