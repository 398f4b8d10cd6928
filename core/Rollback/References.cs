using System.Collections.Immutable;
using System.Text.Json;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>What documents refer to, and in which order they can come and go.</summary>
public static class References
{
    /// <summary>Members of a relationship that name an entity.</summary>
    private static readonly string[] Ends = ["from", "to", "fromEntityId", "toEntityId", "source", "target", "sourceId", "targetId"];

    /// <summary>The entities that a relationship refers to; none for any other document.</summary>
    public static ImmutableArray<DocumentKey> Of(DocumentKey key, DocumentValue value)
    {
        if (key.Kind is not DocumentKind.Relationship || !value.IsJson) return [];
        using var document = JsonDocument.Parse(value.Content, new() { MaxDepth = CanonicalJson.MaxDepth });
        if (document.RootElement.ValueKind is not JsonValueKind.Object) return [];
        var found = ImmutableArray.CreateBuilder<DocumentKey>();
        foreach (var end in Ends)
            if (document.RootElement.TryGetProperty(end, out var id) && id.ValueKind is JsonValueKind.String && id.GetString() is { Length: > 0 } name) found.Add(new(DocumentKind.Entity, name));
        return found.ToImmutable();
    }

    /// <summary>Puts items so that each stands behind what it needs, and otherwise those with a higher priority first, then by key. Items that need each other in a circle stand together.</summary>
    /// <param name="items">The items.</param>
    /// <param name="needs">What an item needs; what is no item itself does not matter.</param>
    /// <param name="priority">How early an item goes.</param>
    /// <param name="lastFirst">By key, the last first.</param>
    /// <returns>The items in order, and the circles among them.</returns>
    public static (ImmutableArray<DocumentKey> Order, ImmutableArray<ImmutableArray<DocumentKey>> Circles) Sort(
        IReadOnlyCollection<DocumentKey> items, Func<DocumentKey, IEnumerable<DocumentKey>> needs, Func<DocumentKey, int> priority, bool lastFirst = false)
    {
        var (order, circles) = (ImmutableArray.CreateBuilder<DocumentKey>(items.Count), ImmutableArray.CreateBuilder<ImmutableArray<DocumentKey>>());
        var all = items.ToHashSet();
        var visits = new Dictionary<DocumentKey, Visit>(items.Count);
        var open = new Stack<DocumentKey>();
        var path = new Stack<(DocumentKey Key, IEnumerator<DocumentKey> Needs)>();
        var byPriority = items.OrderByDescending(priority);
        foreach (var root in lastFirst ? byPriority.ThenByDescending(k => k) : byPriority.ThenBy(k => k))
        {
            if (visits.ContainsKey(root)) continue;
            Enter(root);
            while (path.Count > 0)   // Tarjan's algorithm (1972), without recursion: what is needed is finished first
            {
                var (key, next) = path.Peek();
                if (next.MoveNext())
                {
                    if (!all.Contains(next.Current)) continue;
                    if (!visits.TryGetValue(next.Current, out var seen)) Enter(next.Current);
                    else if (seen.IsOpen) visits[key].Low = Math.Min(visits[key].Low, seen.Number);
                    continue;
                }

                path.Pop();
                next.Dispose();
                var visit = visits[key];
                if (path.Count > 0) visits[path.Peek().Key].Low = Math.Min(visits[path.Peek().Key].Low, visit.Low);
                if (visit.Low == visit.Number) Close(key);
            }
        }

        return (order.ToImmutable(), circles.ToImmutable());

        void Enter(DocumentKey key)
        {
            visits.Add(key, new() { Number = visits.Count, Low = visits.Count });
            open.Push(key);
            path.Push((key, needs(key).GetEnumerator()));
        }

        void Close(DocumentKey root)
        {
            var group = new List<DocumentKey>();
            do
            {
                group.Add(open.Pop());
                visits[group[^1]].IsOpen = false;
            }
            while (group[^1] != root);
            group.Reverse();
            order.AddRange(group);
            if (group.Count > 1 || needs(root).Contains(root)) circles.Add([.. group]);
        }
    }

    private sealed class Visit
    {
        public required int Number { get; init; }
        public required int Low { get; set; }
        public bool IsOpen { get; set; } = true;
    }
}
