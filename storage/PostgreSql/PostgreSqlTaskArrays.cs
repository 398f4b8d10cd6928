using Memento.Tasks;

namespace Memento.Storage;

/// <summary>What a batch does to task streams, as one array per column.</summary>
internal sealed class PostgreSqlTaskArrays
{
    // Appends that follow each other in one stream change its row once: from the position before the first to the state after the last.
    private readonly List<(Append First, Append Last)> _changes = [];
    private readonly List<Append> _appends = [];
    private readonly List<TaskBirth> _births = [];

    public bool HasChanges => _changes.Count > 0;

    public bool HasBirths => _births.Count > 0;

    public bool ChangesAreGuarded { get; private set; }

    public bool BirthsAreGuarded { get; private set; }

    /// <summary>Null if the batch has no append to a task stream and no birth.</summary>
    public static PostgreSqlTaskArrays? Of(IReadOnlyList<PendingAppend> batch)
    {
        PostgreSqlTaskArrays? arrays = null;
        Dictionary<long, int>? places = null;
        foreach (var pending in batch)
        {
            var append = pending.Append;
            if (append.Births.Count > 0) (arrays ??= new()).AddBirths(append.Births);
            if (append.Task is null) continue;
            arrays ??= new();
            arrays._appends.Add(append);
            arrays.ChangesAreGuarded |= append.Task.Requires is not null;
            places ??= [];
            if (places.TryAdd(append.Writer.StreamId, arrays._changes.Count)) arrays._changes.Add((append, append));
            else
            {
                var place = places[append.Writer.StreamId];
                arrays._changes[place] = (arrays._changes[place].First, append);
            }
        }

        // Two writers that change the same rows lock them in the same order.
        arrays?._changes.Sort((a, b) => a.First.Writer.StreamId.CompareTo(b.First.Writer.StreamId));
        return arrays;
    }

    /// <summary>Workspaces and names of the agents whose epochs are required; null if there are none.</summary>
    public object[]? Guards()
    {
        if (!ChangesAreGuarded && !BirthsAreGuarded) return null;
        var guards = new SortedSet<(string Workspace, string Agent)>(Comparer<(string Workspace, string Agent)>.Create((a, b) =>
            string.CompareOrdinal(a.Workspace, b.Workspace) is var order and not 0 ? order : string.CompareOrdinal(a.Agent, b.Agent)));
        foreach (var (first, _) in _changes)
            if (first.Task!.Requires is { } required) guards.Add((required.Workspace, required.AgentId));
        foreach (var birth in _births)
            if (birth.Requires is { } required) guards.Add((required.Workspace, required.AgentId));
        return [guards.Select(g => g.Workspace).ToArray(), guards.Select(g => g.Agent).ToArray()];
    }

    public object[] Changes(bool guarded)
    {
        var n = _changes.Count;
        var (streams, expected, positions, before) = (new long[n], new int[n], new int[n], new short[n]);
        var guards = new Guarded(guarded ? n : 0);
        var rows = new RowArrays(n);
        for (var i = 0; i < n; i++)
        {
            var (first, last) = _changes[i];
            (streams[i], expected[i], before[i]) = (first.Writer.StreamId, (int)(first.FirstPosition - 1), (short)first.Task!.Before);
            positions[i] = (int)(last.FirstPosition + last.Entries.Count - 1);
            rows.Set(i, last.Task!.After);
            if (guarded) guards.Set(i, first.Task.Requires);
        }

        object[] values = [streams, expected, positions, rows.Tokens, before, rows.Statuses, rows.Phases, rows.DueAt, rows.AssignedAt,
            rows.EndedAt, rows.Agents, rows.Epochs, rows.Attempts];
        return guarded ? [.. values, .. guards.Arrays] : values;
    }

    public object[] Births(bool guarded)
    {
        var n = _births.Count;
        var (streams, queues, created, positions) = (new long[n], new long[n], new long[n], new int[n]);
        var (priorities, reusable, workspaces, ids) = (new int[n], new short[n], new string[n], new string[n]);
        var (sessions, needs) = (new string?[n], new string?[n]);
        var guards = new Guarded(guarded ? n : 0);
        var rows = new RowArrays(n);
        for (var i = 0; i < n; i++)
        {
            var birth = _births[i];
            (streams[i], queues[i], created[i], positions[i]) = (birth.StreamId, birth.QueueId, birth.CreatedAt.ToStored(),
                birth.Entries.Count);
            (priorities[i], reusable[i], workspaces[i], ids[i]) = (birth.Priority, (short)(birth.IsIdChosen ? 1 : 0), birth.Workspace,
                birth.TaskId);
            (sessions[i], needs[i]) = (birth.SessionId, birth.Needs);
            rows.Set(i, birth.Row);
            if (guarded) guards.Set(i, birth.Requires);
        }

        object[] values =
        [
            streams, queues, created, rows.DueAt, rows.AssignedAt, rows.EndedAt, positions, rows.Tokens, rows.Epochs, priorities,
            rows.Attempts, rows.Statuses, rows.Phases, reusable,
            workspaces, ids, rows.Agents, sessions, needs,
        ];
        return guarded ? [.. values, .. guards.Arrays] : values;
    }

