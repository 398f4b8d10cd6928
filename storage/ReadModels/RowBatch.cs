using System.Runtime.InteropServices;

namespace Memento.Storage;

/// <summary>The read-model changes of one commit, merged so that each row is written once, in an order that is the same for all writers.</summary>
/// <param name="writer">The writer's number, for <see cref="ColumnType.Writer"/> columns.</param>
internal sealed class RowBatch(long writer)
{
    private readonly object _writer = writer;
    private readonly Dictionary<RowTable, Dictionary<RowKey, Slot>> _tables = [];

    public void Clear()
    {
        foreach (var rows in _tables.Values) rows.Clear();
    }

    public void Add(RowChange change)
    {
        if (!_tables.TryGetValue(change.Table, out var rows)) _tables.Add(change.Table, rows = []);
        if (change.Table.WriterColumn is { } column) change.Values[column] = _writer;
        var key = new RowKey(change.Values, change.Table.KeyLength);
        ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, key, out var exists);
        if (!exists)
        {
            row = new(change.Values, IsCopy: false);
            return;
        }

        // Changes belong to their appends and may be committed again in smaller batches, so it is a copy that later ones are merged into.
        if (!row.IsCopy) row = new([.. row.Values], IsCopy: true);
        Merge(change.Table, row.Values, change.Values);
    }

    /// <summary>Tables by name and rows by key: two writers that touch the same rows take their locks in the same order.</summary>
    public IEnumerable<(RowTable Table, IReadOnlyList<object?[]> Rows)> InOrder() => _tables
        .Where(t => t.Value.Count > 0)
        .OrderBy(t => t.Key.Name, StringComparer.Ordinal)
        .Select(t => (t.Key, (IReadOnlyList<object?[]>)[.. t.Value.OrderBy(r => r.Key).Select(r => r.Value.Values)]));

    private static void Merge(RowTable table, object?[] row, object?[] change)
    {
        for (var i = table.KeyLength; i < row.Length; i++)
        {
            row[i] = table.Columns[i].Merge switch
            {
                ColumnMerge.Replace => change[i],
                ColumnMerge.Add => Sum(row[i], change[i]),
                _ => row[i],
            };
        }
    }

    private static object? Sum(object? first, object? second) => (first, second) switch
    {
        (_, 0L) => first,
        (0L, _) => second,
        (long a, long b) => a + b,
        (double a, double b) => a + b,
        _ => throw new ArgumentException($"{first} and {second} cannot be added."),
    };

    private readonly record struct Slot(object?[] Values, bool IsCopy);

    /// <summary>The first values of a row, compared by value.</summary>
    private readonly struct RowKey(object?[] values, int length) : IEquatable<RowKey>, IComparable<RowKey>
    {
        private readonly object?[] _values = values;
        private readonly int _length = length;

        public bool Equals(RowKey other) => _values.AsSpan(0, _length).SequenceEqual(other._values.AsSpan(0, other._length));

        public override bool Equals(object? obj) => obj is RowKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var value in _values.AsSpan(0, _length)) hash.Add(value);
            return hash.ToHashCode();
        }

        public int CompareTo(RowKey other)
        {
            for (var i = 0; i < _length; i++)
            {
                var order = _values[i] is string text ? string.CompareOrdinal(text, (string?)other._values[i]) : Comparer<object>.Default.Compare(_values[i], other._values[i]);
                if (order != 0) return order;
            }

            return 0;
        }
    }
}
