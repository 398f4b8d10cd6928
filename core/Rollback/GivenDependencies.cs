using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>The dependencies that a request gives, checked.</summary>
public static class GivenDependencies
{
    /// <summary>Most items, and most that one of them may need.</summary>
    public const int MaxItems = 10_000;

    /// <summary>What needs what. Throws <c>VALIDATION_FAILED</c> with the first field at fault.</summary>
    public static IReadOnlyDictionary<DocumentKey, ImmutableArray<DocumentKey>> Parse(ImmutableArray<Dependency>? dependencies)
    {
        if (dependencies is not { IsDefaultOrEmpty: false } some) return ImmutableDictionary<DocumentKey, ImmutableArray<DocumentKey>>.Empty;
        CheckCount("dependencies", some.Length);
        var given = new Dictionary<DocumentKey, ImmutableArray<DocumentKey>>(some.Length);
        for (var i = 0; i < some.Length; i++)
        {
            var dependency = some[i] ?? throw new MementoException(Refusal.Invalid($"dependencies[{i}]", "is null; must be an object"));
            var key = Key($"dependencies[{i}].item", dependency.Item);
            var needs = dependency.DependsOn.IsDefault ? [] : dependency.DependsOn;
            CheckCount($"dependencies[{i}].dependsOn", needs.Length);
            given[key] = [.. given.TryGetValue(key, out var known) ? known : [], .. needs.Select((needed, n) => Key($"dependencies[{i}].dependsOn[{n}]", needed))];
        }

        return given;
    }

    private static DocumentKey Key(string field, string? name) => name is null ? throw new MementoException(Refusal.Invalid(field, "is missing; must be a kind and an id, e.g. entity/parse")) : DocumentKey.Parse(name, field);

    private static void CheckCount(string field, int count)
    {
        if (count > MaxItems) throw new MementoException(Refusal.Invalid(field, $"has {count} entries; at most {MaxItems} are allowed"));
    }
}
