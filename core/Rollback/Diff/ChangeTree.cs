using System.Text.Json;

namespace Memento.Rollback;

/// <summary>Changes of a delta by their paths into one of the two documents, so that the document is walked once, whatever the number of changes.</summary>
internal sealed class ChangeTree
{
    private static readonly Dictionary<string, ChangeTree> NoChildren = [];

    private Dictionary<string, ChangeTree>? children;

    /// <summary>Number of the change by which the value at this place comes or goes: a create, a delete or a move; -1 = it stays.</summary>
    public int Passage { get; private set; } = -1;

    /// <summary>Number of the update of the value at this place; -1 = there is none. A value that moved may be updated too.</summary>
    public int Update { get; private set; } = -1;

    /// <summary>The value at this place, once <see cref="Locate"/> has found it.</summary>
    public JsonElement Value { get; private set; }

    public Dictionary<string, ChangeTree> Children => children ?? NoChildren;

    public ChangeTree? Child(string name) => children is not null && children.TryGetValue(name, out var child) ? child : null;

    /// <summary>What leaves the document before: deletes, and moves by where they were. Null if the paths make no sense.</summary>
    public static ChangeTree? Before(JsonDelta delta) =>
        Of(delta, static change => change.Operation switch { DiffOperation.Delete => change.Path, DiffOperation.Move => change.From, _ => null });

    /// <summary>What the document after has anew: creates, updates, and moves by where they are. Null if the paths make no sense.</summary>
    public static ChangeTree? After(JsonDelta delta) => Of(delta, static change => change.Operation is DiffOperation.Delete ? null : change.Path);

    /// <summary>The place that a pointer names, if a change lies there or below.</summary>
    public ChangeTree? Find(string? pointer)
    {
        if (pointer is null || !JsonPath.TrySplit(pointer, out var steps)) return null;
        ChangeTree? node = this;
        foreach (var step in steps) node = node?.Child(step);
        return node;
    }

    /// <summary>Notes at each place the value that the document has there.</summary>
    public void Locate(JsonElement value)
    {
        Value = value;
        if (children is null) return;
        if (value.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject()) Child(member.Name)?.Locate(member.Value);
        }
        else if (value.ValueKind is JsonValueKind.Array)
        {
            var byIndex = ByIndex();
            var index = 0;
            foreach (var element in value.EnumerateArray())
                if (byIndex.TryGetValue(index++, out var child)) child.Locate(element);
        }
    }

    /// <summary>The children of an array. A step that is no index is left out.</summary>
    public Dictionary<int, ChangeTree> ByIndex()
    {
        var byIndex = new Dictionary<int, ChangeTree>(Children.Count);
        foreach (var (step, child) in Children)
            if (JsonPath.TryIndex(step, out var index)) byIndex[index] = child;
        return byIndex;
    }

    private static ChangeTree? Of(JsonDelta delta, Func<JsonChange, string?> path)
    {
        var root = new ChangeTree();
        for (var i = 0; i < delta.Changes.Length; i++)
        {
            if (path(delta.Changes[i]) is not { } pointer) continue;
            if (!JsonPath.TrySplit(pointer, out var steps)) return null;
            var node = root;
            foreach (var step in steps)
            {
                node.children ??= new(StringComparer.Ordinal);
                if (!node.children.TryGetValue(step, out var child)) node.children.Add(step, child = new());
                node = child;
            }

            if (delta.Changes[i].Operation is DiffOperation.Update && node.Update < 0) node.Update = i;
            else if (delta.Changes[i].Operation is not DiffOperation.Update && node.Passage < 0) node.Passage = i;
            else return null;
        }

        return root;
    }
}
