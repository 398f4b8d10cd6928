namespace Memento.Storage;

/// <summary>The read-model changes of one commit, merged so that each row is written once, in an order that is the same for all writers.</summary>
internal sealed class RowBatch
{
    private readonly Dictionary<RowTable, Dictionary<RowKey, object?[]>> _tables = [];

    public void Clear()
    {
        foreach (var rows in _tables.Values) rows.Clear();
    }

    public void Add(RowChange change)
    {
        if (!_tables.TryGetValue(change.Table, out var rows)) _tables.Add(change.Table, rows = []);
        var key = new RowKey(change.Values, change.Table.KeyLength);
        if (!rows.TryGetValue(key, out var row)) rows.Add(key, change.Values);
        else rows[key] = Merge(change.Table, row, change.Values);
    }

    /// <summary>Tables by name and rows by key: two writers that touch the same rows take their locks in the same order.</summary>
    public IEnumerable<(RowTable Table, IReadOnlyCollection<object?[]> Rows)> InOrder() => _tables
        .Where(t => t.Value.Count > 0)
        .OrderBy(t => t.Key.Name, StringComparer.Ordinal)
        .Select(t => (t.Key, (IReadOnlyCollection<object?[]>)[.. t.Value.OrderBy(r => r.Key).Select(r => r.Value)]));

    private static object?[] Merge(RowTable table, object?[] first, object?[] second)
    {
        var merged = (object?[])first.Clone();
        for (var i = table.KeyLength; i < merged.Length; i++)
        {
            merged[i] = table.Columns[i].Merge switch
            {
                ColumnMerge.Replace => second[i],
                // Not a bare conditional: C# would make both branches a double.
                ColumnMerge.Add => first[i] is double d ? (object)(d + (double)second[i]!) : (long)first[i]! + (long)second[i]!,
                ColumnMerge.Min => Comparer<object>.Default.Compare(second[i], first[i]) < 0 ? second[i] : first[i],
                _ => first[i],
            };
        }

        return merged;
    }

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