    public object[] Entries()
    {
        var count = 0;
        foreach (var append in _appends) count += append.Entries.Count;
        foreach (var birth in _births) count += birth.Entries.Count;
        var (ids, positions, kinds, versions) = (new long[count], new long[count], new string[count], new short[count]);
        var (times, payloads, checksums, n) = (new long[count], new byte[count][], new long[count], 0);
        foreach (var append in _appends) Add(append.Writer.StreamId, append.FirstPosition, append.Entries);
        foreach (var birth in _births) Add(birth.StreamId, 1, birth.Entries);
        return [ids, positions, kinds, versions, times, payloads, checksums];

        void Add(long id, long position, IReadOnlyList<NewEntry> entries)
        {
            foreach (var entry in entries)
            {
                (ids[n], positions[n], kinds[n], versions[n]) = (id, position, entry.Kind, entry.Version);
                (times[n], payloads[n], checksums[n]) = (entry.At.ToStored(), entry.Payload, Checksum.Of(id, position, entry.Payload));
                (n, position) = (n + 1, position + 1);
            }
        }
    }

    /// <summary>Null if no append to a task stream has one.</summary>
    public object[]? Snapshots()
    {
        if (!_appends.Exists(append => append.Snapshot is not null)) return null;
        var with = _appends.Where(append => append.Snapshot is not null)
            .Select(append => (Id: append.Writer.StreamId, Snapshot: append.Snapshot!)).ToArray();
        return
        [
            with.Select(x => x.Id).ToArray(),
            with.Select(x => x.Snapshot.Position).ToArray(),
            with.Select(x => x.Snapshot.Version).ToArray(),
            with.Select(x => x.Snapshot.Payload.ToArray()).ToArray(),
            with.Select(x => Checksum.Of(x.Id, x.Snapshot.Position, x.Snapshot.Payload.Span)).ToArray(),
        ];
    }

    /// <summary>Changes of read models by table, each with the stream that it belongs to; tables in the order of their names.</summary>
    public IEnumerable<(RowTable Table, object[] Values)> Rows(long writer)
    {
        Dictionary<RowTable, (List<object?[]> Rows, List<long> Owners)>? tables = null;
        foreach (var append in _appends)
            foreach (var row in append.Rows) Add(row, append.Writer.StreamId);
        foreach (var birth in _births)
            foreach (var row in birth.Rows) Add(row, birth.StreamId);
        return tables is null ? [] : tables.OrderBy(t => t.Key.Name, StringComparer.Ordinal)
            .Select(t => (t.Key, (object[])[.. Enumerable.Range(0, t.Key.Columns.Count)
                .Select(i => ArrayTypes.ColumnOf(t.Key, t.Value.Rows, i)), t.Value.Owners.ToArray()]));

        void Add(RowChange change, long owner)
        {
            if (!(tables ??= []).TryGetValue(change.Table, out var rows)) tables.Add(change.Table, rows = ([], []));
            if (change.Table.WriterColumn is { } column) change.Values[column] = writer;
            rows.Rows.Add(change.Values);
            rows.Owners.Add(owner);
        }
    }

    private void AddBirths(IReadOnlyList<TaskBirth> births)
    {
        _births.AddRange(births);
        foreach (var birth in births) BirthsAreGuarded |= birth.Requires is not null;
    }

    /// <summary>The columns that a task's events change.</summary>
    private readonly struct RowArrays(int n)
    {
        public int[] Tokens { get; } = new int[n];

        public short[] Statuses { get; } = new short[n];

        public short[] Phases { get; } = new short[n];

        public long[] DueAt { get; } = new long[n];

        public long?[] AssignedAt { get; } = new long?[n];

        public long?[] EndedAt { get; } = new long?[n];

        public string?[] Agents { get; } = new string?[n];

        public int[] Epochs { get; } = new int[n];

        public int[] Attempts { get; } = new int[n];

        public void Set(int i, TaskStreamRow row)
        {
            (Tokens[i], Statuses[i], Phases[i], DueAt[i]) = ((int)row.Token, (short)row.Status, (short)row.Phase,
                row.DueAt?.ToStored() ?? long.MaxValue);
            (AssignedAt[i], EndedAt[i], Agents[i], Epochs[i], Attempts[i]) = (row.AssignedAt.ToStored(), row.EndedAt.ToStored(),
                row.AgentId, (int)row.Epoch, row.Attempts);
        }
    }

    private readonly struct Guarded(int n)
    {
        private readonly string?[] _workspaces = new string?[n];
        private readonly string?[] _agents = new string?[n];
        private readonly long?[] _epochs = new long?[n];

        public object[] Arrays => [_workspaces, _agents, _epochs];

        public void Set(int i, AgentEpoch? required) =>
            (_workspaces[i], _agents[i], _epochs[i]) = (required?.Workspace, required?.AgentId, required?.Epoch);
    }
}
