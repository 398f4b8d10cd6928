namespace Merging.Json;

/// <summary>Proposes how to settle conflicts of JSON, or of whole documents, by <see cref="SmartRule"/>.</summary>
public static class SmartJson
{
    /// <summary>Proposes a value for a conflict. <see cref="Merging.Text.SmartText"/> does so for texts.</summary>
    public static Settlement Suggest(MergeConflict conflict)
    {
        if (conflict.Kind is MergeConflictKind.MissingTarget)
        {
            return conflict.Path.Length == 0
                ? new(conflict, SmartRule.OneDeletedTheDocument, conflict.Ours ?? conflict.Theirs)
                : new(conflict, SmartRule.OneRemoved, null);
        }

        if (conflict.Scope is not ConflictScope.Elements || conflict.Ours is not { } ours || conflict.Theirs is not { } theirs)
            return new(conflict, SmartRule.BothChanged, conflict.Theirs);
        var (o, t) = (new JsonPart(ours).Elements(), new JsonPart(theirs).Elements());
        var isAdded = conflict.Base is not { } @base || new JsonPart(@base).Elements().Count == 0;
        if (isAdded) return new(conflict, SmartRule.BothAdded, JsonPart.ArrayOf([.. o, .. t.Where(element => !o.Contains(element))]).Bytes);
        if (o.Count == 0 || t.Count == 0) return new(conflict, SmartRule.OneRemoved, "[]"u8.ToArray());
        return new(conflict, SmartRule.BothChanged, theirs);
    }
}
