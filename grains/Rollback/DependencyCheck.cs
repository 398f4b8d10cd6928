using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>
/// Finds what a plan would tear apart: entities that go while a relationship stays, and relationships that come back while their entity is gone.
/// An entity that the plan takes away appeared after the point, so whatever refers to it changed after the point too: only that is looked at.
/// </summary>
internal sealed class DependencyCheck(IWorkspaceIndex index, long streamId)
{
    private const int Chunk = 1_000;

    private readonly Dictionary<DocumentKey, ImmutableArray<DocumentKey>> _references = [];

    public async Task<RollbackPlan> CompleteAsync(RollbackPlan plan, Dictionary<DocumentKey, List<DocumentVersion>> timelines, PlanRequest request, CancellationToken cancellationToken)
    {
        var changes = plan.Changes.ToDictionary(c => c.Key);
        var given = request.Dependencies;
        await ReadReferencesAsync(changes, timelines, cancellationToken);

        var (affected, required) = (new SortedSet<DocumentKey>(), new SortedSet<DocumentKey>());
        var reasons = new Dictionary<DocumentKey, string>();
        foreach (var (key, references) in _references)
        {
            if (!WillBe(key)) continue;
            foreach (var entity in references)
            {
                if (WillBe(entity) || !timelines.ContainsKey(entity)) continue;   // it never was here, or it was gone at the point already
                if (changes.ContainsKey(entity) && !changes.ContainsKey(key)) (_, reasons[entity]) = (affected.Add(key), $"{key} refers to it and stays");
                else if (changes.ContainsKey(key)) (_, reasons[key]) = (required.Add(entity), $"{entity}, which it refers to, would not be there");
            }
        }

        foreach (var (key, needs) in given)
            foreach (var needed in needs)
                if (changes.TryGetValue(needed, out var gone) && gone.Deletes && !changes.ContainsKey(key)) (_, reasons[needed]) = (affected.Add(key), $"{key} depends on it and stays");

        var (order, circles) = References.Sort([.. changes.Keys], Needs, key => changes[key].Priority);
        var (goes, comes) = (GoingOrder([.. order.Where(k => changes[k].Deletes).Reverse()], Needs, changes), order.Where(k => !changes[k].Deletes));
        return plan with
        {
            Changes = [.. Interleave([.. goes], [.. comes], key => changes[key].Priority).Select(k => Mark(changes[k]))],
            Dependencies = new() { Required = Show(required), Affected = Show(affected), Circular = [.. circles.Select(Show)] },
        };

        bool WillBe(DocumentKey key) => changes.TryGetValue(key, out var change) ? !change.Deletes : timelines.TryGetValue(key, out var versions) && !versions[^1].IsDeleted;

        IEnumerable<DocumentKey> Needs(DocumentKey key) =>
            (_references.TryGetValue(key, out var references) ? references : []).Concat(given.TryGetValue(key, out var needs) ? needs : []);

        PlannedChange Mark(PlannedChange change) =>
            change.Conflict is not null || !reasons.TryGetValue(change.Key, out var reason) ? change : change.Conflicting(ConflictType.Dependency, $"{change.Key}: {reason}");
    }

    /// <summary>Documents go in the opposite order: what needs others before them.</summary>
    private static ImmutableArray<DocumentKey> GoingOrder(ImmutableArray<DocumentKey> goes, Func<DocumentKey, IEnumerable<DocumentKey>> needs, Dictionary<DocumentKey, PlannedChange> changes)
    {
        var neededBy = goes.SelectMany(key => needs(key).Select(needed => (needed, key))).ToLookup(x => x.needed, x => x.key);
        return References.Sort(goes, key => neededBy[key], key => changes[key].Priority, lastFirst: true).Order;
    }

    /// <summary>Two orders made one: neither is changed, and what has a higher priority goes first; otherwise what goes before what comes.</summary>
    private static IEnumerable<DocumentKey> Interleave(ImmutableArray<DocumentKey> goes, ImmutableArray<DocumentKey> comes, Func<DocumentKey, int> priority)
    {
        var (g, c) = (0, 0);
        while (g < goes.Length || c < comes.Length)
            yield return c == comes.Length || (g < goes.Length && priority(goes[g]) >= priority(comes[c])) ? goes[g++] : comes[c++];
    }

    /// <summary>What relationships refer to that changed since the point: those in the plan as they would be, the others as they are.</summary>
    private async Task ReadReferencesAsync(Dictionary<DocumentKey, PlannedChange> changes, Dictionary<DocumentKey, List<DocumentVersion>> timelines, CancellationToken cancellationToken)
    {
        // When everything goes back to the point, all that it had fits together as it did then.
        if (timelines.Keys.All(changes.ContainsKey)) return;
        var wanted = new List<DocumentVersion>();
        foreach (var (key, versions) in timelines)
        {
            if (key.Kind is not DocumentKind.Relationship) continue;
            if (!changes.TryGetValue(key, out var change)) wanted.Add(versions[^1]);
            else if (change.Merged is { } merged) _references[key] = References.Of(key, merged);
            else wanted.Add(change.Deletes ? change.Current : change.Target!);   // those that go still go before what they refer to
        }

        foreach (var some in wanted.Where(v => !v.IsDeleted).InChunks(v => v.Length))
        {
            var values = await index.ReadValuesAsync(streamId, some, cancellationToken);
            for (var i = 0; i < some.Count; i++) _references[some[i].Key] = References.Of(some[i].Key, values[i]);
        }
    }

    private static ImmutableArray<string> Show(IEnumerable<DocumentKey> keys) => [.. keys.Take(Chunk).Select(k => k.ToString())];

    private static ImmutableArray<string> Show(ImmutableArray<DocumentKey> keys) => Show(keys.AsEnumerable());
}
