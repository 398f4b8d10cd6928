namespace Merging.Json;

/// <summary>Proposes how to settle conflicts of JSON, or of whole documents, by <see cref="SmartRule"/>.</summary>
public static class SmartJson
{
    /// <summary>The proposal for one conflict. Texts have <see cref="Merging.Text.SmartText"/>.</summary>
    public static Settlement Suggest(MergeConflict conflict)
    {
        if (conflict.Kind is MergeConflictKind.MissingTarget)
        {
            return conflict.Path.Length == 0 ? new(conflict, SmartRule.OneDeletedTheDocument, conflict.Ours ?? conflict.Theirs)
                : new(conflict, SmartRule.OneRemoved, null);
        }

        if (conflict.Scope is not ConflictScope.Elements || conflict.Ours is not { } ours || conflict.Theirs is not { } theirs)
            return new(conflict, SmartRule.BothChanged, conflict.Theirs);
        var (b, o, t) = (conflict.Base is { } @base ? new JsonPart(@base).Elements() : [], new JsonPart(ours).Elements(), new JsonPart(theirs).Elements());
        if (b.Count == 0) return new(conflict, SmartRule.BothAdded, JsonPart.ArrayOf([.. o, .. t.Where(element => !o.Contains(element))]).Bytes);
        return o.Count == 0 || t.Count == 0 ? new(conflict, SmartRule.OneRemoved, "[]"u8.ToArray()) : new(conflict, SmartRule.BothChanged, theirs);
    }
}
