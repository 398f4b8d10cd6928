using Memento.Sessions;

namespace Memento.Cli.Git;

/// <summary>What a commit changed, against its first parent.</summary>
internal sealed class CommitChanges
{
    /// <summary>Most names that are kept.</summary>
    public const int MaxNames = 1_000;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly int[] _operations = new int[4];

    public required ObjectId Id { get; init; }

    /// <summary>First line of the message.</summary>
    public required string Subject { get; init; }

    /// <summary>Names of the changed files, each once; a renamed file's new name, then its old one. At most <see cref="MaxNames"/>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Different names there were.</summary>
    public int NameCount => _seen.Count;

    /// <summary>Files that changed; a renamed one counts once.</summary>
    public int Files { get; private set; }

    /// <summary>Lines added and deleted; those of binary files are not lines.</summary>
    public long Lines { get; private set; }

    /// <summary>What was done to most files; of equals the first of modified, added, deleted, renamed.</summary>
    public Operation Operation
    {
        get
        {
            Operation best = Operation.Modified;
            foreach (var candidate in (ReadOnlySpan<Operation>)[Operation.Added, Operation.Deleted, Operation.Renamed])
                if (_operations[(int)candidate] > _operations[(int)best]) best = candidate;
            return best;
        }
    }

    public void AddFile(Operation operation, string name, string? oldName = null)
    {
        Files++;
        _operations[(int)operation]++;
        AddName(name);
        if (oldName is not null) AddName(oldName);
    }

    public void AddLines(long lines) => Lines += lines;

    private void AddName(string name)
    {
        if (_seen.Add(name) && _names.Count < MaxNames) _names.Add(name);
    }
}
