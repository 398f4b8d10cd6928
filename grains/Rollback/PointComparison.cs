using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>Works out what changed between two moments of a workspace. It reads the versions between them and nothing else.</summary>
internal sealed class PointComparison(IWorkspaceIndex index, long streamId, RollbackRules rules)
{
    private const int Chunk = 500;

    private readonly ImmutableArray<PathChange>.Builder _changes = ImmutableArray.CreateBuilder<PathChange>();
    private readonly ImmutableArray<DocumentDiff>.Builder _visual = ImmutableArray.CreateBuilder<DocumentDiff>();
    private long _count;

    /// <summary>The difference.</summary>
    /// <param name="from">Seq of the one moment.</param>
    /// <param name="to">Seq of the other; may be the earlier one.</param>
    /// <param name="visual">Adds every changed document line by line.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<(ImmutableArray<PathChange> Changes, long Count, PointDiffSummary Summary, ImmutableArray<DocumentDiff> Visual)> CompareAsync(
        long from, long to, bool visual, CancellationToken cancellationToken)
    {
        var pairs = await ReadPairsAsync(from, to, cancellationToken);
        var moves = DocumentSetDiff.Compare(pairs.Select(p => new DocumentHashes(NamedEnumConverter<DocumentKind>.NameOf(p.Key.Kind), p.Key.Id, HashOf(p.Before), HashOf(p.After))));
        var moved = moves.Where(m => m.FromId is not null).ToDictionary(m => (m.Kind, m.Id), m => m.FromId!);
        var left = moved.Select(m => (m.Key.Kind, Id: m.Value)).ToHashSet();
        var (created, updated, deleted) = (0L, 0L, 0L);
        var chunks = pairs.Where(p => !left.Contains((NamedEnumConverter<DocumentKind>.NameOf(p.Key.Kind), p.Key.Id))).Chunk(Chunk).ToArray();
        var reading = ReadAsync(chunks, 0, cancellationToken);
        for (var i = 0; i < chunks.Length; i++)
        {
            var (makers, values) = await reading;
            reading = ReadAsync(chunks, i + 1, cancellationToken);   // on its way while this one is compared
            foreach (var pair in chunks[i])
            {
                var origin = moved.GetValueOrDefault((NamedEnumConverter<DocumentKind>.NameOf(pair.Key.Kind), pair.Key.Id));
                if (origin is null)
                {
                    if (HashOf(pair.Before) is null) created++;
                    else if (HashOf(pair.After) is null) deleted++;
                    else updated++;
                }

                Add(pair, origin, makers[pair.Newest.Seq], values, visual);
            }
        }

        var summary = new PointDiffSummary
        {
            Created = created,
            Updated = updated,
            Deleted = deleted,
            Moved = moved.Count,
            ByKind = pairs.GroupBy(p => p.Key.Kind).ToImmutableSortedDictionary(g => NamedEnumConverter<DocumentKind>.NameOf(g.Key), g => g.LongCount(), StringComparer.Ordinal),
            Complexity = _count <= 10 ? DiffComplexity.Low : _count <= 100 ? DiffComplexity.Medium : DiffComplexity.High,
        };
        return (_changes.ToImmutable(), _count, summary, _visual.ToImmutable());
    }

    private async Task<List<Pair>> ReadPairsAsync(long from, long to, CancellationToken cancellationToken)
    {
        var (low, high) = (Math.Min(from, to), Math.Max(from, to));
        var touched = new Dictionary<DocumentKey, (DocumentVersion First, DocumentVersion Last)>();
        await index.ScanAsync(streamId, low, high, version =>
        {
            touched[version.Key] = (touched.TryGetValue(version.Key, out var known) ? known.First : version, version);
            if (touched.Count > rules.MaxDocuments)
                throw new MementoException(Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"More than {rules.MaxDocuments} documents changed between the two; that is the most a diff looks at (Memento:Rollback:MaxDocuments)."));
        }, cancellationToken);

        var before = new Dictionary<DocumentKey, DocumentVersion>();
        var found = await Task.WhenAll(touched.Where(t => t.Value.First.PreviousSeq > 0).Select(t => t.Key).Chunk(Chunk).Select(keys => index.FindAsync(streamId, keys, low, cancellationToken)));
        foreach (var version in found.SelectMany(some => some)) before.Add(version.Key, version);
        var pairs = new List<Pair>(touched.Count);
        foreach (var (key, (_, last)) in touched.OrderBy(t => t.Key))
        {
            var first = before.GetValueOrDefault(key);
            var pair = from <= to ? new Pair(key, first, last, last) : new Pair(key, last, first, last);
            if (HashOf(pair.Before) != HashOf(pair.After) || pair.Before?.ContentType != pair.After?.ContentType) pairs.Add(pair);
        }

        return pairs;
    }

    /// <summary>Who made the newest changes of a chunk, and the values on both sides, as long as changes are still listed. Nothing behind the last chunk.</summary>
    private async Task<(IReadOnlyDictionary<long, Change> Makers, Dictionary<(DocumentKey, long), DocumentValue> Values)> ReadAsync(Pair[][] chunks, int number, CancellationToken cancellationToken)
    {
        if (number == chunks.Length) return (new Dictionary<long, Change>(), []);
        var chunk = chunks[number];
        var makers = index.GetChangesAsync(streamId, [.. chunk.Select(p => p.Newest.Seq).Distinct()], cancellationToken);
        var wanted = _changes.Count < rules.Options.MaxDiffChanges
            ? new[] { chunk.Select(p => p.Before), chunk.Select(p => p.After) }.Select(side => side.OfType<DocumentVersion>().Where(v => !v.IsDeleted).ToArray()).ToArray()
            : [];
        var read = await Task.WhenAll(wanted.Select(side => side.Length == 0 ? Task.FromResult<IReadOnlyList<DocumentValue>>([]) : index.ReadValuesAsync(streamId, side, cancellationToken)));
        var values = new Dictionary<(DocumentKey, long), DocumentValue>();
        for (var side = 0; side < read.Length; side++)
            for (var i = 0; i < read[side].Count; i++) values[(wanted[side][i].Key, wanted[side][i].Seq)] = read[side][i];
        return (await makers, values);
    }

    private void Add(Pair pair, string? origin, Change maker, Dictionary<(DocumentKey, long), DocumentValue> values, bool visual)
    {
        var (before, after) = (ValueOf(pair.Before), ValueOf(pair.After));
        var root = JsonPointer.Of(NamedEnumConverter<DocumentKind>.NameOf(pair.Key.Kind), pair.Key.Id).ToString();
        var metadata = new ChangeMetadata
        {
            Kind = pair.Key.Kind, Id = pair.Key.Id, Seq = pair.Newest.Seq, AgentId = maker.By.AgentId, SessionId = maker.By.SessionId, Cause = maker.By.Cause, At = maker.At,
            From = origin is null ? null : JsonPointer.Of(NamedEnumConverter<DocumentKind>.NameOf(pair.Key.Kind), origin).ToString(),
            ContentType = pair.After?.ContentType ?? pair.Before?.ContentType,
            OldLength = pair.Before is { IsDeleted: false } ? pair.Before.Length : null, NewLength = pair.After is { IsDeleted: false } ? pair.After.Length : null,
        };
        if (before is { IsJson: true } && after is { IsJson: true })
        {
            foreach (var change in JsonDiff.Compare(before.Content, after.Content).Changes)
            {
                Add(new()
                {
                    Path = root + change.Path, Operation = change.Operation, OldValue = change.OldValue, NewValue = change.NewValue,
                    Metadata = change.From is null ? metadata : metadata with { From = root + change.From },
                });
            }
        }
        else
        {
            var operation = origin is not null ? DiffOperation.Move : HashOf(pair.Before) is null ? DiffOperation.Create : HashOf(pair.After) is null ? DiffOperation.Delete : DiffOperation.Update;
            Add(new() { Path = root, Operation = operation, OldValue = ConflictExplanation.Show(before), NewValue = ConflictExplanation.Show(after), Metadata = metadata });
        }

        if (visual && _visual.Count < rules.Options.MaxVisualDocuments && origin is null)
            _visual.Add(new(pair.Key.Kind, pair.Key.Id, VisualDiff.Compare(before?.Content ?? [], after?.Content ?? [])));

        DocumentValue? ValueOf(DocumentVersion? version) => version is { IsDeleted: false } && values.TryGetValue((version.Key, version.Seq), out var value) ? value : null;
    }

    private void Add(PathChange change)
    {
        _count++;
        if (_changes.Count < rules.Options.MaxDiffChanges) _changes.Add(change);
    }

    private static string? HashOf(DocumentVersion? version) => version?.Hash?.ToString();

    private sealed record Pair(DocumentKey Key, DocumentVersion? Before, DocumentVersion? After, DocumentVersion Newest);
}
