using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>Works out what changed between two moments of a workspace. It reads the versions between them and nothing else.</summary>
internal sealed class PointComparison(IWorkspaceIndex index, long streamId, RollbackRules rules, DiffRequest request, DiffOptions options)
{
    private const int MaxChunk = 500;

    private readonly ImmutableArray<PathChange>.Builder _changes = ImmutableArray.CreateBuilder<PathChange>();
    private readonly ImmutableArray<DocumentDiff>.Builder _visual = ImmutableArray.CreateBuilder<DocumentDiff>();
    private readonly Dictionary<DocumentKey, long> _lengths = [];
    private long _count, _ignored, _truncated;

    /// <summary>The difference.</summary>
    /// <param name="from">Seq of the one moment.</param>
    /// <param name="to">Seq of the other; may be the earlier one.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<(ImmutableArray<PathChange> Changes, long Count, PointDiffSummary Summary, ImmutableArray<DocumentDiff> Visual)> CompareAsync(
        long from, long to, CancellationToken cancellationToken)
    {
        var touched = await ReadTouchedAsync(Math.Min(from, to), Math.Max(from, to), cancellationToken);
        var moved = await FindMovesAsync(touched, from, to, cancellationToken);
        var left = moved.Select(m => new DocumentKey(m.Key.Kind, m.Value)).ToHashSet();
        var (created, updated, deleted, byKind) = (0L, 0L, 0L, left.GroupBy(key => key.Kind).ToDictionary(g => g.Key, g => g.LongCount()));
        var chunks = touched.Where(t => !left.Contains(t.Key)).OrderBy(t => t.Key).Select(t => t.Value).InChunks(t => t.Last.IsDeleted ? _lengths.GetValueOrDefault(t.Key) : 2 * t.Last.Length).ToArray();
        var reading = ReadAsync(chunks, 0, from <= to, cancellationToken);
        for (var i = 0; i < chunks.Length; i++)
        {
            var (makers, pairs) = await reading;
            reading = ReadAsync(chunks, i + 1, from <= to, cancellationToken);   // on its way while this one is compared
            foreach (var pair in pairs)
            {
                if (pair.Before.Hash == pair.After.Hash && pair.Before.Version?.ContentType == pair.After.Version?.ContentType) continue;
                var origin = moved.GetValueOrDefault(pair.Key);
                if (!Add(pair, origin, makers[pair.Newest.Seq])) continue;
                byKind[pair.Key.Kind] = byKind.GetValueOrDefault(pair.Key.Kind) + 1;
                if (origin is null)
                {
                    if (pair.Before.Hash is null) created++;
                    else if (pair.After.Hash is null) deleted++;
                    else updated++;
                }
            }
        }

        var summary = new PointDiffSummary
        {
            Created = created,
            Updated = updated,
            Deleted = deleted,
            Moved = moved.Count,
            ByKind = byKind.ToImmutableSortedDictionary(k => NamedEnumConverter<DocumentKind>.NameOf(k.Key), k => k.Value, StringComparer.Ordinal),
            Ignored = _ignored,
            TruncatedChanges = _truncated,
            Complexity = _count <= 10 ? DiffComplexity.Low : _count <= 100 ? DiffComplexity.Medium : DiffComplexity.High,
        };
        return (_changes.ToImmutable(), _count, summary, _visual.ToImmutable());
    }

    /// <summary>The first and the last version of each document between the two moments.</summary>
    private async Task<Dictionary<DocumentKey, Touched>> ReadTouchedAsync(long low, long high, CancellationToken cancellationToken)
    {
        var touched = new Dictionary<DocumentKey, Touched>();
        await index.ScanAsync(streamId, low, high, version =>
        {
            touched[version.Key] = touched.TryGetValue(version.Key, out var known) ? known with { Last = version } : new(low, version, version);
            if (touched.Count > rules.MaxDocuments)
                throw new MementoException(Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"More than {rules.MaxDocuments} documents changed between the two; that is the most a diff looks at (Memento:Rollback:MaxDocuments)."));
        }, cancellationToken);
        return touched;
    }

    /// <summary>Which documents moved: their ids at the second moment, with those at the first. Only deleted documents, and those with a value that a deleted one had, are looked at.</summary>
    private async Task<IReadOnlyDictionary<DocumentKey, string>> FindMovesAsync(Dictionary<DocumentKey, Touched> touched, long from, long to, CancellationToken cancellationToken)
    {
        var before = new Dictionary<DocumentKey, ContentHash?>();
        var gone = touched.Values.Where(t => t.Last.IsDeleted).ToArray();
        await FindAsync(gone);
        var values = before.Values.OfType<ContentHash>().ToHashSet();
        var twins = touched.Values.Where(t => t.Last.Hash is { } hash && values.Contains(hash)).ToArray();
        await FindAsync(twins);

        return DocumentMoves.Find(gone.Concat(twins).Select(t =>
        {
            var (first, last) = (before.GetValueOrDefault(t.Key), t.Last.Hash);
            return from <= to ? new DocumentHashes(t.Key, first, last) : new DocumentHashes(t.Key, last, first);
        }));

        async Task FindAsync(IEnumerable<Touched> some)
        {
            foreach (var chunk in some.Where(t => t.WasThere).Select(t => t.Key).Chunk(MaxChunk))
            {
                foreach (var version in await index.FindAsync(streamId, chunk, Math.Min(from, to), cancellationToken))
                {
                    before[version.Key] = version.Hash;
                    _lengths[version.Key] = version.Length;
                }
            }
        }
    }

    /// <summary>Who made the newest changes of a chunk, and both sides: with their values, as long as changes are still listed. Nothing behind the last chunk.</summary>
    private async Task<(IReadOnlyDictionary<long, Change> Makers, IReadOnlyList<Pair> Pairs)> ReadAsync(List<Touched>[] chunks, int number, bool forward, CancellationToken cancellationToken)
    {
        if (number == chunks.Length) return (new Dictionary<long, Change>(), []);
        var chunk = chunks[number];
        var withValues = _changes.Count < rules.Options.MaxDiffChanges;
        var makers = index.GetChangesAsync(streamId, [.. chunk.Select(t => t.Last.Seq).Distinct()], cancellationToken);
        var before = ReadBeforeAsync([.. chunk.Where(t => t.WasThere).Select(t => t.Key)], chunk[0].Low, withValues, cancellationToken);
        var last = chunk.Where(t => !t.Last.IsDeleted).Select(t => t.Last).ToArray();
        var after = withValues && last.Length > 0 ? (await index.ReadValuesAsync(streamId, last, cancellationToken)).Zip(last).ToDictionary(x => x.Second.Key, x => x.First) : [];
        var first = (await before).ToDictionary(v => v.Version!.Key);
        return (await makers, [.. chunk.Select(t =>
        {
            var (x, y) = (first.GetValueOrDefault(t.Key), new Side(t.Last, after.GetValueOrDefault(t.Key)));
            return forward ? new Pair(t.Key, x, y, t.Last) : new Pair(t.Key, y, x, t.Last);
        })]);
    }

    private async Task<IEnumerable<Side>> ReadBeforeAsync(DocumentKey[] keys, long at, bool withValues, CancellationToken cancellationToken) =>
        keys.Length == 0 ? []
        : withValues ? (await index.ReadAtAsync(streamId, keys, at, cancellationToken)).Select(d => new Side(d.Version, d.Value))
        : (await index.FindAsync(streamId, keys, at, cancellationToken)).Select(v => new Side(v, null));

    /// <summary>False if there is no difference but ignored ones.</summary>
    private bool Add(Pair pair, string? origin, Change maker)
    {
        var (before, after) = (pair.Before.Value, pair.After.Value);
        var kind = NamedEnumConverter<DocumentKind>.NameOf(pair.Key.Kind);
        var root = JsonPointer.Of(kind, pair.Key.Id).ToString();
        var metadata = new ChangeMetadata
        {
            Kind = pair.Key.Kind, Id = pair.Key.Id, Seq = pair.Newest.Seq, AgentId = maker.By.AgentId, SessionId = maker.By.SessionId, Cause = maker.By.Cause, At = maker.At,
            From = origin is null ? null : JsonPointer.Of(kind, origin).ToString(),
            ContentType = pair.After.Version?.ContentType ?? pair.Before.Version?.ContentType,
            OldLength = pair.Before.Length, NewLength = pair.After.Length,
        };
        var delta = before is { IsJson: true } && after is { IsJson: true } ? JsonDiff.Compare(before.Content, after.Content, options) : null;
        if (delta is not null)
        {
            _ignored += delta.IgnoredCount;
            _truncated += delta.TruncatedCount;
            if (delta.Changes.IsEmpty && delta.IgnoredCount > 0) return false;
            _count += delta.DroppedCount;
            foreach (var change in delta.Changes)
            {
                Add(new()
                {
                    Path = root + change.Path, Operation = change.Operation, OldValue = change.OldValue, NewValue = change.NewValue, Truncated = change.Truncated,
                    Metadata = change.From is null ? metadata : metadata with { From = root + change.From },
                });
            }
        }
        else
        {
            var operation = origin is not null ? DiffOperation.Move : pair.Before.Hash is null ? DiffOperation.Create : pair.After.Hash is null ? DiffOperation.Delete : DiffOperation.Update;
            Add(new() { Path = root, Operation = operation, OldValue = ConflictExplanation.Show(before), NewValue = ConflictExplanation.Show(after), Metadata = metadata });
        }

        var isRead = (pair.Before.Length is null || before is not null) && (pair.After.Length is null || after is not null);
        if (request.Visual && isRead && _visual.Count < rules.Options.MaxVisualDocuments && origin is null)
        {
            var words = delta is null ? null : SemanticDiff.Describe(before!.Content, after!.Content, delta);
            _visual.Add(new(pair.Key.Kind, pair.Key.Id, VisualDiff.Compare(before?.Content ?? [], after?.Content ?? [], new() { Granularity = request.Granularity }), words));
        }

        return true;
    }

    private void Add(PathChange change)
    {
        _count++;
        if (_changes.Count < rules.Options.MaxDiffChanges) _changes.Add(change);
    }

    /// <summary>A document that changed between the two moments.</summary>
    private sealed record Touched(long Low, DocumentVersion First, DocumentVersion Last)
    {
        public DocumentKey Key => Last.Key;

        /// <summary>There was a version before; perhaps a deletion.</summary>
        public bool WasThere => First.PreviousSeq > 0;
    }

    /// <summary>A document at one of the two moments; of one that was not there, all is null.</summary>
    private readonly record struct Side(DocumentVersion? Version, DocumentValue? Value)
    {
        public ContentHash? Hash => Version?.Hash;

        public long? Length => Version is { IsDeleted: false } ? Version.Length : null;
    }

    private sealed record Pair(DocumentKey Key, Side Before, Side After, DocumentVersion Newest);
}
