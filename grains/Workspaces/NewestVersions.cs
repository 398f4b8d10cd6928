namespace Memento.Workspaces;

/// <summary>
/// The newest version of the documents that are being written, as the next decision must see it. Bounded: what was not used for long is read again.
/// Reads wait together: while one is under way, what is missing meanwhile becomes the next. Used by one grain, the only writer; nothing in here is thread-safe.
/// </summary>
internal sealed class NewestVersions(IWorkspaceIndex index, int capacity)
{
    private readonly Dictionary<DocumentKey, Written> _underWay = [];
    private readonly Dictionary<DocumentKey, Held> _held = [];
    private Dictionary<DocumentKey, DocumentVersion?> _young = [];
    private Dictionary<DocumentKey, DocumentVersion?> _old = [];
    private HashSet<DocumentKey> _wanted = [];
    private HashSet<DocumentKey> _reading = [];
    private Task? _next;
    private Task _current = Task.CompletedTask;

    /// <summary>Finds what is known about a document: its newest version, or null if it has none. The value is known too while it is on its way to the disk.</summary>
    public bool TryGet(DocumentKey key, out DocumentVersion? version, out DocumentValue? value)
    {
        value = null;
        if (_underWay.TryGetValue(key, out var written))
        {
            (version, value) = (written.Version, written.Value);
            return true;
        }

        if (_held.TryGetValue(key, out var held) && held.IsKnown)
        {
            version = held.Version;
            return true;
        }

        if (_young.TryGetValue(key, out version)) return true;
        if (!_old.Remove(key, out version)) return false;
        Keep(key, version);
        return true;
    }

    /// <summary>What becomes known of these is not forgotten until they are released, however little room there is. Else a batch that is larger than the room could never be decided.</summary>
    public void Hold(IEnumerable<DocumentKey> keys)
    {
        foreach (var key in keys)
        {
            if (!_held.TryGetValue(key, out var held)) _held.Add(key, held = new());
            held.Holders++;
            if (!held.IsKnown && !_underWay.ContainsKey(key) && TryGet(key, out var version, out _)) held.Know(version);
        }
    }

    /// <summary>Ends a <see cref="Hold"/> of the same keys.</summary>
    public void Release(IEnumerable<DocumentKey> keys)
    {
        foreach (var key in keys)
            if (_held.TryGetValue(key, out var held) && --held.Holders == 0) _held.Remove(key);
    }

    /// <summary>Reads what is not known of these. Afterwards ask again: a lot may have happened.</summary>
    public Task LoadAsync(long streamId, IEnumerable<DocumentKey> keys)
    {
        foreach (var key in keys) _wanted.Add(key);
        return _next ??= ReadNextAsync(streamId, _current);
    }

    /// <summary>A change was handed to the journal.</summary>
    public void Write(DocumentVersion version, DocumentValue? value)
    {
        _reading.Remove(version.Key);   // what is being read of it is old
        _young.Remove(version.Key);
        _old.Remove(version.Key);
        if (_held.TryGetValue(version.Key, out var held)) held.Forget();
        _underWay[version.Key] = new(version, value);
    }

    /// <summary>A change is durable.</summary>
    public void Commit(DocumentVersion version)
    {
        if (!_underWay.TryGetValue(version.Key, out var written) || written.Version.Seq != version.Seq) return;
        _underWay.Remove(version.Key);
        Keep(version.Key, version);
    }

    /// <summary>Forgets everything: an append failed.</summary>
    public void Clear()
    {
        _underWay.Clear();
        _young.Clear();
        _old.Clear();
        _reading.Clear();
        foreach (var held in _held.Values) held.Forget();
    }

    private async Task ReadNextAsync(long streamId, Task before)
    {
        // It yields even if there is nothing to wait for: whoever began this must have noted it as the next before it becomes the current.
        await before.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        (_current, _next) = (_next!, null);
        _reading = [.. _wanted.Where(key => !IsKnown(key))];   // one that was written since it was wanted may be older on the disk
        _wanted = [];
        if (_reading.Count == 0) return;
        var found = await index.FindAsync(streamId, [.. _reading]);
        foreach (var version in found)
            if (_reading.Remove(version.Key)) Keep(version.Key, version);
        foreach (var key in _reading) Keep(key, null);
        _reading.Clear();
    }

    private bool IsKnown(DocumentKey key) =>
        _underWay.ContainsKey(key) || (_held.TryGetValue(key, out var held) && held.IsKnown) || _young.ContainsKey(key) || _old.ContainsKey(key);

    private void Keep(DocumentKey key, DocumentVersion? version)
    {
        if (_held.TryGetValue(key, out var held)) held.Know(version);
        if (_young.Count >= capacity / 2) (_old, _young) = (_young, []);
        _young[key] = version;
    }

    private readonly record struct Written(DocumentVersion Version, DocumentValue? Value);

    private sealed class Held
    {
        public int Holders { get; set; }

        public bool IsKnown { get; private set; }

        public DocumentVersion? Version { get; private set; }

        public void Know(DocumentVersion? version) => (IsKnown, Version) = (true, version);

        public void Forget() => (IsKnown, Version) = (false, null);
    }
}
