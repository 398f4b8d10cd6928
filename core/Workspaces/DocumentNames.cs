namespace Memento.Workspaces;

/// <summary>The rule for ids of documents.</summary>
public static class DocumentNames
{
    /// <summary>What is wrong with an id, or null. A name (<see cref="Names"/>) that may have slashes, but no part <c>.</c> or <c>..</c>, which URLs swallow, and none that is empty.</summary>
    public static string? Problem(string? id)
    {
        if (Names.Problem(id) is { } problem) return problem;
        if (!id!.Contains('/', StringComparison.Ordinal)) return null;
        foreach (var range in id.AsSpan().Split('/'))
        {
            var part = id.AsSpan()[range];
            if (part.IsEmpty) return "has an empty part between or beside its slashes";
            if (part is "." or "..") return $"must not have a part \"{part}\"";
        }

        return null;
    }

    /// <summary>The id, if it is one. Throws <c>VALIDATION_FAILED</c> with the field otherwise.</summary>
    public static string Check(string field, string? id) => Problem(id) is { } problem ? throw new MementoException(Refusal.Invalid(field, problem)) : id!;
}
