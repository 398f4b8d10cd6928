namespace Memento.Cli.Git;

/// <summary>One commit, without its message and its changes.</summary>
/// <param name="Author">Index into <see cref="History.Authors"/>.</param>
/// <param name="Time">Committer time in Unix seconds.</param>
/// <param name="Generation">1 + the highest of its parents'; 1 without parents.</param>
/// <param name="FirstParent">Index into <see cref="History.Commits"/>; −1 without parents.</param>
internal readonly record struct Commit(ObjectId Id, long Time, int Author, int Generation, int FirstParent, int Parents);

/// <summary>
/// All commits of a history, sorted by (committer time, generation, hash). Each of the three is a property of the commit and its ancestors alone,
/// so that two commits never change their order when the history grows. About 100 bytes a commit.
/// </summary>
internal sealed class History
{
    private History(Commit[] commits, IReadOnlyList<string> authors, IReadOnlyDictionary<int, int> reverts)
    {
        (Commits, Authors, RevertedBy) = (commits, authors, reverts);
        Reverts = reverts.ToLookup(pair => pair.Value, pair => pair.Key);
    }

    public static History Empty { get; } = new([], [], new Dictionary<int, int>());

    public IReadOnlyList<Commit> Commits { get; }

    /// <summary>Names of agents.</summary>
    public IReadOnlyList<string> Authors { get; }

    /// <summary>From a reverted commit to the first that reverts it, by index.</summary>
    public IReadOnlyDictionary<int, int> RevertedBy { get; }

    /// <summary>From a commit to those that it is the first to revert, by index.</summary>
    public ILookup<int, int> Reverts { get; }

    /// <summary>Collects commits, parents before children, and puts them in order.</summary>
    public sealed class Builder
    {
        private readonly List<Commit> _commits = [];
        private readonly List<string> _authors = [];
        private readonly Dictionary<string, int> _authorIndex = new(StringComparer.Ordinal);
        private readonly Dictionary<ObjectId, int> _index = [];
        private readonly List<(ObjectId By, string Hash)> _reverts = [];

        public void Add(ObjectId id, string author, long time, ReadOnlySpan<ObjectId> parents)
        {
            if (!_authorIndex.TryGetValue(author, out var authorIndex))
            {
                _authorIndex[author] = authorIndex = _authors.Count;
                _authors.Add(author);
            }

            var (generation, firstParent) = (1, -1);
            foreach (var parent in parents)
            {
                if (!_index.TryGetValue(parent, out var index)) continue;
                generation = Math.Max(generation, _commits[index].Generation + 1);
                if (firstParent < 0) firstParent = index;
            }

            _index[id] = _commits.Count;
            _commits.Add(new(id, time, authorIndex, generation, firstParent, parents.Length));
        }

        /// <summary>A commit says that it reverts another; its hash may be cut to 7 digits or more.</summary>
        public void AddRevert(ObjectId by, string hash) => _reverts.Add((by, hash));

        public History Build()
        {
            var order = Enumerable.Range(0, _commits.Count).ToArray();
            Array.Sort(order, (a, b) => Compare(_commits[a], _commits[b]));
            var position = new int[order.Length];
            for (var i = 0; i < order.Length; i++) position[order[i]] = i;

            var sorted = new Commit[order.Length];
            for (var i = 0; i < order.Length; i++)
            {
                var commit = _commits[order[i]];
                sorted[i] = commit with { FirstParent = commit.FirstParent < 0 ? -1 : position[commit.FirstParent] };
            }

            return new(sorted, _authors, Reverts(position));
        }

        private Dictionary<int, int> Reverts(int[] position)
        {
            var found = new Dictionary<int, int>();
            var byHash = new Lazy<string[]>(() => [.. _commits.Select(c => c.Id.ToString()).Order(StringComparer.Ordinal)]);
            foreach (var (by, hash) in _reverts)
            {
                if (Find(hash, byHash) is not { } id || !_index.TryGetValue(id, out var reverted) || !_index.TryGetValue(by, out var reverting)) continue;
                var (target, source) = (position[reverted], position[reverting]);
                if (source <= target) continue;   // Nothing is reverted before it happened.
                if (!found.TryGetValue(target, out var earlier) || source < earlier) found[target] = source;
            }

            return found;
        }

        private static ObjectId? Find(string hash, Lazy<string[]> byHash)
        {
            if (ObjectId.TryParse(hash, out var id)) return id;
            var hashes = byHash.Value;
            var at = Array.BinarySearch(hashes, hash, StringComparer.Ordinal);
            if (at < 0) at = ~at;
            var unique = at < hashes.Length && hashes[at].StartsWith(hash, StringComparison.Ordinal) && (at + 1 == hashes.Length || !hashes[at + 1].StartsWith(hash, StringComparison.Ordinal));
            return unique && ObjectId.TryParse(hashes[at], out id) ? id : null;
        }

        private static int Compare(in Commit a, in Commit b)
        {
            var order = a.Time.CompareTo(b.Time);
            if (order == 0) order = a.Generation.CompareTo(b.Generation);
            return order == 0 ? a.Id.CompareTo(b.Id) : order;
        }
    }
}
