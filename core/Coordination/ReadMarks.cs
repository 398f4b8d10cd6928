namespace Memento.Core.Coordination;

/// <summary>
/// Tells what changed in memory while a read of the table was under way, so that the read's older answer does not replace it.
/// Names are remembered only while a read is open.
/// </summary>
public sealed class ReadMarks
{
    private readonly Dictionary<long, HashSet<string>> _open = [];
    private long _last;

    /// <summary>Notes that a read begins, before its first row is read. The mark is for <see cref="End"/>.</summary>
    public long Begin()
    {
        _open.Add(++_last, new(StringComparer.Ordinal));
        return _last;
    }

    /// <summary>Notes that memory changed.</summary>
    public void Touch(string name)
    {
        foreach (var names in _open.Values) names.Add(name);
    }

    /// <summary>Returns the names that changed since the read began. A read that failed is ended all the same.</summary>
    public IReadOnlySet<string> End(long mark)
    {
        _open.Remove(mark, out var changed);
        return changed ?? [];
    }
}
