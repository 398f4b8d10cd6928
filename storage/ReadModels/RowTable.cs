namespace Memento.Storage;

/// <summary>How a column is stored. Times are <see cref="Number"/>: microseconds since 1970.</summary>
public enum ColumnType
{
    Number = 0,
    Real,
    Text,
    Binary,
    /// <summary>A <see cref="Number"/> that the journal's writer fills in with its own; given as null. In the key of a counter it gives every writer a row that no other waits for.</summary>
    Writer,
}

/// <summary>What becomes of a column when the row is already there.</summary>
public enum ColumnMerge
{
    /// <summary>Part of the key.</summary>
    Key = 0,
    /// <summary>The new value counts.</summary>
    Replace,
    /// <summary>The first value stays.</summary>
    Keep,
    /// <summary>The new value is added.</summary>
    Add,
}

public sealed record Column(string Name, ColumnType Type, ColumnMerge Merge);

/// <summary>A read-model table: what the stores need to know to write rows of it inside the journal's transaction. Key columns come first.</summary>
public sealed class RowTable
{
    public RowTable(string name, params Column[] columns)
    {
        (Name, Columns) = (name, columns);
        for (var i = 0; i < columns.Length; i++)
            if (columns[i].Type is ColumnType.Writer) WriterColumn = i;
        Replaces = columns.Any(c => c.Merge is ColumnMerge.Replace);
        KeyLength = columns.TakeWhile(c => c.Merge is ColumnMerge.Key).Count();
        if (KeyLength == 0 || columns.Skip(KeyLength).Any(c => c.Merge is ColumnMerge.Key)) throw new ArgumentException($"The key columns of {name} must come first.", nameof(columns));
    }

    public string Name { get; }

    public IReadOnlyList<Column> Columns { get; }

    public int KeyLength { get; }

    /// <summary>Where the <see cref="ColumnType.Writer"/> column is, if there is one.</summary>
    public int? WriterColumn { get; }

    /// <summary>Whether a change replaces what is in a row.</summary>
    public bool Replaces { get; }

    /// <summary>A change of one row. Values stand in the order of <see cref="Columns"/>: <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, an array of bytes or null.</summary>
    public RowChange Row(params object?[] values) => values.Length == Columns.Count
        ? new(this, values)
        : throw new ArgumentException($"{Name} has {Columns.Count} columns, not {values.Length}.", nameof(values));

    /// <summary>The SQL that writes a row, given where its values come from; the same dialect in both stores.</summary>
    internal string UpsertFrom(string source)
    {
        var names = string.Join(", ", Columns.Select(c => c.Name));
        var key = string.Join(", ", Columns.Take(KeyLength).Select(c => c.Name));
        var sets = Columns.Where(c => c.Merge is ColumnMerge.Replace or ColumnMerge.Add).Select(c => c.Merge switch
        {
            ColumnMerge.Add => $"{c.Name} = {Name}.{c.Name} + excluded.{c.Name}",
            _ => $"{c.Name} = excluded.{c.Name}",
        }).ToArray();
        var action = sets.Length == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", sets);
        return $"INSERT INTO {Name} ({names}) {source} ON CONFLICT ({key}) DO {action}";
    }
}

/// <summary>A row to insert or merge.</summary>
public sealed record RowChange(RowTable Table, object?[] Values);
