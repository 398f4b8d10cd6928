namespace Merging.Json;

/// <summary>Merges the members of an object. Their order means nothing, so different members never conflict.</summary>
internal sealed class MemberMerge(JsonMerger merger, MergePath place, JsonPart @base, JsonPart ours, JsonPart theirs)
{
    private readonly Dictionary<string, JsonMember> _base = @base.Members();
    private readonly Dictionary<string, JsonMember> _ours = ours.Members();
    private readonly Dictionary<string, JsonMember> _theirs = theirs.Members();
    private bool _changedByOurs;
    private bool _changedByTheirs;

    public MergedJson.Object Merge()
    {
        var merged = new List<(ReadOnlyMemory<byte>, MergedJson)>(Math.Max(_ours.Count, _theirs.Count));
        var renamed = MergeRenamed(merged);
        var role = Recreation.IsMapOfRecords(_base) ? ObjectRole.Record : ObjectRole.Group;
        var changed = 0;
        foreach (var name in _base.Keys.Union(_ours.Keys).Union(_theirs.Keys).Order(StringComparer.Ordinal))
        {
            if (renamed.Contains(name)) continue;
            var (b, o, t) = (Of(_base, name), Of(_ours, name), Of(_theirs, name));
            if (o?.Value == t?.Value && b?.Value == o?.Value)
            {
                if (o is { } kept) merged.Add((kept.Name, new MergedJson.Taken(kept.Value)));
                continue;
            }

            changed++;
            _changedByOurs |= b?.Value != o?.Value;
            _changedByTheirs |= b?.Value != t?.Value;
            if (merger.Merge(place.Member(name), b?.Value, o?.Value, t?.Value, role) is { } value)
                merged.Add(((o ?? t ?? b)!.Value.Name, value));
        }

        if (changed > 1 && _changedByOurs && _changedByTheirs) merger.Log.Apply(place, SafeRule.DifferentMembers);
        return new(merged);
    }

    /// <summary>
    /// Records members that one side renamed and the other renamed differently, removed or changed. A member is renamed if it is gone
    /// and a new one of the same side has its value, or one alike.
    /// </summary>
    /// <returns>All names that take part in such a conflict.</returns>
    private HashSet<string> MergeRenamed(List<(ReadOnlyMemory<byte>, MergedJson)> merged)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var (addedByOurs, addedByTheirs) = (new AddedMembers(_base, _ours, merger.Budget), new AddedMembers(_base, _theirs, merger.Budget));
        foreach (var (name, member) in _base.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            var (o, t) = (Of(_ours, name), Of(_theirs, name));
            if ((o is not null && t is not null) || o?.Value == member.Value || t?.Value == member.Value) continue;
            var byOurs = o is null ? addedByOurs.NameOf(member.Value, taken) : null;
            var byTheirs = t is null ? addedByTheirs.NameOf(member.Value, taken) : null;
            if ((byOurs is null && byTheirs is null) || byOurs == byTheirs) continue;
            string[] names = [.. new[] { name, byOurs, byTheirs }.OfType<string>()];
            taken.UnionWith(names);
            var why = Why(name, byOurs, byTheirs, o is null && t is null);
            var conflict = merger.Log.Open(
                MergeConflictKind.Renamed, place.Member(name),
                ObjectOf(_base, names), ObjectOf(_ours, names), ObjectOf(_theirs, names), why, ConflictScope.Members);
            merged.Add((member.Name, conflict));
        }

        return taken;
    }

    private string Why(string name, string? byOurs, string? byTheirs, bool isGoneInBoth)
    {
        var names = merger.Log.Names;
        if (byOurs is not null && byTheirs is not null)
            return $"{names.Start(MergeSide.Ours)} renamed \"{name}\" to \"{byOurs}\", {names.Theirs} renamed it to \"{byTheirs}\".";
        var (renamer, other) = byOurs is not null ? (MergeSide.Ours, MergeSide.Theirs) : (MergeSide.Theirs, MergeSide.Ours);
        var did = isGoneInBoth ? "removed" : "changed";
        return $"{names.Start(renamer)} renamed \"{name}\" to \"{byOurs ?? byTheirs}\", {names.Middle(other)} {did} it.";
    }

    private static JsonPart ObjectOf(Dictionary<string, JsonMember> members, string[] names) =>
        JsonPart.ObjectOf(names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(members.ContainsKey).Select(name => members[name]));

    private static JsonMember? Of(Dictionary<string, JsonMember> members, string name) =>
        members.TryGetValue(name, out var found) ? found : null;
}
